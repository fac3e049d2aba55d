//! P4Runtime clients that there are against `p4xdp serve`, each from start to finish: scripts of `tests/clients`, in Python environments with fixed versions
//! (`tests/python`), on veth pairs in network namespaces of the tests' own.
//!
//! Needs root, iproute2, ethtool, openssl, clang, and python3 with venv.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test")]

use p4xdp_test_support::command::{binary, run};
use p4xdp_test_support::needs::{Need, are_met};
use p4xdp_test_support::{root, space};

/// The folder of a Python environment; it is made where it is not there yet.
fn python(name: &str) -> String {
    run(&[root().join("tests/python").to_str().unwrap(), name]).trim_end().to_owned()
}

/// Runs a script of `tests/clients` beside the objects and P4Info of these programs.
#[track_caller]
fn client(environment: &str, script: &str, programs: &[&str]) -> String {
    client_behind("", environment, script, programs)
}

/// The same, with a command in front of the server's that runs it.
#[track_caller]
fn client_behind(before: &str, environment: &str, script: &str, programs: &[&str]) -> String {
    let commands =
        ["ip", "ethtool", "sysctl", "unshare", "nsenter", "mount", "setpriv", "openssl", "python3"]
            .map(Need::Command);
    if !are_met(&[&[Need::Root], &commands[..]].concat()) {
        return String::new();
    }
    let python = python(environment);
    let folder = tempfile::tempdir().unwrap();
    for program in programs {
        let (program, out) = (root().join(program), folder.path().to_str().unwrap());
        run(&[binary(), "build", program.to_str().unwrap(), "--emit", "obj,p4info", "-o", out]);
    }
    let clients = root().join("tests/clients");
    let clients = clients.display();
    let said = space::script(
        folder.path(),
        &format!(
            ". {clients}/network.sh
            export PYTHONDONTWRITEBYTECODE=1 BEFORE='{before}'
            exec timeout 150 {python}/bin/python {clients}/{script}"
        ),
    );
    eprintln!("{said}");
    said
}

#[test]
fn p4runtime_shell() {
    client("shell", "with_shell.py", &["tests/clients/fabric.p4"]);
}

#[test]
fn finsy() {
    client("finsy", "with_finsy.py", &["tests/clients/fabric.p4", "examples/learn/learn.p4"]);
}

/// The messages of the running server, as it describes them, and those of the clients.
#[test]
fn messages() {
    client("messages", "with_messages.py", &[]);
    let table = root().join("p4runtime/tests/fields.txt");
    client("finsy", &format!("finsy_messages.py {}", table.display()), &[]);
}

#[test]
fn tls() {
    client("shell", "with_tls.py", &[]);
}

/// The server with the rights that the Helm chart gives it, and no others.
#[test]
fn rights_of_the_chart() {
    let values = std::fs::read_to_string(root().join("deploy/helm/p4xdp/values.yaml")).unwrap();
    let added = values.lines().find_map(|line| line.trim_start().strip_prefix("add: [")).unwrap();
    let rights: Vec<String> =
        added.trim_end_matches(']').split(", ").map(|name| format!("+{}", name.to_lowercase())).collect();
    let limited = format!("setpriv --bounding-set=-all,{} --", rights.join(","));
    client_behind(&limited, "shell", "with_shell.py", &["tests/clients/fabric.p4"]);
}
