//! Ports of loaded programs: numbers given to devices at `load`, names of devices in tables, what `status` counts. On virtual devices with indices
//! from 1000 on, in network namespaces of the tests' own.
//!
//! Needs root, iproute2 and clang.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "it is a test")]

use p4xdp_runtime::Program;
use p4xdp_test_support::command::{self, build, sh};
use p4xdp_test_support::space;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

/// Runs p4xdp with words that are separated by blanks.
fn try_p4xdp(words: &str) -> Output {
    command::p4xdp().args(words.split_whitespace()).output().unwrap()
}

#[track_caller]
fn p4xdp(words: &str) -> String {
    let output = try_p4xdp(words);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{words}: {errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What it says when it ends with this status.
#[track_caller]
fn refused(words: &str, status: i32) -> String {
    let output = try_p4xdp(words);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(status), "{words}: {errors}");
    errors
}

/// Runs a test in a namespace with two veth pairs, and with a folder.
fn inside(name: &str, test: impl FnOnce(&Path) + Send) {
    let pairs = [[("eth1", 1000), ("h1", 1001)], [("eth2", 1600), ("h2", 1601)]];
    space::inside(name, &pairs, || test(tempfile::tempdir().unwrap().path()));
}

/// An Ethernet frame of 60 bytes.
fn frame(dst: u64, kind: u16) -> Vec<u8> {
    let mut packet = dst.to_be_bytes()[2..].to_vec();
    packet.extend([2, 0, 0, 0, 0, 9]);
    packet.extend(kind.to_be_bytes());
    packet.resize(60, 0);
    packet
}

/// Sends frames into a device as if they had come from the wire.
fn send(device: &str, index: u32, frame: &[u8], count: u32) {
    Program::by_device(device).unwrap().flood(frame, index, count).unwrap();
}

/// How many packets a host's end has seen: it runs `ports_end.p4`, which counts and drops all.
fn seen(device: &str) -> u64 {
    Program::by_device(device).unwrap().counter("packets").unwrap().read_count(0).unwrap().packets
}

#[test]
fn load_numbers_ports_for_ingress_and_egress() {
    inside("load_numbers_ports_for_ingress_and_egress", |dir| {
        let (crossing, end) =
            (build("testdata/ports/ports_cross.p4", dir), build("testdata/ports/ports_end.p4", dir));
        for host in ["h1", "h2"] {
            p4xdp(&format!("load --no-pins {end} {host}"));
        }
        p4xdp(&format!("load --no-pins {crossing} 1=eth1 7=eth2"));
        let status = p4xdp("status eth1");
        assert!(status.contains("ports 1=eth1 7=eth2"), "{status}");
        send("eth1", 1000, &frame(1, 0x1234), 5);
        send("eth2", 1600, &frame(1, 0x1234), 3);
        assert_eq!(p4xdp("counter dump --dev eth1"), "I.seen[1]: 5 packets\nI.seen[7]: 3 packets\n");
        assert_eq!(seen("h2"), 5 + 3, "five come from port 1 by port 7, three go back to it");
        // Port 2 is nobody's.
        send("eth1", 1000, &frame(1, 0x5555), 4);
        assert_eq!(seen("h2"), 8);
        assert_eq!(seen("h1"), 0);
    });
}

#[test]
fn load_without_numbers_refuses_small_and_constant_ports() {
    inside("load_without_numbers_refuses_small_and_constant_ports", |dir| {
        let small = build("testdata/ports/ports_reflect.p4", dir);
        let message = refused(&format!("load --no-pins {small} eth1"), 2);
        assert!(message.contains("numbers up to 510") && message.contains("1=eth1`"), "{message}");
        let message = refused(&format!("load --no-pins --ports-are-indices {small} eth1"), 2);
        assert!(message.contains("`eth1`, 1000"), "{message}");
        let constant = build("testdata/ports/ports_constant.p4", dir);
        let message = refused(&format!("load --no-pins {constant} eth1 eth2"), 2);
        assert!(message.contains("itself names ports: 3, 1600; say"), "{message}");
        assert!(message.contains("3=eth1 1600=eth2`"), "{message}");
        assert!(refused("status eth1", 1).contains("runs no XDP program"));
        p4xdp(&format!("load --no-pins --ports-are-indices {constant} eth1 eth2"));
        assert!(p4xdp("status eth1").contains("ports are interface indices"));
        let message = refused(&format!("load --no-pins {constant} 1=eth1 eth2"), 2);
        assert!(message.contains("`eth2` has no port number"), "{message}");
    });
}

#[test]
fn a_reload_without_numbers_keeps_them() {
    inside("a_reload_without_numbers_keeps_them", |dir| {
        let object = build("testdata/ports/ports_reflect.p4", dir);
        p4xdp(&format!("load --no-pins {object} 1=eth1 2=eth2"));
        p4xdp(&format!("load --no-pins {object} eth1"));
        for device in ["eth1", "eth2"] {
            assert!(p4xdp(&format!("status {device}")).contains("ports 1=eth1 2=eth2"));
        }
        let message = refused(&format!("load --no-pins {object} eth1 h1"), 2);
        assert!(message.contains("`h1` has no port number beside 1=eth1 2=eth2"), "{message}");
        p4xdp(&format!("load --no-pins {object} 5=eth1"));
        assert!(p4xdp("status eth1").contains("ports 5=eth1\n"));
        let message = refused(&format!("load --no-pins {object} eth1 eth2"), 2);
        assert!(message.contains("do not agree on the port of `eth1`"), "{message}");
        // A device that is gone is no port any more.
        sh("ip link del eth2");
        p4xdp(&format!("load --no-pins {object} 1=eth1 2=h1"));
        sh("ip link add eth2 index 1700 type veth peer name h2 index 1701");
        p4xdp(&format!("load --no-pins {object} eth1"));
        assert!(p4xdp("status eth1").contains("ports 1=eth1 2=h1\n"));
    });
}

#[test]
fn tables_take_and_show_devices_for_ports() {
    inside("tables_take_and_show_devices_for_ports", |dir| {
        let object = build("examples/switch/switch.p4", dir);
        for (numbers, port) in [(["", ""], 1600), (["1=", "2="], 2)] {
            p4xdp(&format!("load --no-pins --reset-tables {object} {}eth1 {}eth2", numbers[0], numbers[1]));
            p4xdp("table insert --dev eth1 mac 02:00:00:00:00:01 forward eth1");
            p4xdp(&format!("table insert --dev eth1 mac 02:00:00:00:00:02 forward port={port}"));
            p4xdp("table modify --dev eth1 mac 02:00:00:00:00:01 forward port=dev:eth2");
            p4xdp("table default --dev eth1 mac forward eth1");
            let dump = p4xdp("table dump --dev eth1 mac");
            assert!(dump.contains("dst=02:00:00:00:00:01 -> l2_switch.forward(port=eth2)"), "{dump}");
            assert!(dump.contains("dst=02:00:00:00:00:02 -> l2_switch.forward(port=eth2)"), "{dump}");
            assert!(dump.contains("default -> l2_switch.forward(port=eth1)"), "{dump}");
            for command in ["insert --dev eth1 mac 3 forward 4242", "default --dev eth1 mac forward 4242"] {
                let message = refused(&format!("table {command}"), 1);
                assert!(message.contains("`4242`") && message.contains("`--force`"), "{message}");
            }
            let message = refused("table insert --dev eth1 mac 3 forward port1", 1);
            assert!(message.contains("there is no device `port1`"), "{message}");
            p4xdp("table insert --force --dev eth1 mac 3 forward 4242");
            assert!(p4xdp("table dump --dev eth1 mac").contains("forward(port=4242)"));
        }
        let message = refused("table insert --dev eth1 mac 4 forward h1", 1);
        assert!(message.contains("`h1` is no port of the program, which has 1=eth1 2=eth2"), "{message}");
    });
}

#[test]
fn status_counts_verdicts_parser_errors_and_packets_to_no_port() {
    inside("status_counts_verdicts_parser_errors_and_packets_to_no_port", |dir| {
        let end = build("testdata/ports/ports_end.p4", dir);
        p4xdp(&format!("load --no-pins --stats {end} h1"));
        p4xdp(&format!("load --no-pins --stats {end} h2"));
        // v1model goes on after a parser error.
        let crossing = build("testdata/ports/ports_cross.p4", dir);
        p4xdp(&format!("load --no-pins {crossing} 1=eth1 7=eth2"));
        assert!(!p4xdp("status eth1").contains("aborted"), "nothing is counted unless it is asked for");
        p4xdp(&format!("load --no-pins --stats {crossing} eth1 eth2"));
        send("eth1", 1000, &frame(1, 0x1234), 5);
        send("eth2", 1600, &frame(1, 0x1234), 3);
        send("eth1", 1000, &frame(1, 0x5555), 2);
        send("eth1", 1000, &frame(1, 0x7777), 1);
        let status = p4xdp("status eth1");
        let verdicts = "packets: 0 aborted, 2 dropped, 0 passed, 3 sent back, 6 redirected\n";
        assert!(status.contains(verdicts), "{status}");
        assert!(status.contains("1 packets with a parser error\n"), "{status}");
        assert!(
            status.contains("  lost, no-port: 2 (it was sent to a port that no device has)\n"),
            "{status}"
        );
        assert!(p4xdp("status h2").contains("0 aborted, 9 dropped, 0 passed"));

        let ping = build("examples/ping/ping.p4", dir);
        sh("ip link set eth1 xdp off");
        p4xdp(&format!("load --no-pins --stats {ping} eth1"));
        send("eth1", 1000, &frame(1, 0x0806), 4);
        let status = p4xdp("status eth1");
        assert!(status.contains("0 aborted, 0 dropped, 4 passed"), "{status}");
        // An IPv4 header that ends with the packet is too short for ping's parser.
        let mut short = frame(1, 0x0800);
        short.truncate(20);
        send("eth1", 1000, &short, 2);
        let status = p4xdp("status eth1");
        assert!(status.contains("2 aborted") && status.contains("2 packets with a parser error"), "{status}");
    });
}

#[test]
fn what_is_lost_is_counted_by_reason() {
    inside("what_is_lost_is_counted_by_reason", |dir| {
        let object = build("testdata/ports/ports_losses.p4", dir);
        // A program to which packets come back lasts with pins alone.
        p4xdp(&format!("load {object} 1=eth1 2=eth2"));
        assert_eq!(p4xdp("stat --dev eth1"), "nothing lost\n");
        let end = build("testdata/ports/ports_end.p4", dir);
        p4xdp(&format!("load --no-pins {end} h1"));
        let kinds = [(0x1111, 1), (0x2222, 2), (0x3333, 3), (0x4444, 4)];
        for (kind, count) in kinds {
            send("eth1", 1000, &frame(1, kind), count);
        }
        send("eth1", 1000, &frame(0, 0x4444), 5);
        // No device of the program's.
        send("eth1", 1601, &frame(1, 0x5555), 6);
        let expected = "lost, aborted: 4 (the program could not go on with it)\n\
                        lost, no-room: 2 (no room to make it longer, or too few bytes left)\n\
                        lost, no-number: 6 (it came by a device that has no port number)\n\
                        lost, no-port: 3 (it was sent to a port that no device has)\n\
                        lost, rounds: 1 (it would have gone round too often)\n";
        assert_eq!(p4xdp("stat --dev eth1"), expected);
        assert!(p4xdp("status eth1").contains("\n  lost, no-room: 2 ("), "there too");
        let object: serde_json::Value = serde_json::from_str(&p4xdp("stat --dev eth1 --json")).unwrap();
        let lost = serde_json::json!({
            "aborted": 4, "no-room": 2, "not-called": 0, "no-number": 6, "no-port": 3, "rounds": 1,
            "packet-in": 0, "no-group": 0, "no-session": 0, "copy": 0,
        });
        assert_eq!((&object["lost"], &object["packets"]), (&lost, &serde_json::Value::Null));
        assert_eq!(seen("h1"), 5, "the others have come back");
        p4xdp("unload eth1 eth2");
    });
}

#[test]
fn packets_go_round_as_often_as_build_says() {
    inside("packets_go_round_as_often_as_build_says", |dir| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/packets/rounds_end.p4");
        let (end, source) = (build("testdata/ports/ports_end.p4", dir), source.display());
        p4xdp(&format!("load --no-pins {end} h2"));
        let build_with = |words: &str| format!("build {source} --emit obj -o {} {words}", dir.display());
        for (words, most) in [("", 4), ("--rounds 1", 1), ("--rounds 32", 32)] {
            p4xdp(&build_with(words));
            p4xdp(&format!("load --reset-tables {}/rounds_end.o 0=eth1 2=eth2", dir.display()));
            let before = seen("h2");
            // A packet says in its first byte how often it is to go round.
            for (rounds, count) in [(0, 1), (most, 2), (most + 1, 3), (255, 4)] {
                send("eth1", 1000, &frame(rounds << 40, 0), count);
            }
            assert_eq!(seen("h2") - before, 3, "{most}");
            let lost = format!("lost, rounds: {} (it would have gone round too often)\n", 3 + 4);
            assert_eq!(p4xdp("stat --dev eth1"), lost, "{most}");
        }
        for bad in ["0", "33", "-1", "many"] {
            assert!(refused(&build_with(&format!("--rounds {bad}")), 2).contains(bad), "{bad}");
        }
        p4xdp("unload eth1 eth2");
    });
}

