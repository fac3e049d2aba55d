//! From the arguments that name a program to a compilation, and from its findings to the terminal.

use super::{Exit, complain, output};
use crate::cli::{ErrorFormat, SourceArgs};
use crate::driver::{Compilation, Options};
use p4xdp_frontend::diagnostic::{ErrorsReported, Format, Severity, WarningPolicy, render, summary};
use p4xdp_frontend::preprocess;

/// So many errors and so many warnings are shown. Nobody reads more, and each is some work.
const MOST_SHOWN: usize = 1000;

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
        warnings: warning_policy(&args.warnings),
        ..Options::default()
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
        None if output::is_json() => Format::Json,
        None | Some(ErrorFormat::Human) => Format::Human,
        Some(ErrorFormat::Short) => Format::Short,
        Some(ErrorFormat::Json) => Format::Json,
    };
    let color = output::color_on_stderr();
    let mut out = std::io::stderr().lock();
    let (mut errors, mut warnings, mut hidden) = (0, 0, 0);
    let shown = compilation.diagnostics.iter().filter(|diagnostic| {
        let count = match diagnostic.severity {
            Severity::Error => &mut errors,
            Severity::Warning => &mut warnings,
        };
        *count += 1;
        hidden += usize::from(*count > MOST_SHOWN);
        *count <= MOST_SHOWN
    });
    let written = render(shown, &compilation.sources, format, color, &mut out);
    drop(out);
    if let Err(error) = written {
        complain(&format!("cannot write the diagnostics: {error}"));
    }
    if hidden > 0 && format != Format::Json {
        output::say(&format!("note: only the first {MOST_SHOWN} errors and warnings are shown"));
    }
    if format == Format::Human
        && let Some(summary) = summary(compilation.diagnostics.iter(), &args.program.display().to_string())
    {
        output::say(&summary);
    }
}

fn warning_policy(flags: &[String]) -> WarningPolicy {
    let mut policy = WarningPolicy::default();
    for flag in flags {
        // The command line was refused if a flag is unknown.
        let _ = policy.set(flag);
    }
    policy
}
