//! The port behind which user space is: packets that a program sends there are read, and packets go into it from there, by command line, library and
//! packet tests. On virtual devices with indices from 1000 on, in network namespaces of the tests' own.
//!
//! Needs root, iproute2 and clang.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "it is a test")]

use p4xdp_packet_tests::pcap;
use p4xdp_runtime::Program;
use p4xdp_test_support::command::{self, build};
use p4xdp_test_support::needs::{Need, are_met};
use p4xdp_test_support::{root, space};
use std::fs::File;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

const PROGRAM: &str = "testdata/packets/v1model_cpu_port.p4";

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

/// What it says when it ends with status 2.
#[track_caller]
fn refused(words: &str) -> String {
    let output = try_p4xdp(words);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{words}: {errors}");
    errors
}

fn inside(name: &str, test: impl FnOnce(&Path) + Send) {
    let pairs = [[("eth1", 1000), ("h1", 1001)], [("eth2", 1600), ("h2", 1601)]];
    space::inside(name, &pairs, || test(tempfile::tempdir().unwrap().path()));
}

/// An Ethernet frame of 60 bytes.
fn frame(kind: u16) -> Vec<u8> {
    let mut packet = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9];
    packet.extend(kind.to_be_bytes());
    packet.resize(60, 7);
    packet
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// How many packets a host's end has seen: it runs `ports_end.p4`, which counts and drops all.
fn seen(device: &str) -> u64 {
    Program::by_device(device).unwrap().counter("packets").unwrap().read_count(0).unwrap().packets
}

#[test]
fn packets_go_to_user_space_and_come_from_it() {
    inside("packets_go_to_user_space_and_come_from_it", |dir| {
        let (object, end) = (build(PROGRAM, dir), build("testdata/ports/ports_end.p4", dir));
        for host in ["h1", "h2"] {
            p4xdp(&format!("load --no-pins {end} {host}"));
        }
        p4xdp(&format!("load --no-pins --cpu-port 255 {object} 1=eth1 2=eth2"));
        assert_eq!(p4xdp("packet-in --dev eth1"), "");
        assert!(p4xdp("status eth1").contains("\n  user space is behind port 255\n"));
        let flood = |device: &str, index, kind| {
            Program::by_device(device).unwrap().flood(&frame(kind), index, 1).unwrap();
        };
        flood("eth1", 1000, 0x1234);
        flood("eth2", 1600, 0x1234);
        flood("eth1", 1000, 0x0800);
        let expected =
            |port: u8, header: &str| format!("port={port} length=62 {header}{}\n", hex(&frame(0x1234)));
        let both = expected(1, "0085") + &expected(2, "0105");
        assert_eq!(p4xdp("packet-in --dev eth1"), both);
        assert_eq!(p4xdp("packet-in --dev eth1"), "", "what is read is gone");
        assert_eq!((seen("h1"), seen("h2")), (0, 1));

        // To port 1, and to port 2 twice: in digits, and as a capture.
        p4xdp(&format!("packet-out --dev eth1 0080{}", hex(&frame(0x1234))));
        let to_two = [&[1, 0][..], &frame(0x1234)].concat();
        let packet = pcap::Captured { nanoseconds: 0, bytes: to_two };
        let capture = dir.join("out.pcap");
        pcap::write(File::create(&capture).unwrap(), [&packet, &packet]).unwrap();
        p4xdp(&format!("packet-out --dev eth2 {}", capture.display()));
        assert_eq!((seen("h1"), seen("h2")), (1, 3));
        // To where it came from.
        p4xdp(&format!("packet-out --dev eth1 7f80{}", hex(&frame(0x1234))));
        let capture = dir.join("in.pcap");
        p4xdp(&format!("packet-in --dev eth1 --seconds 1 --count 1 --out {}", capture.display()));
        let read = pcap::read(File::open(&capture).unwrap()).unwrap();
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].bytes, [&[0x7f, 0x85][..], &frame(0x1234)].concat());
        assert_eq!(p4xdp("stat --dev eth1"), "nothing lost\n");
        assert_eq!((seen("h1"), seen("h2")), (1, 3));

        // A program that replaces this one keeps the port, unless a device has its number.
        p4xdp(&format!("load --no-pins {object} eth1 eth2"));
        flood("eth1", 1000, 0x1234);
        assert_eq!(p4xdp("packet-in --dev eth1"), expected(1, "0085"));
        p4xdp(&format!("load --no-pins {object} 1=eth1 255=eth2"));
        flood("eth1", 1000, 0x1234);
        assert!(refused("packet-in --dev eth1").contains("load it with `--cpu-port PORT`"));
        assert_eq!(seen("h2"), 4, "it is a port like any other");
    });
}

