<<<<<<< HEAD
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
=======
//! Says whether P4 programs follow the grammar: `cargo run --example check -- [-I DIR].. [-D NAME[=V]].. PROG.p4 ..`.

use p4xdp_frontend::diagnostic::{Diagnostics, Format, render};
use p4xdp_frontend::preprocess::Options;
use p4xdp_frontend::preprocess_and_parse;
use p4xdp_frontend::source::{FileSystem, SourceMap};
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> io::Result<ExitCode> {
    let mut options = Options::default();
    let mut programs = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-I" => options.include_dirs.extend(arguments.next().map(PathBuf::from)),
            "-D" => options.defines.extend(arguments.next()),
            _ => programs.push(PathBuf::from(argument)),
        }
    }
    let mut code = ExitCode::SUCCESS;
    for main in programs {
        let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
        if preprocess_and_parse(&main, &options, &FileSystem, &mut sources, &mut sink).is_err() {
            code = ExitCode::FAILURE;
        }
        render(sink.iter(), &sources, Format::Short, false, &mut io::stderr())?;
    }
    Ok(code)
>>>>>>> 5e299c3 (From text to syntax tree in one call; caps on warnings and file names)
}
