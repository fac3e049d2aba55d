//! The Helm chart: it renders to what Kubernetes takes, and its container's command runs with the rights that it is given.
//!
//! Needs root, iproute2, openssl, clang, and python3 with venv, which brings helm.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test")]

use p4xdp_test_support::command::run;
use p4xdp_test_support::needs::{Need, are_met};
use p4xdp_test_support::{root, space};

/// What a script of the repository prints, with a word or none.
fn said_by(script: &str, word: &str) -> String {
    let script = root().join(script);
    let words: Vec<&str> =
        [script.to_str().unwrap(), word].into_iter().filter(|word| !word.is_empty()).collect();
    run(&words).trim_end().to_owned()
}

#[test]
fn the_chart() {
    let commands = ["ip", "unshare", "mount", "setpriv", "openssl", "python3", "flock"].map(Need::Command);
    if !are_met(&[&[Need::Root], &commands[..]].concat()) {
        return;
    }
    let (helm, python) = (said_by("tests/helm", ""), said_by("tests/python", "deploy"));
    let folder = tempfile::tempdir().unwrap();
    let script = root().join("tests/deploy/chart.py");
    let chart = root().join("deploy/helm/p4xdp");
    let said = space::script(
        folder.path(),
        &format!(
            "ip link set lo up
            for n in 1 2; do
                ip link add sw$n index 100$n type veth peer name h$n index 101$n
                ip link set sw$n up
                ip link set h$n up
            done
            export PYTHONDONTWRITEBYTECODE=1
            exec timeout 150 {python}/bin/python {} {helm} {}",
            script.display(),
            chart.display()
        ),
    );
    eprintln!("{said}");
}

#[test]
fn the_chart_has_the_version_of_the_program() {
    let chart = std::fs::read_to_string(root().join("deploy/helm/p4xdp/Chart.yaml")).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    assert!(chart.contains(&format!("\nversion: {version}\nappVersion: \"{version}\"\n")), "{chart}");
}
