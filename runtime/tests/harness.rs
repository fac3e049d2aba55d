//! The same packets on all harnesses: TAP and veth devices, and no device where that suffices.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "it is a test")]

use p4xdp_runtime::harness::{Exit, FIRST_INDEX, Harness, Output, losses::Loss, tap::Taps, veth::Veths};
use p4xdp_runtime::{Program, load};
use p4xdp_test_support::switch;
use p4xdp_test_support::switch::{Variant, frame, privileged};

fn program() -> Program {
    let program = load::load_detached(&switch::object(&Variant::default()), FIRST_INDEX).unwrap();
    let mac = program.table("mac").unwrap();
    for (key, action, args) in [
        ("1", "forward", &["0"][..]),
        ("2", "forward", &["5"]),
        ("3", "reply", &[]),
        ("4", "forward", &["77"]),
    ] {
        // One is already there, by the program's initial entries.
        if key == "4" {
            mac.delete(&mac.keys(&["0xee"]).unwrap(), None).unwrap();
        }
        mac.insert(&mac.entry(&[key], action, args, None).unwrap()).unwrap();
    }
    drop(mac);
    program
}

/// `most`: bytes of the longest packet that the devices take.
fn exercise(harness: &mut dyn Harness, most: usize) {
    let program = program();
    harness.open(&program, &[0, 5, 9]).unwrap();
    let out = |port, exit, bytes: &Vec<u8>| Output { port, exit, bytes: bytes.clone() };

    // To port 0, which is interface 1000, from elsewhere and from itself.
    let (to_0, to_5, reply, to_77) =
        (frame(1, 9, 0x1234), frame(2, 9, 0x1234), frame(3, 9, 0x1234), frame(4, 9, 0x1234));
    harness.inject(&program, 5, &to_0).unwrap();
    harness.inject(&program, 0, &to_5).unwrap();
    harness.inject(&program, 9, &to_5).unwrap();
    harness.inject(&program, 9, &reply).unwrap();
    harness.inject(&program, 0, &to_77).unwrap();
    let mut seen = harness.collect(&program).unwrap();
    seen.sort_by_key(|output| output.port);
    assert_eq!(
        seen,
        [
            out(0, Exit::Wire, &to_0),
            out(5, Exit::Wire, &to_5),
            out(5, Exit::Wire, &to_5),
            out(9, Exit::Wire, &reply)
        ]
    );

    // A port without a device is told, and one that is opened later has one; what has come out meanwhile stays.
    assert_eq!(harness.losses().unwrap(), [Loss::NoDevice { port: 77 }]);
    assert_eq!(harness.losses().unwrap(), []);
    harness.inject(&program, 9, &reply).unwrap();
    harness.open(&program, &[77]).unwrap();
    harness.inject(&program, 0, &to_77).unwrap();
    let mut seen = harness.collect(&program).unwrap();
    seen.sort_by_key(|output| output.port);
    assert_eq!(seen, [out(9, Exit::Wire, &reply), out(77, Exit::Wire, &to_77)]);
    assert_eq!(harness.losses().unwrap(), []);

    // To the stack, with a VLAN tag, which the kernel takes out on the way to a socket; as small as it can be; and as large.
    let mut tagged = frame(0xff, 9, 0x8100);
    tagged[14..18].copy_from_slice(&[0x20, 0x2a, 0x12, 0x34]);
    let small = frame(0xff, 9, 0x1234)[..14].to_vec();
    let mut large = frame(0xff, 9, 0x1234);
    large.resize(most, 0xa5);
    let passed = frame(0xff, 9, 0x1234);
    for packet in [&tagged, &small, &large, &passed] {
        harness.inject(&program, 9, packet).unwrap();
    }
    let seen = harness.collect(&program).unwrap();
    assert_eq!(
        seen,
        [
            out(9, Exit::Stack, &tagged),
            out(9, Exit::Stack, &small),
            out(9, Exit::Stack, &large),
            out(9, Exit::Stack, &passed)
        ]
    );

    assert!(harness.collect(&program).unwrap().is_empty());
    assert!(harness.inject(&program, 1, &passed).unwrap_err().to_string().contains("port 1 is not open"));
    assert!(harness.inject(&program, 9, &passed[..13]).unwrap_err().to_string().contains("too short"));
    let longer = [large.as_slice(), &[0]].concat();
    assert!(harness.inject(&program, 9, &longer).unwrap_err().to_string().contains("too long"));
    assert_eq!(program.counter("seen").unwrap().read_count(0).unwrap().packets, 11);
}

#[test]
fn tap() {
    if privileged() {
        exercise(&mut Taps::new().unwrap(), 65_535);
    }
}

#[test]
fn veth() {
    if privileged() {
        exercise(&mut Veths::new().unwrap(), 3500);
    }
}
