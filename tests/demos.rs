//! The demos of the examples, each as a reader would run it. They take seconds each, so they run only when they are asked for:
//! `cargo test --test demos -- --ignored`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test")]

use libtest_mimic::{Arguments, Failed, Trial};
use p4xdp_test_support::command::binary;
use p4xdp_test_support::needs::{Need, met};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let mut args = Arguments::from_args();
    args.test_threads.get_or_insert(2);
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut demos: Vec<PathBuf> = std::fs::read_dir(examples)
        .unwrap()
        .map(|entry| entry.unwrap().path().join("demo.sh"))
        .filter(|demo| demo.exists())
        .collect();
    demos.sort();
    assert!(demos.len() >= 10, "{demos:?}");
    let trials = demos.into_iter().map(|demo| {
        let name = demo.parent().and_then(Path::file_name).unwrap().to_string_lossy().into_owned();
        Trial::test(name, move || run(&demo)).with_ignored_flag(true)
    });
    libtest_mimic::run(&args, trials.collect()).exit_code()
}

fn run(demo: &Path) -> Result<(), Failed> {
    let commands = ["ip", "ethtool", "ping", "cc", "nsenter", "setsid", "sysctl"].map(Need::Command);
    if !met("a demo", &[&[Need::Root, Need::File("/usr/include/bpf/bpf.h")], &commands[..]].concat()) {
        return Ok(());
    }
    let output = Command::new("sh").arg(demo).env("P4XDP", binary()).output().unwrap();
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    Err(format!("{}: {}\n{}", demo.display(), output.status, String::from_utf8_lossy(&text)).into())
}
