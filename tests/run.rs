//! `p4xdp run`: captures in, captures out, on the interpreter; and captures that are none.
#![allow(clippy::unwrap_used, reason = "it is a test")]

use p4xdp_packet_tests::pcap::{self, Captured};
use p4xdp_test_support::command::p4xdp;
use std::fs::File;
use std::io::{Cursor, Write};
use std::path::Path;
use std::process::{Output, Stdio};

const ROUTER: &str = "examples/router/router.p4";
const ROUTES: &str = "add route dst:0x0a000100/24 next_hop(dst:0x0200000000b1, src:0x0200000000a1, port:1)\n\
    # Packets and expectations are not for here.\npacket 0 00\n";

/// An IPv4 packet for an address in 10/8.
fn packet(last: [u8; 3]) -> Vec<u8> {
    let mut bytes = vec![2, 0, 0, 0, 0, 0xa0, 2, 0, 0, 0, 0, 1, 8, 0];
    bytes.extend([0x45, 0, 0, 0x14, 0, 1, 0, 0, 0x40, 0x11, 0x65, 0xd3, 10, 0, 0, 1, 10]);
    bytes.extend(last);
    bytes
}

fn captured(nanoseconds: u64, bytes: Vec<u8>) -> Captured {
    Captured { nanoseconds, bytes }
}

fn write(path: &Path, packets: &[Captured]) {
    pcap::write(File::create(path).unwrap(), packets).unwrap();
}

/// One enhanced packet block, time stamps in microseconds.
fn write_pcapng(path: &Path, microseconds: u32, bytes: &[u8]) {
    let word = |v: u32| v.to_le_bytes();
    let mut file = Vec::new();
    for v in [0x0a0d_0d0a, 28, 0x1a2b_3c4d, 1, u32::MAX, u32::MAX, 28, 1, 20, 1, 0, 20] {
        file.extend(word(v));
    }
    let padded = bytes.len().next_multiple_of(4);
    let length = bytes.len() as u32;
    for v in [6, padded as u32 + 32, 0, 0, microseconds, length, length] {
        file.extend(word(v));
    }
    file.extend(bytes);
    file.resize(file.len() + padded - bytes.len(), 0);
    file.extend(word(padded as u32 + 32));
    std::fs::write(path, file).unwrap();
}

fn run(dir: &Path, args: &[&str]) -> Output {
    let out = dir.join("out");
    let mut command = p4xdp();
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["run", ROUTER]).args(args);
    command.arg("--out").arg(out).output().unwrap()
}

/// A folder with the router's entries in a file, and that file's path.
fn with_routes() -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let routes = dir.path().join("routes");
    std::fs::write(&routes, ROUTES).unwrap();
    (dir, routes.display().to_string())
}

#[test]
fn captures_in_captures_out() {
    let (dir, routes) = with_routes();
    let path = |name: &str| dir.path().join(name);
    // In order of time across the files: 0 at 1 us, 3 at 2 us, 0 at 3 us, which nobody routes.
    write(&path("a.pcap"), &[captured(1_001, packet([0, 1, 5])), captured(3_000, packet([9, 9, 9]))]);
    write_pcapng(&path("b.pcapng"), 2, &packet([0, 1, 6]));
    let inputs = [format!("0={}", path("a.pcap").display()), format!("3={}", path("b.pcapng").display())];
    let output =
        run(dir.path(), &["--in", &inputs[0], "--in", &inputs[1], "--entries", &routes, "--trace=json"]);
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stdout}{stderr}");
    assert!(stdout.ends_with("3 packets in, 2 out\n"), "{stdout}");
    let events: Vec<serde_json::Value> = stdout
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let ports: Vec<_> = events.iter().filter(|e| e["event"] == "input").map(|e| e["port"].clone()).collect();
    assert_eq!(ports, [0, 3, 0]);
    assert!(events.iter().any(|e| e["event"] == "table" && e["hit"] == true && e["packet"] == 1));

    let left = pcap::read(File::open(path("out").join("1.pcap")).unwrap()).unwrap();
    let times: Vec<u64> = left.iter().map(|p| p.nanoseconds).collect();
    assert_eq!(times, [1_001, 2_000]);
    for (packet, last) in left.iter().zip([5, 6]) {
        assert_eq!(packet.bytes[..6], [2, 0, 0, 0, 0, 0xb1]);
        // The time to live, and the last byte of the address.
        assert_eq!((packet.bytes[22], packet.bytes[33]), (0x3f, last));
    }
    assert_eq!(std::fs::read_dir(path("out")).unwrap().count(), 1);
}

