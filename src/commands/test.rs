//! `p4xdp test`: a packet test on an engine.

use super::{Exit, complain, engine, output::print};
use crate::cli::TestArgs;
use crate::testing::runner::{self, TestError};

/// Runs the test and prints what failed; the last line is `N passed, N failed`.
pub fn run(args: &TestArgs) -> Exit {
    let text = match std::fs::read_to_string(&args.test) {
        Ok(text) => text,
        Err(error) => {
            complain(&format!("cannot read {}: {error}", args.test.display()));
            return Exit::Environment;
        }
    };
    let mut loaded = match engine::load(&args.source, &args.codegen, args.engine, args.trace) {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let program = loaded.program.clone();
    let result = runner::run_stf(&program, &text, loaded.engine());
    print(&loaded.trace(args.trace));
    let test = args.test.display();
    match result {
        Ok(report) => {
            print(&format!("{report}\n"));
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