/// The data flow of `analysis::ports`, by what it makes of a program.
#[test]
fn parameters_and_keys_are_ports_by_where_their_values_go() {
    let dir = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/ports/ports_flow.p4");
    p4xdp(&format!("build {} --emit manifest -o {}", program.display(), dir.path().display()));
    let text = std::fs::read_to_string(dir.path().join("ports_flow.manifest.json")).unwrap();
    let manifest: p4xdp_runtime::manifest::Manifest = serde_json::from_str(&text).unwrap();
    let params = manifest.view.actions.iter().flat_map(|action| action.values());
    let keys = manifest.view.tables.iter().flat_map(|table| &table.keys).map(|key| &key.param);
    for param in params.chain(keys) {
        assert_eq!(param.port, param.name.starts_with("port"), "{}", param.name);
    }
    assert_eq!(manifest.ports.constants, [4, 5, 6, 7, 8, 9]);
    assert_eq!((manifest.ports.most, manifest.ports.drop), (510, Some(511)));
}

#[test]
fn the_hint_for_veth_names_the_offload_that_breaks_tcp() {
    inside("the_hint_for_veth_names_the_offload_that_breaks_tcp", |dir| {
        let object = build("examples/switch/switch.p4", dir);
        let output = try_p4xdp(&format!("load --no-pins {object} eth1"));
        let hint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(hint.contains("ethtool -K PEER gro on") && hint.contains("ethtool -K PEER tx off"), "{hint}");
    });
}

