//! Externs from P4 to the kernel, loaded by another loader: what packets meet, and what maps hold afterwards.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use p4xdp_test_support::bpftool::{Loaded, load, privileged};
use p4xdp_test_support::program::{compiled, object};
use p4xdp_test_support::root;

const DROP: u32 = 1;
const PASS: u32 = 2;

/// A TCP segment with a right header checksum, in 64 bytes.
fn segment(src: [u8; 4], dst: [u8; 4], ports: (u16, u16), flags: u8) -> Vec<u8> {
    let mut bytes = vec![0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 8, 0];
    bytes.extend([0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6, 0, 0]);
    bytes.extend(src);
    bytes.extend(dst);
    let sum: u32 = bytes[14..34].chunks(2).map(|w| u32::from(u16::from_be_bytes([w[0], w[1]]))).sum();
    let sum = (sum & 0xffff) + (sum >> 16);
    let checksum = !((sum & 0xffff) + (sum >> 16)) as u16;
    bytes[24..26].copy_from_slice(&checksum.to_be_bytes());
    bytes.extend(ports.0.to_be_bytes());
    bytes.extend(ports.1.to_be_bytes());
    bytes.extend([0, 0, 0, 1, 0, 0, 0, 2, 0x50, flags, 0x20, 0, 0, 0, 0, 0]);
    bytes.resize(64, 0);
    bytes
}

/// The program of this name in `testdata/generated`, compiled and, with privilege, loaded; its golden text is another test's matter.
fn loaded(name: &str) -> Option<Loaded> {
    let output = compiled(&root().join("testdata/generated").join(name).with_extension("p4"));
    let object = object(name, &output);
    privileged().then(|| load(name, &object.path))
}

#[test]
fn counters() {
    let Some(loaded) = loaded("counters") else { return };
    let mut bytes = segment([10, 0, 0, 1], [10, 0, 0, 2], (1, 2), 2);
    for ttl in [3, 3, 0, 4] {
        bytes[22] = ttl;
        assert_eq!(loaded.verdict(&bytes), PASS);
    }
    // The dense one has its largest index; what is beyond counts nowhere.
    let dense: Vec<_> = (0..4).map(|i| loaded.count("dense", i)).collect();
    assert_eq!(dense, [Some(1), Some(0), Some(0), Some(2)]);
    assert_eq!(loaded.count("sparse", 0x0a000001), Some(160));
    assert_eq!(loaded.count("sparse", 0x0a000002), None);
}

#[test]
fn checksums() {
    let Some(loaded) = loaded("ipv4_checksum") else { return };
    let mut bytes = segment([10, 0, 0, 1], [10, 0, 0, 2], (1, 2), 2);
    assert_eq!(loaded.verdict(&bytes), PASS);
    bytes[26] ^= 1;
    assert_eq!(loaded.verdict(&bytes), DROP);
    bytes[12] = 9;
    assert_eq!(loaded.verdict(&bytes), DROP);
}

#[test]
fn connections() {
    let Some(loaded) = loaded("conntrack") else { return };
    const SYN: u8 = 2;
    const ACK: u8 = 16;
    const FIN: u8 = 1;
    let (client, server) = ([10, 0, 2, 15], [10, 1, 0, 1]);
    let up = |flags| loaded.verdict(&segment(client, server, (5793, 80), flags));
    let down = |flags| loaded.verdict(&segment(server, client, (80, 5793), flags));
    assert_eq!(down(SYN | ACK), DROP);
    assert_eq!(up(SYN), PASS);
    assert_eq!(up(SYN), DROP);
    assert_eq!(up(ACK), DROP);
    assert_eq!(down(SYN | ACK), PASS);
    assert_eq!(down(SYN | ACK), DROP);
    assert_eq!(up(ACK), PASS);
    assert_eq!(down(ACK), PASS);
    assert_eq!(up(SYN), DROP);
    assert_eq!(up(ACK | 8), PASS);
    assert_eq!(up(FIN | ACK), PASS);
    assert_eq!(up(ACK), DROP);
    // Ends that have one address and differ in their ports only.
    let to_self = |ports, flags| loaded.verdict(&segment(client, client, ports, flags));
    assert_eq!(to_self((9, 80), SYN), PASS);
    assert_eq!(to_self((80, 9), SYN | ACK), PASS);
    assert_eq!(to_self((9, 80), ACK), PASS);
}

#[test]
fn xdp_model_functions() {
    let Some(loaded) = loaded("xdp_model_functions") else { return };
    let ip = [0x45, 0, 0, 0x73, 0, 0, 0x40, 0, 0x40, 0x11, 0, 0, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8, 0, 0xc7];
    for (csum, from2, to2, from4, to4) in [
        (0xb861u16, 0x4500u16, 0x4600u16, 0xc0a80001u32, 0x05060708u32),
        (0, 0xffff, 0, 0xffffffff, 0),
        (0xffff, 0xffff, 0, 0xffffffff, 0),
        (0xffff, 0, 0, 0, 0),
        (0x1234, 0, 0xffff, 0, 0xffffffff),
    ] {
        let mut bytes = Vec::new();
        bytes.extend(csum.to_be_bytes());
        bytes.extend(from2.to_be_bytes());
        bytes.extend(to2.to_be_bytes());
        bytes.extend([0; 2]);
        bytes.extend(from4.to_be_bytes());
        bytes.extend(to4.to_be_bytes());
        bytes.extend([0; 8]);
        bytes.extend(ip);
        bytes.resize(64, 0);
        let (_, after) = loaded.run(&bytes);
        // RFC 1624, equation 3, in ones' complement of 16 bits.
        let expected = |words: &[u16]| {
            let mut sum: u64 = words.iter().map(|&w| u64::from(w)).sum();
            while sum >> 16 != 0 {
                sum = (sum & 0xffff) + (sum >> 16);
            }
            !(sum as u16)
        };
        let halves = |w: u32| [(w >> 16) as u16, w as u16];
        let [nh, nl] = halves(!from4);
        let [th, tl] = halves(to4);
        assert_eq!(u16::from_be_bytes([after[6], after[7]]), expected(&[!csum, !from2, to2]));
        assert_eq!(u16::from_be_bytes([after[16], after[17]]), expected(&[!csum, nh, nl, th, tl]));
        assert_eq!(u16::from_be_bytes([after[18], after[19]]), 0xb861);
        assert_ne!(&after[20..24], &[0; 4]);
    }
}

#[test]
fn functions_that_the_user_brings() {
    let Some(loaded) = loaded("user_functions") else { return };
    let mut bytes = vec![0; 64];
    bytes[12..18].copy_from_slice(&[0x11, 0x11, 0, 0, 0, 7]);
    let (verdict, after) = loaded.run(&bytes);
    assert_eq!((verdict, &after[12..18]), (3, &[0x22, 0x22, 0, 3, 0, 8][..]));
    bytes[12] = 0;
    assert_eq!(loaded.run(&bytes).0, PASS);
    assert_eq!(loaded.count("ports", 5), Some(2));
}
