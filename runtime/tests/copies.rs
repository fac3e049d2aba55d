//! Groups and sessions of a loaded program: copies that leave, sets that change under way, what is refused. On an object that is made without the
//! compiler, in network namespaces of the tests' own.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "it is a test")]

use p4xdp_runtime::attach::WantedMode;
use p4xdp_runtime::carry::Carried;
use p4xdp_runtime::copies::{Config, Copies, Mirror, MulticastNode, Session, Write};
use p4xdp_runtime::harness::Harness;
use p4xdp_runtime::harness::tap::Taps;
use p4xdp_runtime::harness::veth::Veths;
use p4xdp_runtime::load::{Options, load, load_detached, unload};
use p4xdp_runtime::{Error, Program, port_changes};
use p4xdp_test_support::command::sh;
use p4xdp_test_support::copies::{NONE, Seen, Variant, Way, object, packet, seen};
use p4xdp_test_support::space::{TWO_PAIRS, inside, with_bpffs};
use p4xdp_test_support::switch::{self, privileged};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A node.
fn node(replication_id: u32, ports: &[u32]) -> MulticastNode {
    MulticastNode { replication_id, ports: ports.into() }
}

fn to_port(port: u32) -> Session {
    Session { target: Mirror::Port(port), class_of_service: 0, truncate: None }
}

/// A copy of a packet of 64 bytes.
fn copy(kind: u8, port: u8, instance: u16, nth: u8) -> Seen {
    Seen { kind, port, instance, class_of_service: 0, nth, length: 64 }
}

/// Ports 0 to 3 of a harness, with the plain program.
fn harness(mut harness: impl Harness) -> (Program, impl Harness) {
    let program = load_detached(&object(&Variant::default()), 1000).unwrap();
    harness.open(&program, &[0, 1, 2, 3]).unwrap();
    (program, harness)
}

