//! What `build` makes by the newest clang of Debian 12, which is not the one that everything else is tested by: each packet test's program and each
//! example is verified. Clang 16 and later argue about pointers and loops in ways that the verifier cannot follow.
//!
//! Needs root, and what `tests/clang` needs where clang 19 is not installed.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "it is a test")]

use p4xdp_test_support::command::{p4xdp, run};
use p4xdp_test_support::needs::{Need, met};
use p4xdp_test_support::{files, root};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

#[test]
#[ignore = "takes minutes"]
fn programs_are_verified_by_clang_19() {
    if !met("programs_are_verified_by_clang_19", &[Need::Root]) {
        return;
    }
    let clang = run(&[root().join("tests/clang").to_str().unwrap(), "19"]);
    let programs: Vec<PathBuf> = ["examples", "testdata/packets"]
        .iter()
        .flat_map(|folder| files(&root().join(folder), "p4"))
        .collect();
    assert!(programs.len() > 150, "{} programs", programs.len());
    let next = Mutex::new(programs.iter());
    let refused = Mutex::new(Vec::new());
    let built = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(program) = { next.lock().expect("no panic while held").next() } {
                    if !is_for_xdp(program) {
                        continue;
                    }
                    built.fetch_add(1, Ordering::Relaxed);
                    if let Some(said) = refusal(program, clang.trim()) {
                        refused.lock().expect("no panic while held").push(said);
                    }
                }
            });
        }
    });
    // A few are the interpreter's alone.
    let built = built.into_inner();
    assert!(built * 10 > programs.len() * 9, "{built} of {} programs are for XDP", programs.len());
    let refused = refused.into_inner().unwrap();
    assert!(refused.is_empty(), "{} of {} programs:\n{}", refused.len(), programs.len(), refused.join("\n"));
}

/// The command on a program, with the C of its externs.
fn run_on(program: &Path, words: &[&str]) -> Output {
    let mut command = p4xdp();
    command.args(words).args(["-W", "none"]).arg(program);
    let code = program.with_extension("c");
    if code.exists() {
        command.arg("--extern").arg(code);
    }
    command.output().unwrap()
}

/// XDP can have it; of what keeps a program from that clang knows nothing.
fn is_for_xdp(program: &Path) -> bool {
    run_on(program, &["check", "--target", "xdp"]).status.success()
}

/// What is said of a program that does not build, or is not verified.
fn refusal(program: &Path, clang: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let output = run_on(program, &["build", "--verify", "--clang", clang, "-o", out]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (!output.status.success()).then(|| format!("{}: {said}", program.display()))
}
