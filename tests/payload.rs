//! Checksums and hashes of bytes of the packet, the payload and varbit fields, and packets that are cut: kernel and interpreter agree on packets of
//! every length. That they are right, `v1model_payload`, `v1model_varbit_data` and `v1model_truncate` of `testdata/packets` show.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failing test may panic")]

use p4xdp_midend::interp::Machine;
use p4xdp_runtime::Program;
use p4xdp_runtime::load::load_detached;
use p4xdp_test_support::bpftool::privileged;
use p4xdp_test_support::program::{compiled, object, of_file};
use p4xdp_test_support::random::Random;
use p4xdp_test_support::root;

/// A program in the kernel and in the interpreter.
struct Both {
    program: Program,
    machine: Machine,
}

impl Both {
    fn new(name: &str) -> Option<Both> {
        if !privileged() {
            return None;
        }
        let file = root().join("testdata/packets").join(name).with_extension("p4");
        let object = object(name, &compiled(&file));
        let program = load_detached(&p4xdp_runtime::Object::open(&object.path).unwrap(), 0).unwrap();
        let machine = Machine::new(&of_file(&file).elaborate().unwrap()).unwrap();
        Some(Both { program, machine })
    }

    /// What both make of a packet; all bytes that the program keeps for packets are others before.
    fn process(&mut self, packet: &[u8]) -> Vec<u8> {
        let by_interpreter = self.machine.process(0, packet).outputs.swap_remove(0).bytes;
        let (_, by_kernel) = self.program.run_dirty(packet, 0xa5).unwrap();
        assert_eq!(by_interpreter, by_kernel, "{packet:02x?}");
        by_kernel
    }
}

#[test]
fn payloads_of_every_length() {
    let Some(mut both) = Both::new("v1model_payload") else { return };
    let mut random = Random(1);
    for length in 14..=3000_usize {
        let mut packet = random.bytes(length);
        packet[12..14].copy_from_slice(&[0x12, 0x34]);
        // All ways for some lengths, and for each length all algorithms.
        let all = length < 64 || length % 64 == 0 || length % 64 > 61;
        for way in 0..if all { 40 } else { 5 } {
            let rest = if all { way / 5 } else { length % 8 };
            if length > 14 {
                packet[14] = (way % 5 + (rest % 4) * 16 + (rest / 4) * 128) as u8;
            }
            let mut out = both.process(&packet);
            if length > 14 {
                // What comes out is verified when it comes in again.
                out[0] = 0;
                out[14] |= 0x40;
                both.process(&out);
            }
        }
    }
}

#[test]
fn varbits_of_every_length() {
    let Some(mut both) = Both::new("v1model_varbit_data") else { return };
    let mut random = Random(2);
    for bytes in 0..=42_u8 {
        for kind in 0..=23_u8 {
            for deed in [0, 1, 2, 3, 9] {
                let mut packet = random.bytes(12);
                packet.extend([0, u8::from(random.byte() > 31), kind, deed]);
                packet.extend(random.bytes(8));
                packet.push(bytes);
                let behind = usize::from(bytes) + 3 + usize::from(random.byte() % 40);
                packet.extend(random.bytes(behind));
                let mut out = both.process(&packet);
                out[15] = 9;
                both.process(&out);
                // Cut somewhere.
                packet.truncate(14 + usize::from(random.byte()) % (packet.len() - 14));
                both.process(&packet);
            }
        }
    }
}

#[test]
fn packets_are_cut_to_every_length() {
    let Some(mut both) = Both::new("v1model_truncate") else { return };
    let mut random = Random(3);
    for length in 24..=3000_usize {
        let mut packet = random.bytes(length);
        packet[14] = (length % 4) as u8;
        // Between nothing of the payload and more than there is.
        let limit = |random: &mut Random| {
            let part = usize::from(random.byte()) * 256 + usize::from(random.byte());
            (14 + part % (length + 4)) as u32
        };
        let (first, second) = (limit(&mut random), limit(&mut random));
        packet[16..20].copy_from_slice(&first.to_be_bytes());
        packet[20..24].copy_from_slice(&second.to_be_bytes());
        both.process(&packet);
    }
}