#[test]
fn ports_come_and_go_while_the_program_runs() {
    inside("ports_come_and_go_while_the_program_runs", |dir| {
        let (crossing, end) =
            (build("testdata/ports/ports_cross.p4", dir), build("testdata/ports/ports_end.p4", dir));
        for host in ["h1", "h2"] {
            p4xdp(&format!("load --no-pins {end} {host}"));
        }
        p4xdp(&format!("load --no-pins {crossing} 1=eth1"));
        // Port 7 is nobody's yet.
        send("eth1", 1000, &frame(1, 0x1234), 5);
        assert_eq!(seen("h2"), 0);
        let said = p4xdp("port add --no-pins --dev eth1 7=eth2");
        assert!(said.contains("7=eth2: ports_cross"), "{said}");
        assert_eq!(p4xdp("port list --dev eth2"), "1=eth1\n7=eth2\n");
        send("eth1", 1000, &frame(1, 0x1234), 5);
        send("eth2", 1600, &frame(1, 0x1234), 3);
        assert_eq!(p4xdp("counter dump --dev eth1"), "I.seen[1]: 10 packets\nI.seen[7]: 3 packets\n");
        assert_eq!(seen("h2"), 5 + 3, "five come from port 1 by port 7, three go back to it");
        let refusal = |words: &str, says: &str| {
            let message = refused(words, 2);
            assert!(message.contains(says), "{words}: {message}");
        };
        refusal("port add --no-pins --dev eth1 7=eth2", "`eth2` runs this program already");
        refusal("port add --no-pins --dev eth1 eth2", "`eth2` runs this program already");
        sh("ip link add other index 1800 type veth peer name h3 index 1801");
        refusal("port add --no-pins --dev eth1 7=other", "port 7 is `eth2` already");
        refusal("port add --no-pins --dev eth1 other", "`other` has no port number beside 1=eth1 7=eth2");
        assert!(refused("port add --no-pins --dev eth1 8=h2", 1).contains("which p4xdp did not make"));
        refusal("port remove --dev eth1 8", "no port 8 beside 1=eth1 7=eth2");
        refusal("port remove --dev eth1 other", "`other` does not run this program");
        assert_eq!(p4xdp("port list --dev eth1"), "1=eth1\n7=eth2\n", "nothing has changed");
        // By its new name.
        sh("ip link set eth2 name uplink");
        assert_eq!(p4xdp("port list --dev eth1"), "1=eth1\n7=uplink\n");
        assert_eq!(p4xdp("port remove --dev eth1 uplink"), "7=uplink: removed\n");
        assert!(refused("status uplink", 1).contains("runs no XDP program"));
        send("eth1", 1000, &frame(1, 0x1234), 5);
        assert_eq!(seen("h2"), 8, "nothing is sent out of a port that has left");
        // Another device takes the number, and leaves the machine.
        p4xdp("port add --no-pins --dev eth1 7=other");
        sh("ip link del other");
        let list = p4xdp("port list --dev eth1");
        assert_eq!(list, "1=eth1\n7: no device; it had index 1800\n");
        assert_eq!(p4xdp("port remove --dev eth1 7"), "7: removed; its device is gone\n");
        assert_eq!(p4xdp("port list --dev eth1"), "1=eth1\n");
    });
}

