//! Extern functions that the user defines in C: called with the values that P4 gives, and checked against the P4 declaration.
//!
//! Needs root and clang.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a failing test may panic, and a bench prints"
)]

mod needs;

use std::process::{Command, Output};

fn test(extra: &[&str]) -> Output {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/extern/");
    Command::new(env!("CARGO_BIN_EXE_p4xdp"))
        .args(["test", &format!("{here}mix.p4"), &format!("{here}mix.stf"), "--engine", "kernel"])
        .args(extra)
        .output()
        .expect("the binary runs")
}

#[test]
fn the_users_function_is_called() {
    if !needs::met("the_users_function_is_called", &[needs::Need::Root]) {
        return;
    }
    let output = test(&["--extern", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/extern/mix.c")]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1 passed, 0 failed\n");
}

#[test]
fn without_it_the_program_is_refused() {
    let output = test(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("E0523"));
    assert_eq!(test(&["--extern", "/nonexistent.c"]).status.code(), Some(2));
}

#[test]
fn a_function_of_another_type_is_told() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let wrong = dir.path().join("wrong.c");
    std::fs::write(&wrong, "static __u32 mix(__u32 a) { return a; }\n").expect("writable");
    let output = test(&["--extern", &wrong.to_string_lossy()]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("mix"), "{text}");
}
