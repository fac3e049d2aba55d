//! Checksums of data with the packet's payload: kernel and interpreter agree on packets of every length. That they are right, `testdata/packets/v1model_payload` shows.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failing test may panic")]

use p4xdp_midend::interp::Machine;
use p4xdp_runtime::load::load_detached;
use p4xdp_test_support::bpftool::privileged;
use p4xdp_test_support::program::{compiled, object, of_file};
use p4xdp_test_support::root;

#[test]
fn packets_of_every_length() {
    if !privileged() {
        return;
    }
    let file = root().join("testdata/packets/v1model_payload.p4");
    let object = object("v1model_payload", &compiled(&file));
    let program = load_detached(&p4xdp_runtime::Object::open(&object.path).unwrap(), 0).unwrap();
    let mut machine = Machine::new(&of_file(&file).elaborate().unwrap()).unwrap();
    let mut random = 1u64;
    let mut byte = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random as u8
    };
    for length in 14..=3000_usize {
        let mut packet: Vec<u8> = (0..length).map(|_| byte()).collect();
        packet[12..14].copy_from_slice(&[0x12, 0x34]);
        // All ways for some lengths, and for each length all algorithms.
        let all = length < 64 || length % 64 == 0 || length % 64 > 61;
        for way in 0..if all { 40 } else { 5 } {
            let rest = if all { way / 5 } else { length % 8 };
            if length > 14 {
                packet[14] = (way % 5 | rest % 4 << 4 | rest / 4 << 7) as u8;
            }
            // What comes out is verified when it comes in again.
            for _ in 0..2 {
                let by_interpreter = machine.process(0, &packet);
                let (_, by_kernel) = program.run(&packet, None).unwrap();
                let expected = &by_interpreter.outputs[0].bytes;
                assert_eq!(*expected, by_kernel, "{length} bytes, {:#x}", packet[14.min(length - 1)]);
                packet.clone_from(expected);
                if length > 14 {
                    packet[0] = 0;
                    packet[14] |= 0x40;
                }
            }
        }
    }
}
