//! An object whose manifest was edited, or that is damaged, is refused before anything of it is in the kernel: else entries would be
//! written where the program does not read them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "it is a test")]

use p4xdp_control::entry::KeyMatch;
use p4xdp_control::manifest::{ExternKind, Manifest};
use p4xdp_control::storage::{ByteOrder, Storage};
use p4xdp_runtime::{Object, Program, verify};
use p4xdp_test_support::command::sh;
use p4xdp_test_support::space::{TWO_PAIRS, inside};
use p4xdp_test_support::switch;

/// The fixture's object with another manifest.
fn edited(edit: impl FnOnce(&mut Manifest)) -> Vec<u8> {
    let mut manifest = switch::manifest(256);
    edit(&mut manifest);
    switch::compile(&manifest.encode().unwrap(), 256, &[])
}

fn refusal(bytes: Vec<u8>) -> String {
    let object = match Object::from_bytes("switch.o", bytes) {
        Ok(object) => object,
        Err(error) => return error.to_string(),
    };
    verify::verify(&object).unwrap_err().to_string()
}

#[test]
fn a_manifest_that_does_not_suit_the_maps_is_refused() {
    type Edit = fn(&mut Manifest);
    let cases: [(Edit, &str); 20] = [
        (|m| m.tables[0].actions[2][0].offset = 0, "overlap"),
        (|m| m.tables[0].actions[2][0].offset = 5, "are not within"),
        (|m| m.tables[0].actions[2][0].size = 2, "have no room for 32 bits"),
        (|m| m.tables[0].actions[2][0].order = ByteOrder::Network, "bytes 4 to 7 of map `ingress_mac`"),
        (|m| m.tables[0].actions[2].clear(), "has places for other parameters"),
        (|m| m.view.tables[0].actions[2].action = 9, "there is no action number 9"),
        (|m| m.tables[0].keys[0].offset = 2, "its key: bytes 2 to 7 of map `ingress_mac`"),
        (|m| m.tables[1].keys[0].offset = 0, "where the prefix's length stands"),
        (|m| m.tables[0].size = 5, "it has 5 entries, map `ingress_mac` has 4"),
        (|m| m.tables[0].default.as_mut().unwrap().offset = 4, "are not what the program's own description"),
        (|m| m.tables[0].default.as_mut().unwrap().offset = 16, "is not within section `.data.default`"),
        (|m| m.view.tables[0].default.action = 5, "it has no action number 5"),
        (
            |m| m.view.tables[0].entries[0].keys[0] = KeyMatch::Exact(0x1_0000_0000_0000u64.into()),
            "does not fit `hdr.eth.dst`",
        ),
        (
            |m| {
                let Some(Storage::Hash(it)) = &mut m.tables[0].storage else { panic!() };
                it.key_size = 12;
            },
            "keys of map `ingress_mac` have 8 bytes, not 12",
        ),
        (
            |m| {
                let Some(Storage::Hash(it)) = &mut m.tables[0].storage else { panic!() };
                it.map = "ingress_small".into();
            },
            "map `ingress_small` is of another kind",
        ),
        (
            |m| {
                let Some(Storage::LpmTrie(it)) = &mut m.tables[1].storage else { panic!() };
                it.exact_bits = 8;
            },
            "its prefix does not begin 8 bits into the key",
        ),
        (
            |m| {
                let ExternKind::Cells(cells) = &mut m.externs[0].kind else { panic!() };
                cells.size = 9;
            },
            "it has 9 cells from 0 on, map `counters` has 8",
        ),
        (
            |m| {
                let ExternKind::Cells(cells) = &mut m.externs[0].kind else { panic!() };
                cells.fields[1].place.offset = 4;
            },
            "bytes 4 to 11 is no place for a count",
        ),
        (
            |m| {
                let ExternKind::Cells(cells) = &mut m.externs[0].kind else { panic!() };
                cells.locked = true;
            },
            "bytes 0 to 7 are those of its lock",
        ),
        (
            |m| {
                let ExternKind::Events { map, .. } = &mut m.externs[1].kind else { panic!() };
                *map = "evens".into();
            },
            "there is no map `evens`",
        ),
    ];
    for (number, (edit, words)) in cases.into_iter().enumerate() {
        let text = refusal(edited(edit));
        assert!(text.contains(words) && text.contains("switch.o"), "{number}: {words}: {text}");
    }
}

#[test]
fn a_running_program_with_a_wrong_manifest_is_not_written_to() {
    inside("a_running_program_with_a_wrong_manifest_is_not_written_to", &TWO_PAIRS, || {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("switch.o");
        // The key's last bytes rather than its first: only the types tell that it is not there.
        std::fs::write(&file, edited(|m| m.tables[0].keys[0].offset = 2)).unwrap();
        sh(&format!("ip link set dev a0 xdp obj {} sec xdp", file.display()));
        let text = Program::by_device("a0").unwrap_err().to_string();
        assert!(text.contains("its key: bytes 2 to 7 of map `ingress_mac`"), "{text}");
    });
}

#[test]
fn damaged_objects_are_told_by_name_and_in_words() {
    let good = switch::compile(&switch::manifest(256).encode().unwrap(), 256, &[]);
    let mut seen = 0;
    for start in (0..good.len()).step_by(good.len() / 150) {
        let mut bytes = good.clone();
        for byte in bytes.iter_mut().skip(start).take(48) {
            *byte = 0xff;
        }
        let Ok(object) = Object::from_bytes("switch.o", bytes) else { continue };
        let Err(error) = verify::verify(&object) else { continue };
        let text = error.to_string();
        seen += 1;
        assert!(text.contains("switch.o"), "{start}: {text}");
        assert!(!text.contains("Unknown error") && !text.contains("No such file"), "{start}: {text}");
    }
    assert!(seen > 10, "{seen}");
}
