//! Multicast groups and clone sessions by the command line: what it takes, shows and refuses. What becomes of packets the runtime's tests show, and the
//! program is the one that they have; what programs of the compiler's remember of groups is here.
//!
//! Needs root, iproute2 and clang.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "it is a test")]

use p4xdp_runtime::copies::{MulticastNode, Write};
use p4xdp_runtime::harness::Harness;
use p4xdp_runtime::harness::tap::Taps;
use p4xdp_runtime::load::load_detached;
use p4xdp_runtime::{Object, Program};
use p4xdp_test_support::command::{self, sh};
use p4xdp_test_support::copies::{Variant, object};
use p4xdp_test_support::needs::{Need, are_met};
use p4xdp_test_support::program::{self, compiled};
use p4xdp_test_support::{bpftool, root, space, switch};
use std::path::Path;
use std::time::Duration;

/// What it prints and says, and its exit status, on words that are separated by blanks.
fn call(words: &str) -> (String, String, Option<i32>) {
    let output = command::p4xdp().args(words.split_whitespace()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

#[track_caller]
fn p4xdp(words: &str) -> String {
    let (printed, said, status) = call(words);
    assert_eq!(status, Some(0), "{words}: {said}");
    printed
}

#[track_caller]
fn refused(words: &str, status: i32, says: &str) {
    let (_, said, ended) = call(words);
    assert_eq!(ended, Some(status), "{words}: {said}");
    assert!(said.contains(says), "{words}: {said}");
}

/// Runs a test in a namespace where the program runs as port 1 on `eth1` and as port 2 on `7`, a device whose name is a number.
fn inside(name: &str, test: impl FnOnce(&Path) + Send) {
    let pairs = [[("eth1", 1000), ("h1", 1001)], [("7", 1600), ("h2", 1601)]];
    space::inside(name, &pairs, || {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("copies.o");
        std::fs::write(&path, object(&Variant { numbered: true, ..Variant::default() }).bytes()).unwrap();
        p4xdp(&format!("load --no-pins {} 1=eth1 2=7", path.display()));
        test(&path);
    });
}

#[test]
fn groups_are_shown_as_they_are_given() {
    inside("groups_are_shown_as_they_are_given", |object| {
        assert_eq!(p4xdp("multicast dump --dev eth1"), "");
        p4xdp("multicast insert --dev eth1 7 eth1 0x5:2 5:eth1 dev:7");
        p4xdp("multicast insert --dev eth1 8");
        let all = "group 7 -> eth1 5:dev:7 5:eth1 dev:7\ngroup 8 ->\n";
        assert_eq!(p4xdp("multicast dump --dev eth1"), all);
        p4xdp("multicast modify --dev eth1 8 2");
        assert_eq!(p4xdp("multicast dump --dev 7 8"), "group 8 -> dev:7\n");
        let json = r#"{"copies":[{"device":"7","port":2,"replication_id":0}],"group":8}"#;
        assert_eq!(p4xdp("multicast dump --dev 7 8 --json"), format!("{json}\n"));
        // What is shown is what is taken.
        p4xdp("multicast modify --dev eth1 8 eth1 5:dev:7 5:eth1 dev:7");
        assert_eq!(p4xdp("multicast dump --dev eth1 8"), "group 8 -> eth1 5:dev:7 5:eth1 dev:7\n");
        let said = p4xdp(&format!("load --no-pins {} eth1 7", object.display()));
        assert!(said.ends_with("multicast groups: kept\n"), "{said}");
        p4xdp("multicast delete --dev eth1 8");
        p4xdp("multicast insert --force --dev eth1 9 3 1");
        assert_eq!(p4xdp("multicast dump --dev eth1 9"), "group 9 -> 3 eth1\n");
        sh("ip link del 7");
        assert_eq!(p4xdp("multicast dump --dev eth1 7"), "group 7 -> eth1 5:2 5:eth1 2\n");
    });
}

#[test]
fn sessions_are_shown() {
    inside("sessions_are_shown", |_| {
        p4xdp("multicast insert --dev eth1 7 eth1");
        p4xdp("session insert --dev eth1 0 --port dev:7");
        p4xdp("session insert --dev eth1 5 --group 7 --class-of-service 3 --length 64");
        let all = "session 0 -> port dev:7\nsession 5 -> group 7, class of service 3, cut to 64 bytes\n";
        assert_eq!(p4xdp("session dump --dev eth1"), all);
        let first = r#"{"class_of_service":0,"device":"7","port":2,"session":0}"#;
        let second = r#"{"class_of_service":3,"group":7,"length":64,"session":5}"#;
        assert_eq!(p4xdp("session dump --dev eth1 --json"), format!("{first}\n{second}\n"));
        p4xdp("session modify --dev eth1 5 --port 1");
        assert_eq!(p4xdp("session dump --dev eth1 5"), "session 5 -> port eth1\n");
        assert!(p4xdp("status eth1").contains("  1 multicast groups, 2 clone sessions\n"));
        p4xdp("session delete --dev eth1 5");
        assert_eq!(p4xdp("session dump --dev eth1"), "session 0 -> port dev:7\n");
    });
}

#[test]
fn what_is_wrong_is_told() {
    inside("what_is_wrong_is_told", |_| {
        p4xdp("multicast insert --dev eth1 7 eth1");
        p4xdp("session insert --dev eth1 5 --group 7");
        refused(
            "multicast insert --dev eth1 7 eth1",
            1,
            "multicast group 7 is there already; modify it instead",
        );
        refused("multicast insert --dev eth1 8 3", 1, "`3` is no port of the program, which has 1=eth1 2=7");
        refused("multicast insert --dev eth1 8 h1", 1, "`h1` is no port of the program");
        refused(
            "multicast insert --dev eth1 8 eth9",
            1,
            "there is no device `eth9` in this network namespace",
        );
        refused("multicast insert --dev eth1 8 4294967296:1", 1, "does not fit `replication id`");
        refused("multicast insert --dev eth1 many eth1", 1, "`many` is not a value for `group`");
        refused("multicast insert --dev eth1 0 eth1", 1, "0 is no multicast group");
        refused("multicast modify --dev eth1 8 eth1", 1, "there is no multicast group 8");
        refused("multicast delete --dev eth1 7", 1, "is in use: clone session 5 goes to it");
        refused("multicast dump --dev eth1 8", 1, "there is no multicast group 8");
        refused(
            "session insert --dev eth1 6 --group 8",
            1,
            "no multicast group 8, to which clone session 6 goes",
        );
        refused("session insert --dev eth1 6", 2, "--port <PORT>|--group <GROUP>");
        refused("session insert --dev eth1 6 --port 1 --group 7", 2, "cannot be used with");
        refused("session delete --dev eth1 6", 1, "there is no clone session 6");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("switch.o");
        std::fs::write(&path, switch::object(&switch::Variant::default()).bytes()).unwrap();
        p4xdp(&format!("load --no-pins {} h1", path.display()));
        refused("multicast dump --dev h1", 1, "the program sends no copies of packets");
        refused("session dump --dev h1", 1, "the program sends no copies of packets");
    });
}

/// Processors remember which copies a group has, and numbers of sets are given to others once they are free.
#[test]
fn a_group_that_has_changed_is_forgotten() {
    if !switch::privileged() {
        return;
    }
    let output = compiled(&root().join("testdata/packets/v1model_copies.p4"));
    let program =
        load_detached(&Object::open(&program::object("forgotten", &output).path).unwrap(), 1000).unwrap();
    let mut taps = Taps::new().unwrap();
    taps.open(&program, &[0, 1, 2, 3]).unwrap();
    let mut sent = |group: &[(u32, u32)]| {
        let nodes: Vec<MulticastNode> = group
            .iter()
            .map(|(id, port)| MulticastNode { replication_id: *id, ports: vec![*port] })
            .collect();
        taps.within(&mut || program.copies()?.write_group(7, &nodes, Write::Set)).unwrap();
        // Twice: what the first packet finds, processors remember for the second one.
        for _ in 0..2 {
            taps.inject(&program, 0, &[0, 0, 0, 0, 1, 9, 9, 9, 9, 9, 9, 9, 9, 9]).unwrap();
            let mut seen: Vec<(u32, u32)> = taps
                .collect(&program)
                .unwrap()
                .into_iter()
                .map(|out| (u32::from(out.bytes[4]) - 0x10 - out.port, out.port))
                .collect();
            seen.sort_unstable();
            assert_eq!(seen, group);
        }
    };
    for id in (1..40).step_by(4) {
        sent(&[(id, 1)]);
        sent(&[(id + 1, 1)]);
        sent(&[(id + 2, 1), (id + 2, 3)]);
        sent(&[(id, 1), (id + 1, 1), (id + 1, 2), (id + 3, 1)]);
    }
}

/// Entries of a map of the program that runs on a device.
fn entries(device: &str, map: &str) -> usize {
    bpftool::dump(Program::by_device(device).unwrap().id(), map).len()
}

#[test]
fn what_was_cut_short_is_mended_by_the_next_change() {
    if !bpftool::privileged() {
        return;
    }
    inside("what_was_cut_short_is_mended_by_the_next_change", |_| {
        p4xdp("multicast insert --dev eth1 7 1 2");
        p4xdp("session insert --dev eth1 5 --group 7");
        let maps = ["p4xdp_copy_sets", "p4xdp_copy_devs", "p4xdp_copy_role"];
        let before = maps.map(|map| entries("eth1", map));
        for milliseconds in 0..25 {
            let words = "multicast modify --dev eth1 7 1 2 1 1 2 2".split_whitespace();
            let mut process = command::p4xdp().args(words).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(milliseconds));
            process.kill().unwrap();
            process.wait().unwrap();
        }
        p4xdp("multicast modify --dev eth1 7 1 2");
        assert_eq!(maps.map(|map| entries("eth1", map)), before);
        assert_eq!(p4xdp("multicast dump --dev eth1"), "group 7 -> eth1 dev:7\n");
    });
}

/// With pins, `CAP_BPF` and `CAP_NET_ADMIN` do: the program that copies run is pinned, too.
#[test]
fn few_rights_suffice() {
    if !are_met(&[Need::Root, Need::Command("ip"), Need::Command("setpriv"), Need::Command("unshare")]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("copies.o"), object(&Variant::default()).bytes()).unwrap();
    let said = space::script(
        folder.path(),
        "ip link add d0 index 1000 type veth peer name d1 index 1001; ip link set d0 up; ip link set d1 up
        two() { setpriv --bounding-set -all,+bpf,+net_admin --inh-caps -all,+bpf,+net_admin \"$@\"; }
        two $P load copies.o d0 >/dev/null
        two $P multicast insert --dev d0 7 3:d0
        two $P session insert --dev d0 5 --group 7
        two $P load copies.o d0 2>/dev/null
        two $P multicast modify --dev d0 7 d0 d0
        two $P multicast dump --dev d0; two $P session dump --dev d0
        two $P unload d0; ! test -e /sys/fs/bpf/p4xdp",
    );
    let (_, told) = said.split_once("replacing").unwrap();
    let (_, told) = told.split_once('\n').unwrap();
    let kept = "clone sessions: kept\nmulticast groups: kept\n";
    let dumped = "group 7 -> d0 d0\nsession 5 -> group 7\n";
    assert!(told.starts_with(&format!("{kept}{dumped}d0: program")), "{said}");
    assert!(told.ends_with("taken off\n"), "nothing stays pinned: {said}");
}
