//! Bad input on the command line: a clear error, the exit status of the contract, and never a panic.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "it is a test")]

use p4xdp_test_support::command;
use std::io::Write;
use std::path::Path;
use std::process::Output;

fn p4xdp(args: &[&str]) -> Output {
    command::p4xdp().args(args).output().expect("the binary runs")
}

/// Checks a program that is written to a file first; the exit status and standard error.
fn check(text: &[u8]) -> (Option<i32>, String) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("program.p4");
    std::fs::File::create(&path).and_then(|mut f| f.write_all(text)).expect("writable");
    let output = p4xdp(&["check", &path.to_string_lossy(), "--error-format", "short"]);
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).replace(&*dir.path().to_string_lossy(), "DIR"),
    )
}

/// The program is refused with an error of this code at this line.
#[track_caller]
fn refused(text: &[u8], line: u32, code: &str) {
    let (status, stderr) = check(text);
    assert_eq!(status, Some(1), "{stderr}");
    let first = stderr.lines().next().unwrap_or_default();
    assert!(first.starts_with(&format!("DIR/program.p4:{line}:")), "{stderr}");
    assert!(first.contains(&format!("error[{code}]")), "{stderr}");
}

#[test]
fn no_such_file() {
    let output = p4xdp(&["check", "/nonexistent/program.p4"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("/nonexistent/program.p4"));
}

#[test]
fn a_directory() {
    let output = p4xdp(&["check", "/"]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn wrong_usage() {
    for args in [
        &["check"][..],
        &["frobnicate"],
        &["check", "x.p4", "--error-format", "long"],
        &["explain", "E9999"],
        &["check", "x.p4", "-W", "W9999"],
    ] {
        let output = p4xdp(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(!output.stderr.is_empty(), "{args:?}");
    }
}

#[test]
fn an_empty_file_is_an_empty_program() {
    assert_eq!(check(b""), (Some(0), String::new()));
}

#[test]
fn a_binary_file() {
    let bytes: Vec<u8> = (0..4096u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let (status, stderr) = check(&bytes);
    assert_eq!(status, Some(1), "{stderr}");
    assert!(stderr.contains("error["), "{stderr}");
}

#[test]
fn a_file_that_includes_itself() {
    refused(b"#include \"program.p4\"\n", 1, "E0103");
}

#[test]
fn an_unterminated_comment() {
    refused(b"\n/* no end\n\n", 2, "E0105");
}

#[test]
fn a_misspelt_include() {
    refused(b"\n#include <cor.p4>\n", 2, "E0102");
}

#[test]
fn a_thousand_parentheses() {
    let text = format!("const bit<8> x = {}1{};\n", "(".repeat(1000), ")".repeat(1000));
    let (status, stderr) = check(text.as_bytes());
    assert!(status == Some(0) || status == Some(1) && stderr.contains(":1:"), "{status:?} {stderr}");
}

#[test]
fn a_hundred_thousand_of_everything_that_nests() {
    for (open, close) in
        [("(", ")"), ("{", "}"), ("-", ""), ("(bit<8>)", ""), ("a[", "]"), ("f(", ")"), ("a.b<c<", "")]
    {
        let text = format!("const bit<8> x = {}1{};\n", open.repeat(100_000), close.repeat(100_000));
        let (status, stderr) = check(text.as_bytes());
        assert_eq!(status, Some(1), "{open}: {stderr}");
        assert!(stderr.contains("error["), "{open}: {stderr}");
    }
}

#[test]
fn explanations_of_all_codes_print() {
    let list = p4xdp(&["explain", "--list"]);
    assert_eq!(list.status.code(), Some(0));
    for line in String::from_utf8_lossy(&list.stdout).lines() {
        let code = line.split_whitespace().next().unwrap_or_default();
        let explanation = p4xdp(&["explain", code]);
        assert_eq!(explanation.status.code(), Some(0), "{code}");
        assert!(explanation.stdout.len() > 80, "{code} is hardly explained");
    }
}

#[test]
fn the_examples_check() {
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")).expect("examples")
    {
        let folder = entry.expect("an entry").path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let program = folder.join(format!("{name}.p4"));
        if program.exists() {
            let output = p4xdp(&["check", &program.to_string_lossy()]);
            assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

#[test]
fn warnings_are_left_out_or_made_errors() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("program.p4");
    std::fs::write(&path, "#warning old\n").expect("writable");
    let path = path.to_string_lossy();
    let with = |flags: &[&str]| {
        let output = p4xdp(&[&["check", &path][..], flags].concat());
        (output.status.code(), String::from_utf8_lossy(&output.stderr).replace(&*path, "P"))
    };
    let (status, stderr) = with(&[]);
    assert_eq!(status, Some(0), "{stderr}");
    assert!(stderr.starts_with("warning[W0101]: #warning old\n"), "{stderr}");
    assert!(stderr.ends_with("warning: `P` has 1 warning\n"), "{stderr}");
    assert_eq!(with(&["-W", "no-W0101"]), (Some(0), String::new()));
    let (status, stderr) = with(&["-W", "error"]);
    assert_eq!(status, Some(1), "{stderr}");
    assert!(stderr.starts_with("error[W0101]"), "{stderr}");
    assert!(stderr.ends_with("error: could not compile `P` due to the previous error\n"), "{stderr}");
}