/// Changes groups and sessions where the harness has its devices.
fn within(
    harness: &dyn Harness,
    program: &Program,
    change: impl Fn(&Copies<'_>) -> Result<(), Error> + Sync,
) {
    harness.within(&mut || change(&program.copies()?)).unwrap();
}

/// What comes out of each port when a packet comes in at port 0.
fn out(harness: &mut impl Harness, program: &Program, packet: &[u8]) -> Vec<(u32, Seen)> {
    harness.inject(program, 0, packet).unwrap();
    harness.collect(program).unwrap().into_iter().map(|out| (out.port, seen(&out.bytes))).collect()
}

fn groups_and_sessions(harness: &mut impl Harness, program: &Program) {
    assert_eq!(out(harness, program, &packet(Way::Set, 7, NONE, NONE)), [], "there is no such group");
    within(harness, program, |copies| {
        copies.write_group(7, &[node(3, &[1, 2]), node(4, &[1])], Write::Insert)
    });
    let of_group = [(1, copy(1, 1, 3, 0)), (1, copy(1, 1, 4, 1)), (2, copy(1, 2, 3, 0))];
    assert_eq!(out(harness, program, &packet(Way::Set, 7, NONE, NONE)), of_group);
    let session = Session { target: Mirror::Port(3), class_of_service: 5, truncate: Some(40) };
    within(harness, program, |copies| copies.write_session(0, &session, Write::Insert));
    let clone = Seen { class_of_service: 5, length: 40, ..copy(2, 3, 0, 0) };
    assert_eq!(out(harness, program, &packet(Way::Set, 0, NONE, 0)), [(3, clone)]);
    let itself = copy(0, 3, 0, 0);
    assert_eq!(
        out(harness, program, &packet(Way::Set, 0, 3, 0)),
        [(3, itself), (3, Seen { nth: 1, ..clone })]
    );
    let mut all = of_group.to_vec();
    all.push((3, clone));
    assert_eq!(out(harness, program, &packet(Way::Set, 7, NONE, 0)), all);
    // A session to a group: clones with its replication ids.
    within(harness, program, |copies| {
        copies.write_session(0, &Session { target: Mirror::Group(7), ..session.clone() }, Write::Modify)
    });
    let clones =
        of_group.map(|(port, copy)| (port, Seen { kind: 2, class_of_service: 5, length: 40, ..copy }));
    assert_eq!(out(harness, program, &packet(Way::Set, 0, NONE, 0)), clones);
    within(harness, program, |copies| copies.write_group(7, &[node(9, &[0])], Write::Modify));
    assert_eq!(out(harness, program, &packet(Way::Set, 7, NONE, NONE)), [(0, copy(1, 0, 9, 0))]);
    let clone = Seen { class_of_service: 5, length: 40, ..copy(2, 0, 9, 1) };
    assert_eq!(out(harness, program, &packet(Way::Set, 7, NONE, 0)), [(0, copy(1, 0, 9, 0)), (0, clone)]);
    within(harness, program, |copies| copies.delete_session(0));
    within(harness, program, |copies| copies.delete_group(7));
    assert_eq!(out(harness, program, &packet(Way::Set, 7, NONE, NONE)), []);
    assert_eq!(out(harness, program, &packet(Way::Set, 0, NONE, 0)), []);
}

#[test]
fn copies_leave_tap_devices() {
    if privileged() {
        let (program, mut harness) = harness(Taps::new().unwrap());
        groups_and_sessions(&mut harness, &program);
    }
}

#[test]
fn copies_leave_veth_devices() {
    if privileged() {
        let (program, mut harness) = harness(Veths::new().unwrap());
        groups_and_sessions(&mut harness, &program);
    }
}

/// Without pins: tests must leave nothing behind in the machine's bpffs.
fn options() -> Options {
    Options { no_pins: true, ..Options::default() }
}

/// Runs a test in a namespace with two pairs, whose ends `b0` and `b1` count what comes; `devices` run the program, and who loaded it is gone.
fn on_devices(name: &str, variant: Variant, devices: &[&str], test: impl FnOnce(&Program) + Send) {
    inside(name, &TWO_PAIRS, || {
        for end in ["b0", "b1"] {
            load(&switch::object(&switch::Variant::default()), &[end], &options()).unwrap();
        }
        load(&object(&variant), devices, &options()).unwrap();
        test(&Program::by_device("a0").unwrap());
    });
}

/// How many packets of so many to a group, port and session come out at the ends.
fn come(program: &Program, packet: &[u8], count: u32) -> [u64; 2] {
    let ends = ["b0", "b1"].map(|end| Program::by_device(end).unwrap());
    let seen = || ends.each_ref().map(|end| end.counter("seen").unwrap().read_count(0).unwrap().packets);
    let before = seen();
    // The rings of the devices hold some hundred.
    for some in (0..count).step_by(64) {
        program.flood(packet, 1000, (count - some).min(64)).unwrap();
    }
    // An end counts a packet a moment after it was sent.
    let mut now = seen();
    loop {
        std::thread::sleep(Duration::from_millis(20));
        let next = seen();
        if next == now {
            break;
        }
        now = next;
    }
    [now[0] - before[0], now[1] - before[1]]
}

#[test]
fn packets_to_ports_and_copies_leave_side_by_side() {
    let numbered = Variant { numbered: true, ..Variant::default() };
    let name = "packets_to_ports_and_copies_leave_side_by_side";
    on_devices(name, numbered, &["1=a0", "2=a1"], |program| {
        program.copies().unwrap().write_group(7, &[node(1, &[2, 2])], Write::Insert).unwrap();
        let bytes = || {
            let end = Program::by_device("b1").unwrap();
            end.counter("seen").unwrap().read_count(0).unwrap().bytes
        };
        // One batch begins with a packet to the port, the next with copies.
        for _ in 0..4 {
            let before = bytes();
            let [_, come] = come(program, &packet(Way::Turns, 7, 2, NONE), 63);
            assert!((63 + 31..=63 + 32).contains(&come), "one each, or two copies: {come}");
            assert_eq!(bytes() - before, come * 64, "nothing stands in front, and nothing is cut");
        }
    });
}

/// What it says, and that the environment is to blame or not.
#[track_caller]
fn refused(result: Result<(), Error>, environment: bool) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.is_environment(), environment, "{error}");
    error.to_string()
}

