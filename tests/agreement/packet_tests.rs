//! Every packet test of the project on the interpreter, before and after each pass: the reports must be the same.

use p4xdp_midend::{ir, passes};
use p4xdp_packet_tests::interp::InterpEngine;
use p4xdp_packet_tests::report::Report;
use p4xdp_packet_tests::runner::run_stf;
use p4xdp_test_support::files;
use p4xdp_test_support::program::of_file;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Runs all tests; the number of tests, and what differs.
pub fn run() -> (usize, Vec<String>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Those in testdata/reports are wrong on purpose.
    let tests: Vec<PathBuf> =
        ["examples", "testdata/packets"].iter().flat_map(|folder| files(&root.join(folder), "stf")).collect();
    let found = tests.iter().flat_map(|test| differences(test)).collect();
    (tests.len(), found)
}

fn differences(test: &Path) -> Vec<String> {
    let shown = test.display();
    let text = std::fs::read_to_string(test).expect("readable");
    let program = program_of(test, &text);
    let mut compilation = of_file(&program);
    let Ok(mut program) = compilation.elaborate().map(Arc::unwrap_or_clone) else {
        return vec![format!("{shown}: {} does not compile", program.display())];
    };
    let expected = report(&program, &text);
    let mut out = Vec::new();
    for pass in passes::PASSES {
        (pass.run)(&mut program);
        if report(&program, &text) != expected {
            out.push(format!("{shown}: another report after pass {}", pass.name));
        }
    }
    out
}

/// The program that a test names in its first line (`# p4xdp test PROG.p4 THIS`), or the one beside it.
fn program_of(test: &Path, text: &str) -> PathBuf {
    let named = text.lines().next().and_then(|line| line.strip_prefix("# p4xdp test "));
    if let Some(program) = named.and_then(|command| command.split_whitespace().next()) {
        return Path::new(env!("CARGO_MANIFEST_DIR")).join(program);
    }
    let exact = test.with_extension("p4");
    if exact.exists() { exact } else { exact.with_extension("").with_extension("p4") }
}

/// The test's report, or why it ended before.
fn report(program: &ir::Program, text: &str) -> Result<Report, String> {
    let mut engine = InterpEngine::new(program).map_err(|u| format!("{:?}", u.0))?;
    run_stf(program, text, &mut engine).map_err(|error| error.to_string())
}
