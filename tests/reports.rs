//! What `p4xdp test` says, as golden files: every `.stf` in `testdata/reports`. Its first line is the command, relative to the
//! project, `THIS` being the file. `bad_lines.txt` holds packet tests of one line each, all of them wrong.
#![allow(clippy::unwrap_used, clippy::panic, reason = "it is a test")]

use p4xdp_midend::ir::Program;
use p4xdp_packet_tests::interp::InterpEngine;
use p4xdp_packet_tests::runner::run_stf;
use p4xdp_test_support::command::p4xdp;
use p4xdp_test_support::program::of_file;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn shown(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let command = text.lines().next().and_then(|line| line.strip_prefix("# p4xdp ")).unwrap();
    let this = path.strip_prefix(root()).unwrap().display().to_string();
    let args = command.split_whitespace().map(|word| if word == "THIS" { this.as_str() } else { word });
    let output = p4xdp().args(args).current_dir(root()).output().unwrap();
    let status = output.status.code().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("{stdout}{stderr}exit status {status}\n")
}

#[test]
fn golden() {
    insta::glob!("../testdata/reports", "*.stf", |path| {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!("report", shown(path));
        });
    });
}

fn program(path: &Path) -> Program {
    Arc::unwrap_or_clone(of_file(path).elaborate().unwrap())
}

/// A command that means nothing is an error with its line and column, and says what would have meant something.
#[test]
fn bad_lines() {
    let program = program(&root().join("testdata/reports/bad_lines.p4"));
    let text = std::fs::read_to_string(root().join("testdata/reports/bad_lines.txt")).unwrap();
    let mut out = String::new();
    for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let mut engine = InterpEngine::new(&program).unwrap();
        match run_stf(&program, &line.replace(" ; ", "\n"), &mut engine) {
            Err(error) => writeln!(out, "{line}\n  {error}").unwrap(),
            Ok(report) => writeln!(out, "{line}\n  no error, but {report}").unwrap(),
        }
    }
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("report@bad_lines", out);
    });
    assert!(!out.contains("no error, but"), "{out}");
}