#[test]
fn any_process_finds_the_egress_program() {
    on_devices("any_process_finds_the_egress_program", Variant::default(), &["a0", "a1"], |program| {
        let copies = program.copies().unwrap();
        copies.write_group(7, &[node(1, &[1000, 1002, 1002])], Write::Insert).unwrap();
        assert_eq!(come(program, &packet(Way::Set, 7, NONE, NONE), 10), [10, 20]);
        let again = Program::by_device("a1").unwrap();
        assert_eq!(again.copies().unwrap().config().unwrap(), copies.config().unwrap());
        again.copies().unwrap().write_group(7, &[node(1, &[1002])], Write::Set).unwrap();
        assert_eq!(come(program, &packet(Way::Set, 7, NONE, NONE), 10), [0, 10]);
    });
}

#[test]
fn what_is_refused_changes_nothing() {
    on_devices("what_is_refused_changes_nothing", Variant::default(), &["a0", "a1"], |program| {
        let end = Program::by_device("b0").unwrap();
        let none = end.copies().map(drop);
        assert!(refused(none, false).contains("neither multicast groups nor clone sessions"));
        let copies = program.copies().unwrap();
        copies.write_group(7, &[node(1, &[1000, 1002])], Write::Insert).unwrap();
        copies.write_session(5, &Session { target: Mirror::Group(7), ..to_port(0) }, Write::Insert).unwrap();
        let before = copies.config().unwrap();
        for (result, environment, says) in [
            (
                copies.write_group(7, &[], Write::Insert),
                false,
                "multicast group 7 is there already; modify it instead",
            ),
            (copies.write_group(8, &[], Write::Modify), false, "there is no multicast group 8"),
            (copies.write_group(0, &[], Write::Set), false, "0 is no multicast group"),
            (copies.write_group(8, &[node(0, &[4])], Write::Set), true, "the program has no port 4"),
            (copies.write_group(8, &[node(0, &[1000; 300])], Write::Set), false, "would leave 300 times"),
            (
                copies.write_group(7, &[node(0, &[1000; 150])], Write::Set),
                false,
                "7 and clone session 5 would leave 300",
            ),
            (copies.delete_group(7), false, "multicast group 7 is in use: clone session 5 goes to it"),
            (copies.delete_group(9), false, "there is no multicast group 9"),
            (
                copies.write_session(5, &to_port(1000), Write::Insert),
                false,
                "clone session 5 is there already",
            ),
            (copies.write_session(6, &to_port(1000), Write::Modify), false, "there is no clone session 6"),
            (copies.write_session(6, &to_port(3), Write::Set), true, "the program has no port 3"),
            (copies.write_session(u32::MAX, &to_port(1000), Write::Set), false, "is no clone session"),
            (
                copies.write_session(6, &Session { target: Mirror::Group(9), ..to_port(0) }, Write::Set),
                false,
                "there is no multicast group 9, to which clone session 6 goes",
            ),
            (copies.delete_session(6), false, "there is no clone session 6"),
        ] {
            let said = refused(result, environment);
            assert!(said.contains(says), "{said}");
        }
        assert_eq!(copies.config().unwrap(), before);
        assert_eq!(come(program, &packet(Way::Set, 7, NONE, 5), 10), [20, 20]);
        let any = program.copies().unwrap().with_any_port();
        any.write_group(8, &[node(0, &[4, 1002])], Write::Insert).unwrap();
        assert_eq!(come(program, &packet(Way::Set, 8, NONE, NONE), 10), [0, 10]);
    });
}

