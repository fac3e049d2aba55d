//! A fleet: finsy as the controller of twenty `p4xdp serve`, each in a network namespace of its own with two ports, over a bridge in a namespace of the
//! test's own. All come to what is wanted, also when ten were killed and started anew. What is done is in `tests/fleet`.
//!
//! Needs root, iproute2, ethtool, clang, and python3 with venv.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test")]

use p4xdp_test_support::command::{binary, run};
use p4xdp_test_support::needs::{Need, are_met};
use p4xdp_test_support::{root, space};

#[test]
fn twenty_switches_and_a_controller() {
    let commands =
        ["ip", "ethtool", "sysctl", "unshare", "nsenter", "setpriv", "mount", "python3"].map(Need::Command);
    if !are_met(&[&[Need::Root], &commands[..]].concat()) {
        return;
    }
    let python = run(&[root().join("tests/python").to_str().unwrap(), "finsy"]);
    let python = python.trim_end();
    let folder = tempfile::tempdir().unwrap();
    let (program, out) = (root().join("examples/learn/learn.p4"), folder.path().to_str().unwrap());
    run(&[binary(), "build", program.to_str().unwrap(), "--emit", "obj,p4info", "-o", out]);
    let story = root().join("tests/fleet/fleet.py");
    // All that the script starts ends with it, however it ends: it is the first process of its namespace.
    let said = space::script(
        folder.path(),
        &format!(
            "export PYTHONDONTWRITEBYTECODE=1
            exec timeout 240 unshare --pid --fork --kill-child --mount-proc {python}/bin/python {}",
            story.display()
        ),
    );
    eprintln!("{said}");
}
