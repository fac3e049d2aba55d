//! Custom CRCs that C sets through the generated header: what the library finds then is what was set, and it is what packets meet.
//!
//! Needs root, cc and libbpf-dev.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use p4xdp_runtime::crcs::Crc;
use p4xdp_test_support::c::control;
use p4xdp_test_support::program::compiled;
use p4xdp_test_support::root;

#[test]
fn c_sets_custom_crcs() {
    let output = compiled(&root().join("testdata/packets/v1model_hashes.p4"));
    control("c_sets_custom_crcs", &output, "custom_crcs.c", |program, mut driven| {
        let crc = |width, polynomial, initial, xor_out, [reflect_in, reflect_out]: [bool; 2]| Crc {
            width,
            polynomial,
            initial,
            reflect_in,
            reflect_out,
            xor_out,
        };
        for (crc, check) in [
            (crc(32, 0x1edc_6f41, 0xffff_ffff, 0xffff_ffff, [true; 2]), 0xe306_9283),
            (crc(16, 0x1021, 0, 0, [false; 2]), 0x31c3),
            (crc(32, 0x04c1_1db7, 0xffff_ffff, 0xffff_ffff, [false; 2]), 0xfc89_1918),
            (crc(16, 0x8005, 0xffff, 0, [true; 2]), 0x4b37),
            (crc(16, 0x1021, 0x1234, 0x5, [false, true]), 0),
            (crc(32, 0x8005, 0x1234_5678, 0x5, [true, false]), 0),
        ] {
            let Crc { width, polynomial, initial, reflect_in, reflect_out, xor_out } = crc;
            let ways = format!("{} {}", u8::from(reflect_in), u8::from(reflect_out));
            let line = format!("{width} {polynomial} {initial} {xor_out} {ways}");
            assert_eq!(driven.call(&line), 0, "{line}");
            let all = program.custom_crcs().unwrap();
            assert!(all.contains(&crc), "{all:?}");
            let op = if width == 16 { 8 } else { 7 };
            let packet = [&[op], &b"123456789"[..], &[0; 4]].concat();
            let out = program.run(&packet, None).unwrap().1;
            let found = u32::from_be_bytes(out[10..14].try_into().unwrap());
            assert!(check == 0 || found == check, "{crc:?}: {found:#x}");
        }
        assert_eq!(driven.call("16 65536 0 0 0 0"), -34, "it does not fit");
    });
}
