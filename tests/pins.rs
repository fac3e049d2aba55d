//! Pins and rights: what `load` leaves under /sys/fs/bpf, what happens to it when devices and namespaces go, and that two capabilities
//! suffice. Each test is a shell script in a mount and a network namespace of its own, with a BPF file system and the devices `d0` and `d1`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a failing test may panic")]

use p4xdp_test_support::command::{binary, build};
use p4xdp_test_support::space::{self, privileged, with_object};

/// Runs a script; standard output and standard error together. `$O` is the object; `fails N COMMAND` wants that exit status.
#[track_caller]
fn script(text: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let object = build("testdata/load/two_devices.p4", dir.path());
    let begin = format!(
        "exec 2>&1; export O={object}
        ip link add d0 index 1000 type veth peer name d1 index 1001; ip link set d0 up; ip link set d1 up
        fails() {{ want=$1; shift; got=0; \"$@\" || got=$?; test $got -eq $want; }}
        two() {{ setpriv --bounding-set -all,+bpf,+net_admin --inh-caps -all,+bpf,+net_admin \"$@\"; }}
        none() {{ setpriv --bounding-set -all --inh-caps -all \"$@\"; }}"
    );
    space::script(dir.path(), &format!("{begin}\n{text}"))
}

#[test]
fn cap_bpf_and_cap_net_admin_suffice() {
    if !privileged() {
        return;
    }
    let said = script(
        "two $P verify $O
        two $P load $O d0
        two $P table insert --dev d0 route 10.1.0.0/16 drop
        two $P table modify --dev d0 route 10.1.0.0/16 fwd 1000 02:00:00:00:00:01
        two $P table default --dev d0 route drop
        two $P counter dump --dev d0
        two $P counter reset --dev d0 seen
        two $P load $O d0 d1
        two $P table dump --dev d1 route
        two $P status
        two $P unload d0
        two $P load --no-pins $O d0 || true
        two $P unload d1
        echo MORE
        $P load --no-pins $O d0
        fails 2 two $P table dump --dev d0
        fails 2 none $P status
        fails 2 none $P load $O d1",
    );
    let (first, more) = said.split_once("MORE").unwrap();
    assert!(first.contains("accepted by kernel") && first.contains("c.route: kept"), "{first}");
    assert!(first.contains("10.1.0.0/16 -> c.fwd(port=") && first.contains("pinned under"), "{first}");
    assert!(first.contains("d1: program") && !first.contains("cannot"), "{first}");
    let by_number =
        "by its number: Operation not permitted (os error 1) (it needs root, or the capability CAP_SYS_ADMIN";
    assert_eq!(more.matches(by_number).count(), 2, "{more}");
    assert!(more.contains("`d0` runs a program that cannot be looked at"), "{more}");
    assert!(more.contains("CAP_BPF and CAP_NET_ADMIN"), "{more}");
}

#[test]
fn stale_pins_are_shown_and_removed() {
    if !privileged() {
        return;
    }
    let said = script(
        "$P load $O d0 d1
        ip link set d1 down; ip link set d1 name e1
        unshare -n sh -ec 'ip link add f0 index 1000 type veth peer name f1 index 1001; $P load $O f0'
        echo STATUS
        $P status
        echo UNLOAD
        $P unload --stale
        echo AFTER
        find /sys/fs/bpf/p4xdp -name program
        $P status
        ip link show e1
        $P table dump --dev e1 route",
    );
    let part = |from: &str, to: &str| said.split(from).nth(1).unwrap().split(to).next().unwrap().to_owned();
    for text in [part("STATUS", "UNLOAD"), part("UNLOAD", "AFTER")] {
        assert!(text.contains("/d1 (program ") && text.contains("its program runs on `e1`"), "{said}");
        assert!(text.contains("/f0 (program ") && text.contains("holds its network namespace"), "{said}");
    }
    let after = part("AFTER", "default ->");
    assert_eq!(after.matches("/program\n").count(), 1, "{said}");
    assert!(!after.contains("stale") && after.contains("prog/xdp"), "{said}");
}

#[test]
fn foreign_files_among_pins_are_refused_and_never_deleted() {
    if !privileged() {
        return;
    }
    let said = script(
        "$P load $O d0
        at=$(dirname $(find /sys/fs/bpf/p4xdp -name program))
        before=$(ip link show d0)
        mkdir $at/mine
        fails 2 $P load $O d0
        test \"$before\" = \"$(ip link show d0)\"
        test -d $at/mine -a -e $at/program
        rmdir $at/mine
        ln -s program $at/maps/other
        fails 2 $P load $O d0
        test -h $at/maps/other -a -e $at/program
        fails 2 $P unload d0
        test -h $at/maps/other -a -e $at/program
        fails 2 $P unload --stale
        rm $at/maps/other
        $P unload --stale
        test ! -e $at",
    );
    assert!(said.contains("/d0/mine` stands where p4xdp keeps its pins and is not one of them"), "{said}");
    assert!(said.contains("/d0/maps/other` stands where"), "{said}");
}

#[test]
fn in_ip_netns_exec_it_is_said_that_there_are_no_pins() {
    let Some((_dir, object, space)) = with_object("testdata/load/two_devices.p4", "no-pins") else {
        return;
    };
    let loaded = space.try_run(&[binary(), "load", &object, "sw"]);
    let said = String::from_utf8_lossy(&loaded.stderr).into_owned();
    assert!(loaded.status.success(), "{said}");
    assert!(said.contains("no pins for sw") && said.contains("nsenter --net="), "{said}");
    let status = space.run(&[binary(), "status"]);
    assert!(status.contains("no pins: /sys/fs/bpf is no BPF file system here"), "{status}");
}
