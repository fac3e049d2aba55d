//! Other people's loaders: the L2 switch's object attached by iproute2 and by xdp-loader in a namespace of its own. Its default action and its
//! constant entries hold without any control program, and p4xdp finds its tables afterwards; so it does those of all examples. docs/other-tools.md
//! has a table of it.
//!
//! Needs root, iproute2, ethtool, bpftool and xdp-tools.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "it is a test")]

use p4xdp_runtime::manifest::Role;
use p4xdp_test_support::command::{binary, build, output, run};
use p4xdp_test_support::space::{Space, with_object};
use p4xdp_test_support::{files, root};
use std::path::{Path, PathBuf};

/// Sends a frame from the host's end: an echo request to a neighbour whose address we make up.
fn send(space: &Space, destination: &str) {
    space.run(&["ip", "neighbour", "replace", "10.9.0.9", "lladdr", destination, "dev", "host"]);
    space.try_run(&["ping", "-q", "-c", "1", "-W", "0.1", "10.9.0.9"]);
}

/// Takes up the entry of the address that [`holds`] sends to.
fn insert(space: &Space) {
    let entry = ["mac", "02:00:00:00:00:09", "forward", "port=1000"];
    space.run(&[&[binary(), "table", "insert", "--dev", "sw"][..], &entry].concat());
}

/// The switch's object, and a namespace to run it in; nothing where the test is passed over.
fn switch(name: &str) -> Option<(tempfile::TempDir, String, Space)> {
    with_object("examples/switch/switch.p4", name)
}

/// Unknown destinations are dropped and counted by the default action, pause frames dropped by a constant entry, LLDP passed by another.
fn holds(space: &Space) {
    for destination in ["02:00:00:00:00:09", "02:00:00:00:00:09", "01:80:c2:00:00:01", "01:80:c2:00:00:0e"] {
        send(space, destination);
    }
    std::thread::sleep(std::time::Duration::from_millis(200));
    let counters = space.run(&[binary(), "counter", "dump", "--dev", "sw"]);
    assert!(
        counters.contains("[1]: 2 packets"),
        "the default action counts unknown destinations:\n{counters}"
    );
    assert!(counters.contains("[2]: 2 packets"), "constant entries count reserved ones:\n{counters}");
    insert(space);
    let tables = space.run(&[binary(), "table", "dump", "--dev", "sw"]);
    assert!(tables.contains("forward(port=sw)"), "{tables}");
}

#[test]
fn iproute2_attaches_the_switch() {
    let Some((_dir, object, space)) = switch("iproute2") else { return };
    space.run(&["ip", "link", "set", "dev", "sw", "xdp", "obj", &object, "sec", "xdp"]);
    holds(&space);
    space.run(&["ip", "link", "set", "dev", "sw", "xdp", "off"]);
}

#[test]
fn xdp_loader_attaches_the_switch() {
    let Some((_dir, object, space)) = switch("xdp-loader") else { return };
    space.run(&["xdp-loader", "load", "sw", &object]);
    holds(&space);
    space.run(&["xdp-loader", "unload", "sw", "--all"]);
}

/// A loader of somebody else's.
struct Loader {
    name: &'static str,
    /// What puts `OBJECT` on the device, in a shell.
    attach: &'static str,
    /// What takes it off.
    detach: &'static str,
}

const IPROUTE2: Loader = Loader {
    name: "ip",
    attach: "ip link set dev sw xdp obj OBJECT sec xdp",
    detach: "ip link set dev sw xdp off",
};
const XDP_LOADER: Loader =
    Loader { name: "xdp-loader", attach: "xdp-loader load sw OBJECT", detach: "xdp-loader unload sw --all" };
// Without a type, so that each program has that of its section; the pins are in a mount namespace of the command's own, and go with it.
const BPFTOOL: Loader = Loader {
    name: "bpftool",
    attach: "bpftool prog loadall OBJECT PINS; bpftool net attach xdp pinned PINS/ENTRY dev sw",
    detach: "bpftool net detach xdp dev sw",
};

/// Objects of these programs by a loader: p4xdp finds all tables of each.
fn takes(loader: &Loader, programs: &[PathBuf]) {
    if !p4xdp_test_support::bpftool::privileged() || !p4xdp_test_support::space::privileged() {
        return;
    }
    let space = Space::new(&format!("all-{}", loader.name));
    for program in programs {
        let folder = tempfile::tempdir().expect("a folder");
        let object = build(program, folder.path());
        let opened = p4xdp_runtime::Object::open(Path::new(&object)).expect("an object");
        let manifest = opened.manifest();
        let shell = |script: &str| {
            let script = script.replace("OBJECT", &object).replace("ENTRY", &manifest.entry);
            space.run(&["sh", "-ec", &script.replace("PINS", &format!("/sys/fs/bpf/{}", space.0))])
        };
        shell(loader.attach);
        let listed = space.run(&[binary(), "table", "list", "--dev", "sw"]);
        for table in &manifest.view.tables {
            assert!(listed.contains(table.name()), "{} by {}: {listed}", program.display(), loader.name);
        }
        shell(loader.detach);
    }
}

