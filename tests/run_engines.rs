//! `p4xdp run` on the kernel's engines: what comes out is what the interpreter brings out, and what cannot come out is told.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "it is a test")]

use p4xdp_packet_tests::pcap::{self, Captured};
use p4xdp_test_support::command::p4xdp;
use p4xdp_test_support::needs::{Need, met};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

const PROGRAM: &str = "testdata/packets/v1model_ports.p4";
const ENTRIES: &str = "add entry h.way.port:9 to(port:300)\n";

/// `how` and `port` as in the program, and so many bytes in all.
fn packet(how: u8, port: u8, length: usize) -> Vec<u8> {
    let mut bytes = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x12, 0x34, how, port];
    bytes.extend((0..).map(|i: usize| i as u8).take(length.saturating_sub(16)));
    bytes.truncate(length);
    bytes
}

/// What a run has said and written.
struct Ran {
    status: Option<i32>,
    stdout: String,
    stderr: String,
    /// The packets of each file.
    files: BTreeMap<String, Vec<Vec<u8>>>,
}

fn run(engine: &str, packets: &[Vec<u8>], args: &[&str]) -> Ran {
    run_program(PROGRAM, ENTRIES, engine, packets, args)
}

fn run_program(program: &str, entries: &str, engine: &str, packets: &[Vec<u8>], args: &[&str]) -> Ran {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    std::fs::write(path("entries"), entries).unwrap();
    let capture: Vec<Captured> = (0..)
        .zip(packets)
        .map(|(at, bytes)| Captured { nanoseconds: at * 1000, bytes: bytes.clone() })
        .collect();
    pcap::write(File::create(path("in.pcap")).unwrap(), &capture).unwrap();
    let output = p4xdp()
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["run", program, "--engine", engine, "--in"])
        .arg(format!("0={}", path("in.pcap").display()))
        .arg("--entries")
        .arg(path("entries"))
        .arg("--out")
        .arg(path("out"))
        .args(args)
        .output()
        .unwrap();
    Ran {
        status: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        files: files(&path("out")),
    }
}

fn files(folder: &Path) -> BTreeMap<String, Vec<Vec<u8>>> {
    let read =
        |path: &Path| pcap::read(File::open(path).unwrap()).unwrap().into_iter().map(|p| p.bytes).collect();
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), read(&path))).collect()
}

/// Ports that are no `--in` port: a constant of the program, one of an entry, one that is asked for. Long packets, too.
fn every_port_has_its_capture(engine: &str, long: usize) {
    let packets = [
        packet(1, 0, 60),
        packet(2, 9, 60),
        packet(3, 7, 60),
        packet(1, 0, long),
        packet(3, 0, 61),
        packet(4, 0, 40),
    ];
    let [wanted, found] = ["interp", engine].map(|engine| run(engine, &packets, &["--port", "7"]));
    for ran in [&wanted, &found] {
        assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.ends_with("6 packets in, 6 out\n"), "{}", ran.stdout);
    }
    assert_eq!(wanted.files.keys().collect::<Vec<_>>(), ["0.pcap", "300.pcap", "5.pcap", "7.pcap"]);
    assert_eq!(wanted.files, found.files);
}

/// A port that nobody can know before: told, and captured from then on. Packets that no device takes or brings out: told, and the
/// run goes on.
fn what_is_lost_is_told(engine: &str) {
    let packets = [
        packet(3, 8, 60),
        packet(1, 0, 60),
        packet(3, 8, 60),
        packet(1, 0, 13),
        packet(4, 0, 27),
        packet(1, 0, 60),
    ];
    let ran = run(engine, &packets, &[]);
    assert_eq!(ran.status, Some(1), "{}{}", ran.stdout, ran.stderr);
    for message in [
        "packet 0: it left by port 8, which had no device; packets after it are captured there, and `--port 8`",
        "packet 3: a packet of 13 bytes is too short for a device",
        "packet 4: aborted (XDP_ABORTED, `no-room`): no room to make it longer, or too few bytes left",
    ] {
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
    }
    assert!(ran.stdout.ends_with("6 packets in, 3 out\n"), "{}", ran.stdout);
    assert_eq!(ran.files["8.pcap"], [packet(3, 8, 60)]);
    assert_eq!(ran.files["5.pcap"], [packet(1, 0, 60), packet(1, 0, 60)]);
}

#[test]
fn kernel_every_port_has_its_capture() {
    if met("kernel_every_port_has_its_capture", &[Need::Root]) {
        every_port_has_its_capture("kernel", 9000);
    }
}

#[test]
fn veth_every_port_has_its_capture() {
    if met("veth_every_port_has_its_capture", &[Need::Root]) {
        every_port_has_its_capture("veth", 3500);
    }
}

#[test]
fn kernel_what_is_lost_is_told() {
    if met("kernel_what_is_lost_is_told", &[Need::Root]) {
        what_is_lost_is_told("kernel");
    }
}

#[test]
fn veth_what_is_lost_is_told() {
    if met("veth_what_is_lost_is_told", &[Need::Root]) {
        what_is_lost_is_told("veth");
    }
}

/// A program that looks at no port runs without devices, but for packets that are longer than a page.
#[test]
fn kernel_filters_take_long_packets() {
    if !met("kernel_filters_take_long_packets", &[Need::Root]) {
        return;
    }
    let mut packets = [60, 3500, 3501, 9000, 65_535].map(|length| packet(0, 0, length));
    packets.iter_mut().for_each(|packet| packet[12..14].copy_from_slice(&[0x86, 0xdd]));
    let ran = run_program("testdata/packets/filter.p4", "", "kernel", &packets, &[]);
    assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.files["0.pcap"], packets);
}
