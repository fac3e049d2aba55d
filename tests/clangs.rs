//! What `build` makes by the newest clang of Debian 12, which is not the one that everything else is tested by: each packet test's program and each
//! example is verified. Clang 16 and later argue about pointers and loops in ways that the verifier cannot follow.
//!
//! Needs root, and what `tests/clang` needs where clang 19 is not installed.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "it is a test")]

use p4xdp_test_support::command::{p4xdp, run};
use p4xdp_test_support::needs::{Need, met};
use p4xdp_test_support::{files, root};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

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
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(program) = { next.lock().expect("no panic while held").next() } {
                    if let Some(said) = refusal(program, clang.trim()) {
                        refused.lock().expect("no panic while held").push(said);
                    }
                }
            });
        }
    });
    let refused = refused.into_inner().unwrap();
    assert!(refused.is_empty(), "{} of {} programs:\n{}", refused.len(), programs.len(), refused.join("\n"));
}

/// What is said of a program that XDP can have, and that does not build or is not verified.
fn refusal(program: &Path, clang: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| {
        let mut command = p4xdp();
        command.args(words).args(["-W", "none"]).arg(program);
        let code = program.with_extension("c");
        if code.exists() {
            command.arg("--extern").arg(code);
        }
        command.output().unwrap()
    };
    if !run(&["check", "--target", "xdp"]).status.success() {
        return None;
    }
    let output = run(&["build", "--verify", "--clang", clang, "-o", folder.path().to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (!output.status.success()).then(|| format!("{}: {said}", program.display()))
}
