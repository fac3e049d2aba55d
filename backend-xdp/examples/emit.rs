//! The compiler as a library, from a file to C: `emit FILE [-I DIR]..` prints the program.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a command-line program")]

use p4xdp_backend_xdp::{Options, compile};
use p4xdp_frontend::diagnostic::{Diagnostics, ErrorsReported, Format, render};
use p4xdp_frontend::source::{FileSystem, SourceMap, Span};
use p4xdp_frontend::{analyze, preprocess};
use p4xdp_midend::elaborate::elaborate;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut includes = preprocess::Options::default();
    let mut file = None;
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "-I" => includes.include_dirs.extend(args.next().map(PathBuf::from)),
            _ => file = Some(PathBuf::from(arg)),
        }
    }
    let Some(file) = file else {
        eprintln!("usage: emit FILE [-I DIR]..");
        return ExitCode::from(2);
    };
    let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
    let result = emit(&file, &includes, &mut sources, &mut sink);
    if let Err(error) = render(sink.iter(), &sources, Format::Short, false, &mut std::io::stderr()) {
        eprintln!("cannot write diagnostics: {error}");
        return ExitCode::from(2);
    }
    match result {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(_) => ExitCode::FAILURE,
    }
}

fn emit(
    file: &Path,
    includes: &preprocess::Options,
    sources: &mut SourceMap,
    sink: &mut Diagnostics,
) -> Result<String, ErrorsReported> {
    let hir = analyze(file, includes, &FileSystem, sources, sink)?;
    let program = elaborate(&hir, sink)?;
    let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let locate = |span: Span| {
        let place = sources.location(span.lo)?;
        let base = Path::new(place.file).file_name()?.to_string_lossy().into_owned();
        Some(format!("{base}:{}", place.line))
    };
    let options = Options { source: &name, locate: Some(&locate), ..Options::default() };
    Ok(compile(&program, &options, sink)?.c)
}