#[test]
fn what_has_no_room_changes_nothing() {
    let small = Variant { sets: 12, roles: 20, ..Variant::default() };
    on_devices("what_has_no_room_changes_nothing", small, &["a0", "a1"], |program| {
        let copies = program.copies().unwrap();
        let nodes = [node(1, &[1000, 1002])];
        copies.write_group(1, &nodes, Write::Insert).unwrap();
        // Four sets: alone, with each port, with the group. Their roles, and what was asked for: 2 + 1, 1 + 2 + 2 + 3.
        copies.write_session(1, &to_port(1000), Write::Insert).unwrap();
        let before = copies.config().unwrap();
        let said = refused(copies.write_group(2, &[node(1, &[1000; 5])], Write::Insert), false);
        assert!(
            said.contains("roles of copies, those in use until then included; the program has room for 20"),
            "{said}"
        );
        copies.write_group(2, &[], Write::Insert).unwrap();
        let said = refused(copies.write_session(2, &to_port(1000), Write::Insert), false);
        assert!(said.contains("sets of copies"), "{said}");
        copies.delete_group(2).unwrap();
        assert_eq!(copies.config().unwrap(), before);
        assert_eq!(come(program, &packet(Way::Set, 1, NONE, 1), 10), [20, 10]);
        // As often as one likes: nothing is left behind.
        for _ in 0..20 {
            copies.write_group(1, &nodes, Write::Modify).unwrap();
        }
        assert_eq!(come(program, &packet(Way::Set, 1, NONE, 1), 10), [20, 10]);
    });
}

#[test]
fn packets_see_the_old_group_or_the_new_one() {
    on_devices("packets_see_the_old_group_or_the_new_one", Variant::default(), &["a0", "a1"], |program| {
        let copies = program.copies().unwrap();
        copies.write_group(7, &[node(1, &[1002])], Write::Insert).unwrap();
        let done = AtomicBool::new(false);
        let changes = std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                let (mut changes, copies) = (0, program.copies().unwrap());
                while !done.load(Ordering::Relaxed) {
                    let nodes = [node(changes, &[1002]), node(3, &[])];
                    copies.write_group(7, &nodes, Write::Modify).unwrap();
                    changes += 1;
                }
                changes
            });
            for _ in 0..20 {
                assert_eq!(come(program, &packet(Way::Set, 7, NONE, NONE), 64), [0, 64]);
            }
            done.store(true, Ordering::Relaxed);
            writer.join().unwrap()
        });
        assert!(changes > 3, "{changes}");
    });
}

#[test]
fn ports_come_and_go() {
    let numbered = Variant { numbered: true, ..Variant::default() };
    on_devices("ports_come_and_go", numbered, &["1=a0"], |program| {
        let copies = program.copies().unwrap();
        copies.write_session(0, &to_port(1), Write::Insert).unwrap();
        let said = refused(copies.write_group(7, &[node(0, &[1, 2])], Write::Insert), true);
        assert_eq!(said, "the program has no port 2 beside 1=a0");
        let any = program.copies().unwrap().with_any_port();
        any.write_group(7, &[node(0, &[1, 2])], Write::Insert).unwrap();
        let group = packet(Way::Set, 7, NONE, NONE);
        assert_eq!(come(program, &group, 10), [10, 0]);
        port_changes::add(program, Some(2), "a1", WantedMode::Auto, true).unwrap();
        assert_eq!(come(program, &group, 10), [10, 10]);
        assert_eq!(come(program, &packet(Way::Set, 0, 2, 0), 10), [10, 10], "the packet itself to port 2");
        port_changes::remove(program, "2").unwrap();
        assert_eq!(come(program, &group, 10), [10, 0]);
        assert_eq!(come(program, &packet(Way::Set, 0, 2, 0), 10), [0, 0], "there is no such set any more");
        port_changes::add(program, Some(2), "a1", WantedMode::Auto, true).unwrap();
        assert_eq!(come(program, &group, 10), [10, 10]);
        // A device that goes away is dropped from all sets; one that comes under its index and name is a port once it is said to be.
        sh("ip link del a1");
        assert_eq!(come_at_first(program, &group), 10);
        sh(
            "ip link add a1 index 1002 type veth peer name b1 index 1003; ip link set a1 up; ip link set b1 up",
        );
        load(&switch::object(&switch::Variant::default()), &["b1"], &options()).unwrap();
        assert_eq!(come(program, &group, 10), [10, 0]);
        port_changes::add(program, Some(2), "a1", WantedMode::Auto, true).unwrap();
        assert_eq!(come(program, &group, 10), [10, 10]);
    });
}

