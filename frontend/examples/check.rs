//! Checks a program with the library alone and prints what is wrong with it:
//! `check check FILE [-I DIR].. [-D NAME[=VALUE]].. [-U NAME].. --error-format short`.
//!
//! Exit status 0: accepted, 1: rejected, 2: wrong usage.

#![expect(clippy::print_stderr, reason = "it is a command-line program")]

use p4xdp_frontend::diagnostic::{Diagnostics, Format, render};
use p4xdp_frontend::preprocess::Options;
use p4xdp_frontend::source::{FileSystem, SourceMap};
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1).peekable();
    args.next_if(|arg| arg == "check");
    let mut options = Options::default();
    let mut file = None;
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "-I" => options.include_dirs.extend(args.next().map(PathBuf::from)),
            "-D" => options.defines.extend(args.next()),
            "-U" => options.undefines.extend(args.next()),
            "--error-format" => drop(args.next()),
            _ => file = Some(PathBuf::from(arg)),
        }
    }
    let Some(file) = file else {
        eprintln!("usage: check check FILE [-I DIR].. [-D NAME[=VALUE]].. [-U NAME]..");
        return ExitCode::from(2);
    };
    let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
    let result = p4xdp_frontend::analyze(&file, &options, &FileSystem, &mut sources, &mut sink);
    if let Err(error) = render(sink.iter(), &sources, Format::Short, false, &mut std::io::stderr()) {
        eprintln!("cannot write diagnostics: {error}");
        return ExitCode::from(2);
    }
    if result.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
