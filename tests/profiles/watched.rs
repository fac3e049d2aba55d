//! Ports that members of groups watch: a watcher that runs while devices go down, come up, go and come back, and while programs are replaced; what
//! is wrong is told; what any process reads.

use super::{TEXT, call, loaded};
use p4xdp_packet_tests::engine::{Entry, EntryTarget, GroupMember};
use p4xdp_runtime::attach::WantedMode;
use p4xdp_runtime::load::{Options, load, unload};
use p4xdp_runtime::port_watch::{PortWatch, Update};
use p4xdp_runtime::profiles::Write;
use p4xdp_runtime::{Object, Program, lock, port_changes};
use p4xdp_test_support::command::{binary, sh};
use p4xdp_test_support::needs::{Need, met};
use p4xdp_test_support::program::{generate, object, of_text};
use p4xdp_test_support::space::{Pair, Space, TWO_PAIRS, inside, with_object};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const PAIRS: [Pair<'static>; 3] = [TWO_PAIRS[0], TWO_PAIRS[1], [("a2", 1004), ("b2", 1005)]];

fn watching(member: u32, port: u32) -> GroupMember {
    GroupMember { member, watch_port: Some(port) }
}

fn options() -> Options {
    Options { no_pins: true, ..Options::default() }
}

/// Waits until packets choose among these members of group 7, and says how long that took.
#[track_caller]
fn chosen(program: &Program, wanted: &[u32]) -> Duration {
    let start = Instant::now();
    loop {
        let groups = program.profile("same").unwrap().chosen_groups().unwrap();
        let (_, now) = groups.into_iter().find(|(number, _)| *number == 7).unwrap();
        if now == wanted {
            return start.elapsed();
        }
        assert!(start.elapsed() < Duration::from_secs(10), "{now:?}, not {wanted:?}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The member that a packet meets whose hash is 2.
fn met_by(program: &Program) -> u32 {
    let mut packet = vec![0; 40];
    (packet[0], packet[7]) = (4, 0x20);
    let out = program.run(&packet, None).unwrap().1;
    u32::from_be_bytes(out[9..13].try_into().unwrap())
}

#[test]
fn a_watcher_follows_devices_and_programs() {
    inside("watched::a_watcher_follows_devices_and_programs", &PAIRS, || {
        let output = generate(of_text("watched", TEXT), &p4xdp::driver::Codegen::default()).unwrap();
        let file = object("watched", &output);
        let opened = Object::open(&file.path).unwrap();
        let ports = ["1=a0", "2=a1", "3=a2"];
        let program = load(&opened, &ports, &options()).unwrap().program;
        let same = program.profile("same").unwrap();
        for member in 1..4 {
            same.write_member(member, &call(1, &[100 * member]), Write::Insert).unwrap();
        }
        let members = [watching(1, 1), watching(2, 2), watching(3, 3)];
        same.write_watching_group(7, &members, Write::Insert).unwrap();
        program.table("alone").unwrap().insert(&Entry::new(vec![], None, EntryTarget::Group(7))).unwrap();
        assert_eq!((chosen(&program, &[1, 2, 3]), met_by(&program)).1, 300);

        // Nobody has seen that it went down, until somebody looks.
        sh("ip link set a2 down");
        chosen(&program, &[1, 2, 3]);
        let (mut watch, first) = PortWatch::new(Program::by_device("a0").unwrap()).unwrap();
        assert_eq!(first, Update { ports: vec![(1, true), (2, true), (3, false)], groups: 1 });
        chosen(&program, &[1, 2]);

        let (stop, updates) = (AtomicBool::new(false), Mutex::new(Vec::new()));
        let ended = std::thread::scope(|scope| {
            let watcher = scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    match watch.wait(Duration::from_millis(50)) {
                        Ok(Some(update)) => updates.lock().unwrap().push(update),
                        Ok(None) => {}
                        Err(error) => return Some(error.to_string()),
                    }
                }
                None
            });
            let told = |port: u32, up: bool| {
                let all = std::mem::take(&mut *updates.lock().unwrap());
                let wanted = Update { ports: vec![(port, up)], groups: 1 };
                assert!(all.contains(&wanted), "{wanted:?}: {all:?}");
            };
            let mut took = Vec::new();
            // Up and down by its own word, and by the other end's: the carrier.
            for (change, port, up, wanted) in [
                ("ip link set a2 up", 3, true, &[1, 2, 3][..]),
                ("ip link set b1 down", 2, false, &[1, 3]),
                ("ip link set b1 up", 2, true, &[1, 2, 3]),
                ("ip link set a1 down", 2, false, &[1, 3]),
                ("ip link set a1 name x1", 2, false, &[1, 3]),
                ("ip link set x1 up", 2, true, &[1, 2, 3]),
                ("ip link delete x1", 2, false, &[1, 3]),
            ] {
                sh(change);
                took.push(chosen(&program, wanted));
                // The watcher says so behind the change.
                std::thread::sleep(Duration::from_millis(100));
                if !change.contains("name") {
                    told(port, up);
                }
            }
            assert!(took.iter().all(|took| *took < Duration::from_secs(3)), "{took:?}");
            // A new device under the old index is not the port, until it is added.
            sh(
                "ip link add a1 index 1002 type veth peer name b1 index 1003; ip link set a1 up; ip link set b1 up",
            );
            std::thread::sleep(Duration::from_millis(300));
            chosen(&program, &[1, 3]);
            {
                let _lock = lock::writer().unwrap();
                port_changes::add(&program, Some(2), "a1", WantedMode::Auto, true).unwrap();
                chosen(&program, &[1, 2, 3]);
                port_changes::remove(&program, "3").unwrap();
                chosen(&program, &[1, 2]);
            }
            // The groups of the program that takes its place.
            let next = load(&opened, &["1=a0", "2=a1"], &options()).unwrap().program;
            assert_eq!(next.profile("same").unwrap().groups().unwrap(), [(7, members.to_vec())]);
            sh("ip link set b0 down");
            chosen(&next, &[2]);
            sh("ip link set b1 down");
            chosen(&next, &[]);
            // An empty group runs nothing here: the table has no NoAction.
            assert_eq!(met_by(&next), 0);
            sh("ip link set b0 up");
            chosen(&next, &[1]);
            assert_eq!(met_by(&next), 100);
            for device in ["a0", "a1"] {
                unload(device, false).unwrap();
            }
            watcher.join().unwrap()
        });
        stop.store(true, Ordering::Relaxed);
        assert!(ended.unwrap().contains("runs on no device of this network namespace"));
    });
}

#[test]
fn what_cannot_be_watched_is_told_and_changes_nothing() {
    inside("watched::what_cannot_be_watched_is_told_and_changes_nothing", &TWO_PAIRS, || {
        let output = generate(of_text("watching", TEXT), &p4xdp::driver::Codegen::default()).unwrap();
        let file = object("watching", &output);
        let program =
            load(&Object::open(&file.path).unwrap(), &["1=a0", "2=a1"], &options()).unwrap().program;
        let same = program.profile("same").unwrap();
        same.write_member(1, &call(1, &[1]), Write::Insert).unwrap();
        same.write_watching_group(7, &[watching(1, 2), 1.into()], Write::Insert).unwrap();
        let state = || (same.groups().unwrap(), same.chosen_groups().unwrap());
        let before = state();
        let write = |number, members: &[GroupMember], write| {
            same.write_watching_group(number, members, write).unwrap_err().to_string()
        };
        for (said, wanted) in [
            (
                write(7, &[watching(1, 3)], Write::Modify),
                "watch port 3 of member 1 of `I.same`: the program has no port 3 beside 1=a0 2=a1",
            ),
            (
                write(8, &[watching(1, 511)], Write::Insert),
                "watch port 511 of member 1 of `I.same`: port 511 stands for dropping",
            ),
            (
                write(8, &[watching(1, 512)], Write::Insert),
                "watch port 512 of member 1 of `I.same`: port 512 is too large",
            ),
            (write(7, &[watching(1, 1)], Write::Insert), "`I.same` has group 7 already"),
            (write(8, &[watching(1, 1)], Write::Modify), "`I.same` has no group 8"),
            (write(8, &[watching(2, 1)], Write::Set), "`I.same` has no member 2, which group 8 names"),
        ] {
            assert!(said.contains(wanted), "{said}\nnot {wanted}");
            assert_eq!(state(), before, "{wanted}");
        }
        // A member that may not be chosen now is in use.
        sh("ip link set b1 down");
        assert_eq!(program.update_watching_groups().unwrap(), 1);
        same.write_member(2, &call(1, &[2]), Write::Insert).unwrap();
        same.write_watching_group(7, &[watching(2, 2)], Write::Modify).unwrap();
        assert_eq!(same.chosen_groups().unwrap(), [(7, vec![])]);
        let said = same.delete_member(2).unwrap_err().to_string();
        assert_eq!(said, "member 2 of `I.same` is in use: group 7 names it");
        // Ports that are not there, if they may be.
        let any = program.profile("same").unwrap().with_any_port();
        any.write_watching_group(8, &[watching(1, 3), 2.into()], Write::Insert).unwrap();
        assert_eq!(same.chosen_groups().unwrap(), [(7, vec![]), (8, vec![2])]);
        assert_eq!(program.watched_ports().unwrap().into_iter().collect::<Vec<_>>(), [2, 3]);
        // What is written anew watches nothing more, and neither does what is gone.
        same.write_group(8, &[1], Write::Modify).unwrap();
        same.delete_group(7).unwrap();
        assert_eq!(program.watched_ports().unwrap().len(), 0);
        sh("ip link set b1 up");
        same.write_group(7, &[2, 1], Write::Insert).unwrap();
        assert_eq!(program.update_watching_groups().unwrap(), 0);
        assert_eq!(same.groups().unwrap(), [(7, vec![2.into(), 1.into()]), (8, vec![1.into()])]);
    });
}

/// Interface indices mean other devices elsewhere.
#[test]
fn groups_that_watch_are_changed_where_the_devices_are() {
    if !met("groups_that_watch_are_changed_where_the_devices_are", &[Need::Root]) {
        return;
    }
    let program = loaded("elsewhere");
    let same = program.profile("same").unwrap().with_any_port();
    same.write_member(1, &call(1, &[1]), Write::Insert).unwrap();
    let said = same.write_watching_group(7, &[watching(1, 2)], Write::Insert).unwrap_err().to_string();
    assert!(said.contains("runs on no device of this network namespace"), "{said}");
    assert_eq!(same.groups().unwrap(), []);
    same.write_group(7, &[1], Write::Insert).unwrap();
    assert_eq!(program.update_watching_groups().unwrap(), 0, "nothing is watched");
    let said = PortWatch::new(program).unwrap_err().to_string();
    assert!(said.contains("runs on no device of this network namespace"), "{said}");
}

fn said(space: &Space, line: &str) -> Result<String, String> {
    let words: Vec<&str> = line.split(' ').collect();
    let output = space.try_run(&[&[binary(), words[0], words[1], "--dev", "sw"], &words[2..]].concat());
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

#[test]
fn ports_are_watched_from_the_command_line() {
    let Some((_dir, object, space)) = with_object("testdata/packets/v1model_profiles.p4", "watched") else {
        return;
    };
    space.run(&["ip", "link", "add", "sw2", "type", "veth", "peer", "name", "host2"]);
    for device in ["sw2", "host2"] {
        space.run(&["ip", "link", "set", device, "up"]);
    }
    space.run(&[binary(), "load", "--no-pins", &object, "1=sw", "2=sw2"]);
    let said = |line: &str| said(&space, line);
    said("member insert by_flow 1 set 1").unwrap();
    said("member insert by_flow 2 set 2").unwrap();
    said("group insert by_flow 9 1@sw 2:3@2 1").unwrap();
    assert_eq!(said("group dump by_flow").unwrap(), "Ing.by_flow\n  group 9 -> members 1@sw 2:3@sw2 1\n");
    for (line, message) in [
        ("group insert by_flow 4 1@7", "`7` is no port of the program, which has 1=sw 2=sw2"),
        ("group insert by_flow 4 1@eth7", "`eth7`"),
        ("group insert by_flow 4 1@", "watch port"),
        ("group insert by_flow 4 1:0@sw", "the weight of member 1 is 0"),
        ("group insert by_flow 4 3@sw", "`Ing.by_flow` has no member 3"),
        ("group insert profile 4 1@sw", "`Ing.profile` is an action profile, which has no groups"),
        ("member insert by_flow 3@sw set 1", "`3@sw`: a watch port belongs to a member of a group"),
        ("table insert groups 0x20/4 member 1@sw", "`1@sw`: a watch port belongs to a member of a group"),
    ] {
        let error = said(line).unwrap_err();
        assert!(error.contains(message), "{line}: {error}");
    }
    said("group insert by_flow 4 1@7 2 --force").unwrap();

    let mut watcher = Command::new("ip")
        .args(["netns", "exec", &space.0, binary(), "port", "watch", "--dev", "sw", "--seconds", "3"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(800));
    space.run(&["ip", "link", "set", "host2", "down"]);
    std::thread::sleep(Duration::from_millis(600));
    let groups =
        "Ing.by_flow\n  group 4 -> members 1@7 2; now 2\n  group 9 -> members 1@sw 2:3@sw2 1; now 1:2\n";
    assert_eq!(said("group dump by_flow").unwrap(), groups);
    space.run(&["ip", "link", "set", "host2", "up"]);
    let mut printed = String::new();
    std::io::Read::read_to_string(watcher.stdout.as_mut().unwrap(), &mut printed).unwrap();
    assert!(watcher.wait().unwrap().success());
    assert_eq!(
        printed,
        "1=sw: up\n2=sw2: up\n7: down\n2=sw2: down\n1 group changed\n2=sw2: up\n1 group changed\n"
    );
    assert!(said("group dump by_flow").unwrap().contains("group 9 -> members 1@sw 2:3@sw2 1\n"));
}