#[test]
fn another_device_of_the_same_index_is_another_port() {
    inside("another_device_of_the_same_index_is_another_port", |dir| {
        let (crossing, end) =
            (build("testdata/ports/ports_cross.p4", dir), build("testdata/ports/ports_end.p4", dir));
        p4xdp(&format!("load --no-pins {crossing} 1=eth1 7=eth2"));
        sh("ip link del eth2");
        sh("ip link add late index 1600 type veth peer name h2 index 1601");
        sh("ip link set late up");
        sh("ip link set h2 up");
        p4xdp(&format!("load --no-pins {end} h2"));
        assert_eq!(p4xdp("port list --dev eth1"), "1=eth1\n7: no device; it had index 1600\n");
        assert!(p4xdp("status eth1").contains("ports 1=eth1 7=(gone, index 1600)\n"));
        // It is no port for a program that takes over the numbers, either.
        p4xdp(&format!("load --no-pins {crossing} eth1"));
        assert_eq!(p4xdp("port list --dev eth1"), "1=eth1\n");
        send("eth1", 1000, &frame(1, 0x1234), 2);
        assert_eq!(seen("h2"), 0);
        assert_eq!(p4xdp("stat --dev eth1"), "lost, no-port: 2 (it was sent to a port that no device has)\n");
        // Unless somebody says so.
        p4xdp("port add --no-pins --dev eth1 7=late");
        send("eth1", 1000, &frame(1, 0x1234), 2);
        assert_eq!(seen("h2"), 2);
    });
}

