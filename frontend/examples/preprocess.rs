//! Preprocesses a P4 program: `cargo run --example preprocess -- [-I DIR].. [-D NAME[=V]].. PROG.p4`.

use p4xdp_frontend::diagnostic::{Diagnostics, Format, render};
use p4xdp_frontend::preprocess::{Options, preprocess};
use p4xdp_frontend::source::{FileSystem, SourceMap};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> io::Result<ExitCode> {
    let mut options = Options::default();
    let mut main = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-I" => options.include_dirs.extend(arguments.next().map(PathBuf::from)),
            "-D" => options.defines.extend(arguments.next()),
            _ => main = Some(PathBuf::from(argument)),
        }
    }
    let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
    let main =
        main.ok_or_else(|| io::Error::other("usage: preprocess [-I DIR].. [-D NAME[=V]].. PROG.p4"))?;
    let result = preprocess(&main, &options, &FileSystem, &mut sources, &mut sink);
    render(sink.iter(), &sources, Format::Human, false, &mut io::stderr())?;
    match result {
        Ok(preprocessed) => {
            #[allow(clippy::disallowed_methods, reason = "an example, and a failure to write is returned")]
            io::stdout().write_all(preprocessed.text.as_bytes())?;
            Ok(ExitCode::SUCCESS)
        }
        Err(_) => Ok(ExitCode::FAILURE),
    }
}