#[test]
fn what_is_no_capture_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    std::fs::write(path("text"), "this is no capture at all").unwrap();
    write(&path("whole.pcap"), &[captured(1, packet([0, 1, 5]))]);
    let whole = std::fs::read(path("whole.pcap")).unwrap();
    std::fs::write(path("cut.pcap"), &whole[..50]).unwrap();
    std::fs::write(path("bad_entries"), "add route dst:0x0a000100/33 drop()\n").unwrap();
    let file = |name: &str| format!("0={}", path(name).display());
    let entries = path("bad_entries").display().to_string();
    let cases: [(&[&str], i32, &str); 6] = [
        (&["--in", &file("text")], 1, "text: this is no capture in pcap or pcapng"),
        (&["--in", &file("cut.pcap")], 1, "cut.pcap: the capture ends in the middle of packet 1"),
        (&["--in", &file("missing")], 2, "cannot read"),
        (&["--in", "whole.pcap"], 2, "`--in whole.pcap`: expected PORT=FILE.pcap"),
        (&["--in", "x=whole.pcap"], 2, "`--in x=whole.pcap`: expected PORT=FILE.pcap"),
        (
            &["--in", &file("whole.pcap"), "--entries", &entries],
            1,
            "bad_entries:1:15: a prefix of 33 bits is longer than key `dst` of 32 bits",
        ),
    ];
    for (args, status, message) in cases {
        let output = run(dir.path(), args);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{stderr}");
        assert!(stderr.contains(message), "{stderr}");
    }
}

/// Runs a program of `testdata/packets` with a capture on standard input.
fn piped(program: &str, capture: &[Captured], args: &[&str]) -> Output {
    let mut file = Vec::new();
    pcap::write(&mut file, capture).unwrap();
    let mut command = p4xdp();
    command.current_dir(env!("CARGO_MANIFEST_DIR")).arg("run").arg(format!("testdata/packets/{program}"));
    command
        .args(["--in", "4=-"])
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // All of it fits a pipe.
    child.stdin.take().unwrap().write_all(&file).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn standard_input_to_standard_output() {
    let frames = [
        // A digest, then the clock: it follows the time stamps, and does not go back.
        captured(5_000_000, vec![0, 0, 0, 0x12, 0x34]),
        captured(5_009_000, vec![2, 0, 0, 0, 0]),
        captured(5_001_000, vec![2, 0, 0, 0, 0]),
    ];
    let output = piped("v1model_messages.p4", &frames, &["--out", "-", "--state"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stderr.contains("packet 0: digest 5 (op=0x0, low=0x1234, port=0x4)\n"), "{stderr}");
    assert!(stderr.ends_with("3 packets in, 3 out\n"), "{stderr}");
    let left = pcap::read(Cursor::new(output.stdout)).unwrap();
    let wanted = [
        captured(5_000_000, vec![0, 0, 0, 0x12, 0x34]),
        captured(5_009_000, vec![2, 0, 0, 0, 10]),
        captured(5_001_000, vec![2, 0, 0, 0, 11]),
    ];
    assert_eq!(left, wanted);
}

#[test]
fn state_as_json() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("out").display().to_string();
    let entries = dir.path().join("entries");
    std::fs::write(&entries, "add counted headers.op.key:7 silent()\nregister_write last 1 9\n").unwrap();
    let frames = [captured(1, vec![0, 2, 0, 0xaa]), captured(2, vec![4, 7, 0]), captured(3, vec![3, 3, 5])];
    let entries = entries.display().to_string();
    let output =
        piped("v1model_state.p4", &frames, &["--out", &folder, "--entries", &entries, "--state=json"]);
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let objects: Vec<serde_json::Value> =
        stdout.lines().filter(|l| l.starts_with('{')).map(|l| serde_json::from_str(l).unwrap()).collect();
    let wanted = serde_json::json!([
        { "state": "counter", "name": "Ing.packets", "index": 2, "packets": 1, "bytes": 4 },
        { "state": "counter", "name": "Ing.bytes", "index": 2, "packets": 1, "bytes": 4 },
        { "state": "counter", "name": "Ing.both", "index": 2, "packets": 1, "bytes": 4 },
        { "state": "register", "name": "Ing.last", "index": 1, "value": "0x9" },
        { "state": "register", "name": "Ing.last", "index": 3, "value": "0x5" },
        { "state": "counter", "name": "Ing.hits", "entry": { "headers.op.key": "0x7" }, "packets": 1, "bytes": 3 },
    ]);
    assert_eq!(serde_json::Value::Array(objects), wanted, "{stdout}{stderr}");
}

/// What was read before the fault has been through the program, and is in the captures.
#[test]
fn what_came_before_a_fault_is_written() {
    let (dir, routes) = with_routes();
    let path = |name: &str| dir.path().join(name);
    write(&path("whole.pcap"), &[captured(1, packet([0, 1, 5])), captured(2, packet([0, 1, 6]))]);
    let whole = std::fs::read(path("whole.pcap")).unwrap();
    std::fs::write(path("cut.pcap"), &whole[..whole.len() - 1]).unwrap();
    let input = format!("0={}", path("cut.pcap").display());
    let output = run(dir.path(), &["--in", &input, "--entries", &routes]);
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("cut.pcap: the capture ends in the middle of packet 2"), "{stderr}");
    let left = pcap::read(File::open(path("out").join("1.pcap")).unwrap()).unwrap();
    assert_eq!(left.len(), 1);
}