#[test]
fn packets_that_nobody_reads_are_counted() {
    inside("packets_that_nobody_reads_are_counted", |dir| {
        let object = build(PROGRAM, dir);
        p4xdp(&format!("load --no-pins --cpu-port 255 {object} 1=eth1 2=eth2"));
        let program = Program::by_device("eth1").unwrap();
        const SENT: u32 = 30_000;
        program.flood(&frame(0x1234), 1000, SENT).unwrap();
        let reader = program.packet_in().unwrap();
        let mut read = 0;
        loop {
            let packets = reader.read(Duration::ZERO, usize::MAX).unwrap();
            if packets.is_empty() {
                break;
            }
            assert!(packets.iter().all(|packet| packet.length == 62 && packet.bytes.len() == 62));
            read += packets.len();
        }
        assert!(read > 10_000 && read < SENT as usize, "{read}");
        let lost = SENT as usize - read;
        let expected =
            format!("lost, packet-in: {lost} (it was for user space, where nobody read it in time)\n");
        assert_eq!(p4xdp("stat --dev eth1"), expected);
    });
}

#[test]
fn ports_to_user_space_that_cannot_be_are_refused() {
    inside("ports_to_user_space_that_cannot_be_are_refused", |dir| {
        let (object, without) = (build(PROGRAM, dir), build("testdata/ports/ports_cross.p4", dir));
        let message = refused(&format!("load --no-pins --cpu-port 255 {without} 1=eth1"));
        assert!(message.contains("`build --with-cpu-port`"), "{message}");
        let message = refused(&format!("load --no-pins --cpu-port 511 {object} 1=eth1"));
        assert!(message.contains("port 511 is too large"), "{message}");
        let message = refused(&format!("load --no-pins --cpu-port 1 {object} 1=eth1"));
        assert!(message.contains("port 1 is `eth1` already"), "{message}");
        p4xdp(&format!("load --no-pins {object} 1=eth1"));
        for command in ["packet-in --dev eth1", "packet-out --dev eth1 0080020000000001020000000009123401"] {
            assert!(refused(command).contains("load it with `--cpu-port PORT`"), "{command}");
        }
        p4xdp(&format!("load --no-pins --cpu-port 255 {object} 1=eth1"));
        assert!(refused("port add --no-pins --dev eth1 255=eth2").contains("port 255 is that to user space"));
        assert!(refused("packet-out --dev eth1 0123456789z").contains("no packet in hexadecimal digits"));
        assert!(refused("packet-out --dev eth1 0080").contains("cannot send live frames"));
        // Asked for by the user, it is there without a header for it.
        let source = root().join("testdata/ports/ports_cross.p4");
        p4xdp(&format!("build --with-cpu-port --emit obj {} -o {}", source.display(), dir.display()));
        p4xdp(&format!("load --no-pins --cpu-port 7 {without} 1=eth1"));
        let program = Program::by_device("eth1").unwrap();
        program.flood(&frame(0x1234), 1000, 2).unwrap();
        assert_eq!(
            p4xdp("packet-in --dev eth1 --count 1"),
            format!("port=1 length=60 {}\n", hex(&frame(0x1234)))
        );
        assert_eq!(program.packet_in().unwrap().read(Duration::ZERO, 9).unwrap().len(), 1, "the other one");
    });
}

