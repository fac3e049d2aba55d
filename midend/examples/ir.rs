//! Shows what the mid-end makes of programs: `ir FILE.. [-I DIR].. [-D NAME[=VALUE]].. [-O] [--print]`.
//!
//! A line a program: `ok`, `rejected` by the front end, `elaboration` failed, or `invalid` IR; with `--print` the IR, too; with `-O` after all
//! passes, each of which is checked.
//! Exit status 0 if all are ok.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a command-line program")]

use p4xdp_frontend::architecture;
use p4xdp_frontend::diagnostic::{Diagnostics, Format, render};
use p4xdp_frontend::preprocess::Options;
use p4xdp_frontend::source::{FileSystem, SourceMap};
use p4xdp_midend::{arch, elaborate, ir, passes, validate};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let mut options = Options::default();
    let mut files = Vec::new();
    let (mut print, mut optimise) = (false, false);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "-I" => options.include_dirs.extend(args.next().map(PathBuf::from)),
            "-D" => options.defines.extend(args.next()),
            "--print" => print = true,
            "-O" => optimise = true,
            _ => files.push(PathBuf::from(arg)),
        }
    }
    let mut all = true;
    for file in files {
        let verdict = run(&file, &options, print, optimise);
        all &= verdict == "ok";
        println!("{verdict} {}", file.display());
    }
    if all { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(file: &Path, options: &Options, print: bool, optimise: bool) -> &'static str {
    let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
    let hir = p4xdp_frontend::analyze(file, options, &FileSystem, &mut sources, &mut sink);
    let start = Instant::now();
    let (verdict, program) = match hir {
        Err(_) => ("rejected", None),
        Ok(hir) => match elaborate::elaborate_for(&hir, architecture(&hir), &mut sink) {
            Err(_) => ("elaboration", None),
            Ok(mut program) => {
                let mut valid = check(&program, "elaborate", file, &sources);
                for pass in passes::PASSES.iter().filter(|_| optimise) {
                    let start = Instant::now();
                    (pass.run)(&mut program);
                    if std::env::var_os("TIME").is_some() {
                        eprintln!("    {:?} {}", start.elapsed(), pass.name);
                    }
                    valid &= check(&program, pass.name, file, &sources);
                }
                (if valid { "ok" } else { "invalid" }, Some(program))
            }
        },
    };
    if std::env::var_os("TIME").is_some() {
        eprintln!("{:?} {}", start.elapsed(), file.display());
    }
    let errors = sink.iter().filter(|d| d.severity == p4xdp_frontend::diagnostic::Severity::Error);
    let _ = render(errors, &sources, Format::Short, false, &mut std::io::stderr());
    if let (Some(program), true) = (program, print) {
        println!("{}", ir::display::display(&program));
    }
    verdict
}

/// True if the IR is valid; says what is not.
fn check(program: &ir::Program, stage: &str, file: &Path, sources: &SourceMap) -> bool {
    let violations = validate::validate(program);
    for violation in &violations {
        let line = sources.location(violation.span.lo).map_or(0, |place| place.line);
        eprintln!("{}:{line}: after {stage}: {violation}", file.display());
    }
    violations.is_empty()
}

/// Packages of no known architecture are run block by block.
fn architecture(hir: &p4xdp_frontend::hir::Program) -> Option<&'static arch::Architecture> {
    hir.main?;
    Some(architecture::of(hir).and_then(arch::by_name).unwrap_or(&arch::GENERIC))
}
