//! From the arguments that name a program to a compilation, and from its findings to the terminal.

use super::{Exit, complain, output};
use crate::cli::{ErrorFormat, SourceArgs};
use crate::driver::{Compilation, Options};
use p4xdp_frontend::diagnostic::{ErrorsReported, Format, render};
use p4xdp_frontend::preprocess;

/// The compilation that the arguments ask for.
pub fn compilation(args: &SourceArgs) -> Compilation {
    Compilation::new(Options {
        program: args.program.clone(),
        preprocess: preprocess::Options {
            include_dirs: args.include_dirs.clone(),
            defines: args.defines.clone(),
            undefines: args.undefines.clone(),
        },
        architecture: args.arch.clone(),
    })
}

/// Prints what was found and turns the result into an exit status.
pub fn finish(compilation: &Compilation, args: &SourceArgs, result: Result<Exit, ErrorsReported>) -> Exit {
    report(compilation, args);
    result.unwrap_or(Exit::Rejected)
}

/// Prints what was found.
pub fn report(compilation: &Compilation, args: &SourceArgs) {
    let format = match args.error_format {
        ErrorFormat::Human => Format::Human,
        ErrorFormat::Short => Format::Short,
        ErrorFormat::Json => Format::Json,
    };
    let color = output::color_on_stderr();
    let mut out = std::io::stderr().lock();
    let written = render(compilation.diagnostics.iter(), &compilation.sources, format, color, &mut out);
    if let Err(error) = written {
        drop(out);
        complain(&format!("cannot write the diagnostics: {error}"));
    }
}