/// The programs of the examples.
fn examples() -> Vec<PathBuf> {
    files(&root().join("examples"), "p4")
}

#[test]
fn iproute2_takes_every_example() {
    takes(&IPROUTE2, &examples());
}

#[test]
fn xdp_loader_takes_every_example() {
    takes(&XDP_LOADER, &examples());
}

#[test]
fn bpftool_takes_every_example() {
    takes(&BPFTOOL, &examples());
}

/// aya takes programs whose objects have no array of programs in which one stands from the beginning: it knows such values of arrays of maps alone.
#[test]
#[ignore = "builds aya"]
fn aya_takes_examples_without_calls() {
    if !p4xdp_test_support::bpftool::privileged() {
        return;
    }
    let (project, target) = (root().join("tests/aya"), root().join("target/aya"));
    let cargo = [env!("CARGO"), "build", "--quiet", "--locked", "--manifest-path"];
    let (manifest, target) = (project.join("Cargo.toml"), target.to_str().expect("a path"));
    run(&[&cargo[..], &[manifest.to_str().expect("a path"), "--target-dir", target]].concat());
    let loader = format!("{target}/debug/loads-by-aya");
    let mut taken = 0;
    for program in examples() {
        let folder = tempfile::tempdir().expect("a folder");
        let object = build(&program, folder.path());
        let opened = p4xdp_runtime::Object::open(Path::new(&object)).expect("an object");
        let calls = opened.manifest().programs.iter().any(|program| matches!(program.role, Role::Tail(_)));
        let output = output(&[&loader, &object]);
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.success(), !calls, "{said}");
        taken += usize::from(!calls);
    }
    assert!(taken > 5, "aya takes {taken}");
}

#[test]
fn a_second_load_keeps_the_tables_and_a_bad_one_changes_nothing() {
    let Some((dir, object, space)) = switch("replace") else {
        return;
    };
    space.run(&[binary(), "load", &object, "sw"]);
    insert(&space);
    let before = space.run(&["ip", "link", "show", "sw"]);

    let bad = dir.path().join("bad.o");
    std::fs::write(&bad, b"\x7fELF and then nothing").expect("writable");
    let refused = space.try_run(&[binary(), "load", &bad.to_string_lossy(), "sw"]);
    assert_eq!(refused.status.code(), Some(1));
    let missing = space.try_run(&[binary(), "load", "/nonexistent.o", "sw"]);
    assert_eq!(missing.status.code(), Some(2));
    let elsewhere = space.try_run(&[binary(), "load", &object, "sw", "nosuchdev"]);
    assert_eq!(elsewhere.status.code(), Some(2));
    assert_eq!(space.run(&["ip", "link", "show", "sw"]), before, "a failed load leaves the running program");

    space.run(&[binary(), "load", &object, "sw"]);
    let tables = space.run(&[binary(), "table", "dump", "--dev", "sw", "mac"]);
    assert!(tables.contains("forward(port=sw)"), "replacing keeps the entries:\n{tables}");
    space.run(&[binary(), "unload", "sw"]);
    assert_eq!(space.try_run(&[binary(), "table", "dump", "--dev", "sw"]).status.code(), Some(1));
}

#[test]
fn wrong_table_commands_are_refused_and_change_nothing() {
    let Some((_dir, object, space)) = switch("refuse") else {
        return;
    };
    space.run(&[binary(), "load", &object, "sw"]);
    let wrong: &[(&[&str], &str)] = &[
        (&["insert", "mac", "0x1000000000000", "forward", "1"], "48"),
        (&["insert", "mac", "02:00:00:00:00:01", "forwrd", "1"], "forward"),
        (&["insert", "mac", "02:00:00:00:00:01", "forward", "prot=1"], "port"),
        (&["insert", "mac", "02:00:00:00:00:01", "forward"], "port"),
        (&["insert", "mac", "02:00:00:00:00:01", "forward", "0x100000000"], "32"),
        (&["insert", "mca", "02:00:00:00:00:01", "forward", "1"], "mac"),
        (&["insert", "reserved", "02:00:00:00:00:01", "drop"], "const"),
        (&["delete", "mac", "02:00:00:00:00:01"], "no entry"),
    ];
    for (command, hint) in wrong {
        let (verb, rest) = command.split_first().expect("a verb");
        let output = space.try_run(&[&[binary(), "table", verb, "--dev", "sw"][..], rest].concat());
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{command:?}: {stderr}");
        assert!(stderr.contains(hint), "{command:?} should speak of `{hint}`: {stderr}");
    }
    let tables = space.run(&[binary(), "table", "dump", "--dev", "sw", "mac"]);
    assert!(!tables.contains("forward("), "{tables}");
    space.run(&[binary(), "unload", "sw"]);
}