/// What comes out at `b0`, where `b1` is gone.
fn come_at_first(program: &Program, packet: &[u8]) -> u64 {
    let end = Program::by_device("b0").unwrap();
    let seen = || end.counter("seen").unwrap().read_count(0).unwrap().packets;
    let before = seen();
    program.flood(packet, 1000, 10).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    seen() - before
}

#[test]
fn a_reload_keeps_groups_and_sessions() {
    on_devices("a_reload_keeps_groups_and_sessions", Variant::default(), &["a0"], |first| {
        let copies = first.copies().unwrap().with_any_port();
        copies.write_group(7, &[node(1, &[1000, 1002])], Write::Insert).unwrap();
        copies.write_session(5, &Session { truncate: Some(40), ..to_port(1002) }, Write::Insert).unwrap();
        let config = copies.config().unwrap();
        let object = object(&Variant::default());
        let report = load(&object, &["a0"], &options()).unwrap();
        assert_eq!(report.carried["multicast groups"], Carried::Kept);
        assert_eq!(report.carried["clone sessions"], Carried::Kept);
        let program = report.program;
        assert_eq!(program.copies().unwrap().config().unwrap(), config);
        assert_eq!(come(&program, &packet(Way::Set, 7, NONE, 5), 10), [10, 20]);

        // Two programs with different groups of one number.
        let other = load(&object, &["a1"], &options()).unwrap().program;
        let of_other = other.copies().unwrap();
        of_other.write_group(7, &[node(2, &[1002])], Write::Insert).unwrap();
        let said = refused(load(&object, &["a0", "a1"], &options()).map(drop), false);
        assert!(
            said.contains("multicast groups: 7 is ports 1:1000 1002 on `a0`, ports 2:1002 on `a1`"),
            "{said}"
        );
        of_other.delete_group(7).unwrap();
        of_other.write_group(8, &[node(2, &[1002])], Write::Insert).unwrap();
        let report = load(&object, &["a0", "a1"], &options()).unwrap();
        let joined =
            Carried::Joined { devices: vec![vec!["a0".into()], vec!["a1".into()]], entries: 2, lost: 0 };
        assert_eq!(report.carried["multicast groups"], joined);
        let groups = report.program.copies().unwrap().config().unwrap().groups;
        assert_eq!(groups.keys().copied().collect::<Vec<u32>>(), [7, 8]);

        let fresh = Options { reset_tables: true, ..options() };
        let program = load(&object, &["a0", "a1"], &fresh).unwrap().program;
        assert_eq!(program.copies().unwrap().config().unwrap(), Config::default());
    });
}

#[test]
fn groups_are_changed_where_the_devices_are() {
    on_devices("groups_are_changed_where_the_devices_are", Variant::default(), &["a0"], |program| {
        program.copies().unwrap().write_group(7, &[node(1, &[1000])], Write::Insert).unwrap();
        inside("groups_are_changed_where_the_devices_are", &[], || {
            let program = Program::by_id(program.id()).unwrap();
            let copies = program.copies().unwrap();
            assert_eq!(copies.config().unwrap().groups.len(), 1, "it can be looked at");
            // Index 1 is the loopback device, here and there.
            for result in [copies.write_group(7, &[node(2, &[1])], Write::Modify), copies.delete_group(7)] {
                let said = refused(result, true);
                assert!(said.contains("runs on no device of this network namespace"), "{said}");
            }
        });
        assert_eq!(come(program, &packet(Way::Set, 7, NONE, NONE), 10), [10, 0]);
    });
}

#[test]
fn the_egress_program_is_pinned_beside_the_other() {
    with_bpffs("the_egress_program_is_pinned_beside_the_other", &TWO_PAIRS, || {
        let pinned = load(&object(&Variant::default()), &["a0"], &Options::default()).unwrap();
        let directory = pinned.devices[0].pins.clone().unwrap();
        let names = std::fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
        names.sort();
        assert_eq!(names, ["egress", "maps", "program"]);
        drop(pinned);
        let program = Program::by_pin(&directory).unwrap();
        program.copies().unwrap().write_group(7, &[node(1, &[1000])], Write::Insert).unwrap();
        unload("a0", false).unwrap();
        assert!(!directory.exists());
    });
}
