//! The custom CRCs of a running program: set from the command line and by the library, kept by a program that replaces another, and changed in
//! one step for packets. What they compute is shown by packet tests.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]
use p4xdp_runtime::carry::Carried;
use p4xdp_runtime::crcs::Crc;
use p4xdp_runtime::load::{Options, load, load_detached};
use p4xdp_runtime::{Object, Program};
use p4xdp_test_support::command::binary;
use p4xdp_test_support::needs::{Need, met};
use p4xdp_test_support::program::{compiled, object};
use p4xdp_test_support::root;
use p4xdp_test_support::space::{TWO_PAIRS, inside, with_object};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

const PROGRAM: &str = "testdata/packets/v1model_hashes.p4";

const CRC32C: Crc = Crc {
    width: 32,
    polynomial: 0x1edc_6f41,
    initial: 0xffff_ffff,
    reflect_in: true,
    reflect_out: true,
    xor_out: 0xffff_ffff,
};
const BZIP2: Crc = Crc { polynomial: 0x04c1_1db7, reflect_in: false, reflect_out: false, ..CRC32C };

/// The CRC of `123456789`, 7 for the one of 32 bits and 8 for the other.
fn check(program: &Program, op: u8) -> u32 {
    let packet = [&[op], &b"123456789"[..], &[0; 4]].concat();
    let out = program.run(&packet, None).unwrap().1;
    u32::from_be_bytes(out[10..14].try_into().unwrap())
}

#[test]
fn a_packet_meets_the_old_one_or_the_new_one() {
    if !met("a_packet_meets_the_old_one_or_the_new_one", &[Need::Root]) {
        return;
    }
    let file = object("crcs_step", &compiled(&root().join(PROGRAM)));
    let program = load_detached(&Object::open(&file.path).unwrap(), 0).unwrap();
    assert_eq!(check(&program, 7), 0xcbf4_3926);
    let stop = AtomicBool::new(false);
    let seen = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = BTreeMap::new();
            while !stop.load(Ordering::Relaxed) {
                *seen.entry(check(&program, 7)).or_insert(0u32) += 1;
            }
            seen
        });
        for _ in 0..40 {
            program.set_custom_crc(&CRC32C).unwrap();
            assert_eq!(program.custom_crcs().unwrap()[1], CRC32C);
            program.set_custom_crc(&BZIP2).unwrap();
        }
        stop.store(true, Ordering::Relaxed);
        reader.join().unwrap()
    });
    let known = [0xcbf4_3926, 0xe306_9283, 0xfc89_1918];
    assert!(seen.keys().all(|crc| known.contains(crc)), "{seen:x?}");
    assert!(known[1..].iter().all(|crc| seen.get(crc).is_some_and(|times| *times > 10)), "{seen:x?}");
    assert_eq!(check(&program, 8), 0xbb3d, "the other width is as it was");
}

#[test]
fn custom_crcs_of_several_programs_live_on_in_one() {
    inside("custom_crcs_of_several_programs_live_on_in_one", &TWO_PAIRS, || {
        let made = |name: &str, path: &str| {
            let file = object(name, &compiled(&root().join(path)));
            let opened = Object::open(&file.path).unwrap();
            (file, opened)
        };
        let options = |reset_tables| Options { no_pins: true, reset_tables, ..Options::default() };
        let (_file, hashes) = made("crcs_joined", PROGRAM);
        let fresh = |device: &str| load(&hashes, &[&format!("1={device}")], &options(true)).unwrap().program;
        let (a, b) = (fresh("a0"), fresh("a1"));
        b.set_custom_crc(&CRC32C).unwrap();
        let joined = load(&hashes, &["1=a0", "2=a1"], &options(false)).unwrap();
        let devices = vec![vec!["a0".to_owned()], vec!["a1".to_owned()]];
        assert_eq!(joined.carried["crc32_custom"], Carried::Joined { devices, entries: 1, lost: 0 });
        assert!(!joined.carried.contains_key("crc16_custom"), "{:?}", joined.carried);
        assert_eq!(check(&joined.program, 7), 0xe306_9283);
        drop((a, b));

        let again = load(&hashes, &["1=a0", "2=a1"], &options(false)).unwrap();
        assert_eq!(again.carried["crc32_custom"], Carried::Kept);
        assert_eq!(check(&again.program, 7), 0xe306_9283);

        let (a, b) = (fresh("a0"), fresh("a1"));
        a.set_custom_crc(&CRC32C).unwrap();
        b.set_custom_crc(&BZIP2).unwrap();
        let refused = load(&hashes, &["1=a0", "2=a1"], &options(false)).unwrap_err().to_string();
        assert!(refused.contains("crc32_custom: it has other parameters on `a0` than on `a1`"), "{refused}");

        let (_other, other) = made("crcs_none", "testdata/packets/v1model_profiles.p4");
        let report = load(&other, &["1=a0"], &options(false)).unwrap();
        let reason = "the program does not use it".to_owned();
        assert_eq!(report.carried["crc32_custom"], Carried::Reset { reason });
        let refused = report.program.set_custom_crc(&CRC32C).unwrap_err().to_string();
        assert_eq!(refused, "the program does not use `crc32_custom` or any custom CRC");
        assert_eq!(report.program.custom_crcs().unwrap(), []);
    });
}

#[test]
fn custom_crcs_are_set_from_the_command_line_and_survive_a_new_program() {
    let Some((_dir, object, space)) = with_object(PROGRAM, "crcs") else { return };
    let load = || space.run(&[binary(), "load", "--no-pins", &object, "1=sw"]);
    load();
    let command = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        space.try_run(&[&[binary(), "crc", words[0], "--dev", "sw"], &words[1..]].concat())
    };
    let said = |line: &str| {
        let output = command(line);
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let standard = "crc16_custom 0x8005 0x0000 0x0000 true true\n\
                    crc32_custom 0x04c11db7 0xffffffff 0xffffffff true true\n";
    assert_eq!(said("dump"), standard);
    said("write crc32_custom 0x1edc6f41 0xffffffff 4294967295 true true");
    said("write crc16_custom 0x1021 0 0x1 false true");
    let set = "crc16_custom 0x1021 0x0000 0x0001 false true\n\
               crc32_custom 0x1edc6f41 0xffffffff 0xffffffff true true\n";
    assert_eq!(said("dump"), set);
    for (line, message) in [
        (
            "write crc16_custom 0x11021 0 0 true true",
            "the polynomial of a CRC of 16 bits is 0x11021, which has more bits",
        ),
        (
            "write crc16_custom 0x1021 0x10000 0 true true",
            "the initial value of a CRC of 16 bits is 0x10000, which has more bits",
        ),
        ("write crc32_custom 0x104c11db7 0 0 true true", "`0x104c11db7` does not fit `polynomial`"),
        ("write crc32_custom 1 x 0 true true", "`x` is not a value for `initial value`"),
        ("write crc32_custom 1 0 0 yes true", "invalid value 'yes' for '<REFLECT_DATA>'"),
        ("write crc64_custom 1 0 0 true true", "invalid value 'crc64_custom'"),
    ] {
        let output = command(line);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(message), "{line}: {said}");
    }
    assert_eq!(said("dump"), set);
    let kept = load();
    let lines: Vec<&str> = kept.lines().filter(|line| line.contains("_custom")).collect();
    assert_eq!(lines.len(), 2, "{kept}");
    assert!(lines.iter().all(|line| line.contains("kept")), "{kept}");
    assert_eq!(said("dump"), set);
    said("reset crc32_custom");
    said("reset crc16_custom");
    assert_eq!(said("dump"), standard);
}
