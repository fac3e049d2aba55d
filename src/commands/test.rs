//! `p4xdp test`: a packet test on an engine.

use super::output::{self, print};
use super::{Exit, complain, engine};
use crate::cli::TestArgs;
use p4xdp_packet_tests::report::Report;
use p4xdp_packet_tests::runner::{self, TestError};
use serde_json::{Value, json};
use std::io::Read;
use std::path::Path;

/// Runs the test and prints what failed; the last line is `N passed, N failed`.
pub fn run(args: &TestArgs) -> Exit {
    let text = match read(&args.test) {
        Ok(text) => text,
        Err(exit) => return exit,
    };
    let mut loaded = match engine::load(&args.source, &args.running) {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let program = loaded.program.clone();
    let result = runner::run_stf(&program, &text, loaded.engine());
    print(&loaded.trace(args.running.trace));
    let test = args.test.display();
    match result {
        Ok(report) => {
            if output::is_json() {
                object_lines(&report).iter().for_each(|line| print(&format!("{line}\n")));
            } else {
                print(&format!("{report}\n"));
            }
            if report.checks.is_empty() {
                complain(&format!("warning: {test}: this test sends no packet and checks nothing"));
            }
            if report.failed() == 0 { Exit::Done } else { Exit::Rejected }
        }
        Err(TestError::Test(error)) => {
            complain(&format!("{test}:{error}"));
            Exit::Rejected
        }
        Err(TestError::Engine { line: 0, error, .. }) => loaded.fail(&test.to_string(), &error),
        Err(TestError::Engine { line, column, error }) => {
            loaded.fail(&format!("{test}:{line}:{column}"), &error)
        }
    }
}

/// A line for each check and note, and one with the sums.
fn object_lines(report: &Report) -> Vec<Value> {
    let notes = report.notes.iter().map(|note| json!({ "note": note }));
    let checks = report.checks.iter().map(|check| {
        json!({ "line": check.line, "check": check.what, "passed": check.failure.is_none(), "failure": check.failure })
    });
    let sums = json!({ "passed": report.passed(), "failed": report.failed() });
    notes.chain(checks).chain([sums]).collect()
}

/// Reads packet-test commands; `-` is standard input.
pub(super) fn read(path: &Path) -> Result<String, Exit> {
    let bytes = if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    let bytes = bytes.map_err(|error| {
        complain(&format!("cannot read {}: {error}", path.display()));
        Exit::Environment
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        complain(&format!("{}:{line}: this is no text in UTF-8", path.display()));
        Exit::Rejected
    })
}
