//! The rule about skipping: a test that lacks something is passed over with a word, and fails where skipping is forbidden.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use p4xdp_test_support::needs::{Need, is_ignored, met};
use std::process::{Command, Output};

const LACKING: &[Need] = &[Need::Command("no-such-command-of-p4xdp"), Need::File("/nonexistent/header.h")];

/// Run by the other test, in processes of their own; by itself it is about what is there.
#[test]
fn needs_what_p4xdp_skipping_says() {
    let wanted = if std::env::var_os("P4XDP_TEST_LACKING").is_some() { LACKING } else { &[] };
    assert!(met("it", wanted) != std::env::var_os("P4XDP_TEST_LACKING").is_some());
    assert_eq!(is_ignored(wanted), !wanted.is_empty());
}

fn again(variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "needs_what_p4xdp_skipping_says", "--nocapture"]);
    command.env_remove("CI").env_remove("P4XDP_FORBID_SKIP").env("P4XDP_TEST_LACKING", "1");
    command.envs(variables.iter().copied()).output().unwrap()
}

#[test]
fn a_test_that_lacks_something_says_so_or_fails() {
    let what = "it needs the command `no-such-command-of-p4xdp`, /nonexistent/header.h";
    for permitted in [&[][..], &[("CI", "")], &[("CI", "false"), ("P4XDP_FORBID_SKIP", "0")]] {
        let output = again(permitted);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && stderr.contains(&format!("SKIPPED it: {what}")), "{stderr}");
    }
    for forbidden in [("CI", "true"), ("P4XDP_FORBID_SKIP", "1")] {
        let output = again(&[forbidden]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && stderr.contains(&format!("{what}, and skipping is forbidden here")),
            "{stderr}"
        );
    }
}
