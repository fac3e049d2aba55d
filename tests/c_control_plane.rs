//! A control plane in plain C: compiled against the generated header and libbpf, it loads the router, fills its table and finds its
//! packets forwarded.
//!
//! Needs root, cc and libbpf-dev; without root it is passed over outside CI.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a failing test may panic, and a bench prints"
)]

use std::path::Path;
use std::process::Command;

#[track_caller]
fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    assert!(
        output.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_header_serves_a_c_program() {
    let root = std::fs::metadata("/proc/self").is_ok_and(|m| std::os::unix::fs::MetadataExt::uid(&m) == 0);
    assert!(root || std::env::var_os("CI").is_none(), "this test needs root, and CI may not pass it over");
    if !root {
        return;
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dir = tempfile::tempdir().expect("a temporary directory");
    run(Command::new(env!("CARGO_BIN_EXE_p4xdp"))
        .arg("build")
        .arg(here.join("examples/router/router.p4"))
        .arg("-o")
        .arg(dir.path()));
    let program = dir.path().join("control");
    run(Command::new("cc")
        .args(["-Wall", "-Wextra", "-Werror", "-O1", "-I"])
        .arg(dir.path())
        .arg(here.join("tests/c/router_control.c"))
        .arg("-o")
        .arg(&program)
        .arg("-lbpf"));
    run(Command::new(&program).arg(dir.path().join("router.o")));
}