/// A packet that is given up is told with its line, and the run goes on with the next one.
#[test]
fn a_packet_that_is_given_up_ends_nothing() {
    let frames =
        [captured(1, vec![2, 0, 0, 0, 0]), captured(2, vec![1, 0, 0, 0, 0]), captured(3, vec![2; 5])];
    let output = piped("v1model_messages.p4", &frames, &["--out", "-"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    let wanted =
        "packet 1: the packet was given up: an `assert` failed (testdata/packets/v1model_messages.p4:";
    assert!(stderr.contains(wanted), "{stderr}");
    assert!(stderr.ends_with("3 packets in, 2 out\n"), "{stderr}");
    assert_eq!(pcap::read(Cursor::new(output.stdout)).unwrap().len(), 2);
}

/// Packets of one file are taken by their time stamps, too, as far as these are not mixed up beyond measure; those of a pipe as
/// they come.
#[test]
fn packets_of_a_capture_are_taken_by_time() {
    let (dir, routes) = with_routes();
    let path = |name: &str| dir.path().join(name);
    let taken = |stamps: &[u64]| {
        let packets: Vec<Captured> =
            stamps.iter().map(|stamp| captured(*stamp, packet([0, 1, *stamp as u8]))).collect();
        write(&path("mixed.pcap"), &packets);
        let input = format!("0={}", path("mixed.pcap").display());
        let output = run(dir.path(), &["--in", &input, "--entries", &routes]);
        assert_eq!(output.status.code(), Some(0));
        let left = pcap::read(File::open(path("out").join("1.pcap")).unwrap()).unwrap();
        let times: Vec<u64> = left.iter().map(|p| p.nanoseconds).collect();
        (times, String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert_eq!(taken(&[30, 10, 20, 5, 40]), (vec![5, 10, 20, 30, 40], String::new()));
    // 2,000 packets, and then one that is older than all of them.
    let mut stamps: Vec<u64> = (100..2_100).collect();
    stamps.push(7);
    let (times, stderr) = taken(&stamps);
    assert_eq!((times.len(), times.iter().position(|time| *time == 7)), (2001, Some(977)), "{stderr}");
    let warning =
        "mixed.pcap: 1 of 2001 packets were taken after later ones: order is made among 1024 packets only";
    assert!(stderr.contains(warning), "{stderr}");
}

/// The bytes that a capture has are the packet, which is told.
#[test]
fn cut_captures_are_told() {
    let (dir, routes) = with_routes();
    let path = |name: &str| dir.path().join(name);
    write(&path("cut.pcap"), &[captured(1, packet([0, 1, 5])), captured(2, packet([0, 1, 6]))]);
    let mut file = std::fs::read(path("cut.pcap")).unwrap();
    // The length that the first packet had.
    file[36..40].copy_from_slice(&1500u32.to_le_bytes());
    std::fs::write(path("cut.pcap"), file).unwrap();
    let input = format!("0={}", path("cut.pcap").display());
    let output = run(dir.path(), &["--in", &input, "--entries", &routes]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let warning = "warning: ";
    assert!(stderr.contains(warning), "{stderr}");
    assert!(stderr.contains("cut.pcap: 1 of 2 packets were cut when they were captured"), "{stderr}");
}

/// A packet test on standard input; one that is no text.
#[test]
fn packet_tests_from_standard_input() {
    let test = |commands: &[u8]| {
        let mut command = p4xdp();
        command.current_dir(env!("CARGO_MANIFEST_DIR")).args([
            "test",
            "testdata/packets/v1model_messages.p4",
            "-",
        ]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(commands).unwrap();
        child.wait_with_output().unwrap()
    };
    let output = test(b"packet 0 02 00000000\nexpect 1 02 00000001 $\n");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1 passed, 0 failed\n");
    assert_eq!(output.status.code(), Some(0));
    let output = test(b"packet 0 02 00000000\n\xff\xfe\n");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("-:2: this is no text in UTF-8"), "{stderr}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn inputs_are_not_overwritten_and_wrong_usage_is_told() {
    let (dir, routes) = with_routes();
    let path = |name: &str| dir.path().join(name);
    std::fs::create_dir(path("out")).unwrap();
    write(&path("out/1.pcap"), &[captured(1, packet([0, 1, 5]))]);
    let input = format!("0={}", path("out/1.pcap").display());
    let cases: [(&[&str], &str); 3] = [
        (&["--entries", &routes], "1.pcap is read from and would be overwritten"),
        (&["--engine", "kernel", "--trace"], "`--trace` needs the interpreter"),
        (&["--engine", "kernel", "--state"], "`--state` needs the interpreter"),
    ];
    for (args, message) in cases {
        let args: Vec<&str> = ["--in", &input].into_iter().chain(args.iter().copied()).collect();
        let output = run(dir.path(), &args);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(message), "{stderr}");
    }
    assert_eq!(pcap::read(File::open(path("out/1.pcap")).unwrap()).unwrap().len(), 1);
}
