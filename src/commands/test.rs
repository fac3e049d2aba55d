//! `p4xdp test`: a packet test on an engine.

use super::{Exit, complain, engine, output::print};
use crate::cli::TestArgs;
use p4xdp_packet_tests::runner::{self, TestError};
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
            print(&format!("{report}\n"));
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