/// They take the way through one of the program's devices, which another takes over.
#[test]
fn copies_go_to_user_space() {
    inside("copies_go_to_user_space", |dir| {
        let object = build("testdata/packets/v1model_cpu_copies.p4", dir);
        let end = build("testdata/ports/ports_end.p4", dir);
        for host in ["h1", "h2"] {
            p4xdp(&format!("load --no-pins {end} {host}"));
        }
        p4xdp(&format!("load --no-pins --cpu-port 255 {object} 1=eth1 2=eth2"));
        p4xdp("session insert --dev eth1 99 --port 255");
        p4xdp("multicast insert --dev eth1 1 255 eth2 7:255");
        assert_eq!(p4xdp("session dump --dev eth1"), "session 99 -> port 255\n");
        let deed = |deed: u8| {
            let mut packet = frame(0x0800);
            packet[14..16].copy_from_slice(&[deed, 0]);
            packet
        };
        let flood = |device: &str, index, packet: &[u8]| {
            Program::by_device(device).unwrap().flood(packet, index, 1).unwrap();
        };
        let came = |port: u8, header: &str, deed: u8, ingress: &str| {
            let rest = hex(&frame(0)[16..]);
            format!("port={port} length=62 {header}{}0800{deed:02x}{ingress}{rest}\n", hex(&frame(0)[..12]))
        };
        flood("eth2", 1600, &deed(1));
        assert_eq!(p4xdp("packet-in --dev eth1"), came(2, "0101", 1, "00"));
        flood("eth1", 1000, &deed(3));
        assert_eq!(p4xdp("packet-in --dev eth1"), came(1, "0081", 3, "bb").repeat(2));
        assert_eq!((seen("h1"), seen("h2")), (0, 2));
        // A program that replaces it has the same.
        p4xdp(&format!("load --no-pins {object} eth1 eth2"));
        flood("eth2", 1600, &deed(1));
        assert_eq!(p4xdp("packet-in --dev eth1"), came(2, "0101", 1, "00"));
        // Without the first device.
        p4xdp("port remove --dev eth2 1");
        flood("eth2", 1600, &deed(1));
        assert_eq!(p4xdp("packet-in --dev eth2"), came(2, "0101", 1, "00"));
        assert_eq!(p4xdp("stat --dev eth2"), "nothing lost\n");
        assert_eq!((seen("h1"), seen("h2")), (0, 4));
    });
}

#[test]
fn packet_tests_see_them() {
    if !are_met(&[Need::Root, Need::Command("clang"), Need::Command("ip")]) {
        return;
    }
    for engine in ["interp", "kernel --cpu-port 255", "veth --cpu-port 255"] {
        assert!(tested(PROGRAM, engine).ends_with("6 passed, 0 failed\n"), "{engine}");
        let copies = tested("testdata/packets/v1model_cpu_copies.p4", engine);
        assert!(copies.ends_with("13 passed, 0 failed\n"), "{engine}: {copies}");
    }
    // PSA's own number for it is beyond those of devices.
    let options = "--with-cpu-port --cpu-port 4294967293";
    for engine in ["interp".to_owned(), format!("kernel {options}"), format!("veth {options}")] {
        let passed = tested("testdata/ports/psa_cpu_port.p4", &engine);
        assert!(passed.ends_with("5 passed, 0 failed\n"), "{engine}: {passed}");
    }
}

/// What a packet test beside a program says.
#[track_caller]
fn tested(program: &str, engine: &str) -> String {
    let program = root().join(program);
    p4xdp(&format!(
        "test {} {} --engine {engine}",
        program.display(),
        program.with_extension("stf").display()
    ))
}