#[test]
fn devices_of_another_namespace_are_no_ports() {
    inside("devices_of_another_namespace_are_no_ports", |dir| {
        let object = build("examples/switch/switch.p4", dir);
        p4xdp(&format!("load {object} 1=eth1 2=eth2"));
        let program = Program::by_device("eth1").unwrap();
        let id = program.id();
        // A device moves: it runs the program, but nothing is sent there.
        let own = |process: &str| std::fs::read_link(format!("/proc/{process}/ns/net")).unwrap();
        let there =
            std::process::Command::new("sh").args(["-c", "exec unshare -n sleep 600"]).spawn().unwrap();
        let there = Ended(there);
        let pid = there.0.id().to_string();
        while own(&pid) == own("thread-self") {
            std::thread::sleep(Duration::from_millis(10));
        }
        sh(&format!("ip link set eth2 netns {pid}"));
        assert_eq!(p4xdp("port list --dev eth1"), "1=eth1\n");
        let is_refused = |command: &str, says: &str| {
            let message = refused(command, if command.starts_with("table") { 1 } else { 2 });
            assert!(message.contains(says), "{command}: {message}");
        };
        is_refused("table insert --dev eth1 mac 1 forward 2", "`2` is no port of the program");
        // From elsewhere, where no device runs it, interface indices are those of other devices.
        space::inside("elsewhere", &[[("eth1", 1000), ("eth9", 1001)]], || {
            let nobody = "runs on no device of this network namespace";
            is_refused(&format!("port add --no-pins --id {id} 9=eth9"), nobody);
            is_refused(&format!("port remove --id {id} 1"), nobody);
            is_refused(
                &format!("table insert --id {id} mac 1 forward eth1"),
                "`eth1` is none of its devices",
            );
            p4xdp(&format!("table insert --id {id} mac 1 forward 1"));
            assert!(p4xdp(&format!("table dump --id {id} mac")).contains("forward(port=1)"));
        });
        assert!(p4xdp("table dump --dev eth1 mac").contains("forward(port=eth1)"));
        // It comes back, and runs the program already.
        let here = std::fs::read_link("/proc/thread-self").unwrap();
        sh(&format!("nsenter -t {pid} -n ip link set eth2 netns /proc/{}/ns/net", here.display()));
        assert_eq!(p4xdp("port list --dev eth1"), "1=eth1\n");
        assert!(p4xdp("port add --dev eth1 2=eth2").starts_with("2=eth2: "));
        assert_eq!(p4xdp("port list --dev eth1"), "1=eth1\n2=eth2\n");
        p4xdp("unload eth1 eth2");
    });
}

/// A process that ends with the test.
struct Ended(std::process::Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn devices_come_where_ports_are_interface_indices() {
    inside("devices_come_where_ports_are_interface_indices", |dir| {
        let constant = build("testdata/ports/ports_constant.p4", dir);
        p4xdp(&format!("load --no-pins --ports-are-indices {constant} eth1"));
        assert!(refused("port add --no-pins --dev eth1 2=eth2", 2).contains("name the device alone"));
        p4xdp("port add --no-pins --dev eth1 eth2");
        assert_eq!(p4xdp("port list --dev eth2"), "ports are interface indices\n");
        assert_eq!(p4xdp("port remove --dev eth1 eth2"), "eth2: removed\n");
        assert!(refused("status eth2", 1).contains("runs no XDP program"));
    });
}
