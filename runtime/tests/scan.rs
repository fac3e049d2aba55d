//! Tables read an entry and some entries at a time: an entry of a trie is found by its own prefix, not by one that matches it, and what chunks have is
//! what the table has.
#![allow(clippy::unwrap_used, reason = "it is a test")]

use p4xdp_runtime::load::load_detached;
use p4xdp_runtime::storage::Cursor;
use p4xdp_runtime::tables::{Entry, KeyMatch, Table};
use p4xdp_runtime::{Object, Program};
use p4xdp_test_support::random::Random;
use p4xdp_test_support::space::{TWO_PAIRS, inside};
use p4xdp_test_support::switch;
use std::collections::BTreeMap;

fn loaded() -> Program {
    let bytes = switch::compile(&switch::manifest(16).encode().unwrap(), 16, &[]);
    load_detached(&Object::from_bytes("switch.o", bytes).unwrap(), 0).unwrap()
}

/// All entries, in chunks of about so many.
fn scanned(table: &Table<'_>, most: u32) -> Vec<Entry> {
    let (mut cursor, mut all) = (Cursor::default(), Vec::new());
    while !cursor.is_over() {
        let chunk = table.scan(&mut cursor, most).unwrap();
        // A bucket of a hash map comes at once.
        assert!(chunk.len() <= most as usize + 8, "{}", chunk.len());
        all.extend(chunk.into_iter().map(|(_, entry)| entry));
    }
    assert!(table.scan(&mut cursor, most).unwrap().is_empty());
    all.sort_by(|a, b| a.keys.cmp(&b.keys));
    all
}

fn listed(table: &Table<'_>) -> Vec<Entry> {
    let mut all: Vec<Entry> = table.entries().unwrap().into_iter().map(|(_, entry)| entry).collect();
    all.sort_by(|a, b| a.keys.cmp(&b.keys));
    all
}

#[test]
fn an_entry_of_a_trie_is_found_by_its_own_prefix() {
    inside("an_entry_of_a_trie_is_found_by_its_own_prefix", &TWO_PAIRS, || {
        let program = loaded();
        let table = program.table("route").unwrap();
        let mut random = Random(0x1ea5);
        let mut model: BTreeMap<Vec<KeyMatch>, u32> = BTreeMap::new();
        let mut found = 0;
        for round in 0..4000u32 {
            let length = random.small(6);
            let keys =
                vec![KeyMatch::Prefix((random.small(32) << 27 & !(u32::MAX >> length)).into(), length)];
            let port = (round % 1000).to_string();
            let call = table.call("forward", &[&port]).unwrap();
            let entry = Entry::new(keys.clone(), None, call);
            match random.below(4) {
                0 if model.len() < 16 => {
                    assert_eq!(table.insert(&entry).is_ok(), !model.contains_key(&keys), "{entry:?}");
                    model.entry(keys.clone()).or_insert(round % 1000);
                }
                1 => {
                    assert_eq!(table.delete(&keys, None).is_ok(), model.remove(&keys).is_some(), "{entry:?}")
                }
                _ => {}
            }
            let got = table.get(&keys, None).unwrap();
            let wanted = model.get(&keys).map(|port| {
                Entry::new(keys.clone(), None, table.call("forward", &[&port.to_string()]).unwrap())
            });
            assert_eq!(got, wanted, "in round {round}");
            found += u32::from(got.is_some());
            if round % 50 == 0 {
                let all = listed(&table);
                assert!(all.iter().map(|entry| &entry.keys).eq(model.keys()), "{all:?}");
                for most in [1, 3, 4, 100] {
                    assert_eq!(scanned(&table, most), all);
                }
            }
        }
        assert!(found > 500, "{found}");
    });
}

#[test]
fn chunks_have_what_tables_have() {
    inside("chunks_have_what_tables_have", &TWO_PAIRS, || {
        let program = loaded();
        for (name, keys) in [("mac", vec!["1", "2", "3", "4"]), ("small", vec!["0", "3", "15"])] {
            let table = program.table(name).unwrap();
            assert!(table.scan(&mut Cursor::default(), 10).unwrap().is_empty() || name == "mac");
            table.clear().unwrap();
            for key in &keys {
                table.insert(&table.entry(&[key], "drop", &[], None).unwrap()).unwrap();
            }
            assert_eq!(table.len().unwrap(), keys.len() as u64);
            for most in [1, 2, 100] {
                assert_eq!(scanned(&table, most), listed(&table), "{name}");
            }
            assert_eq!(table.clear().unwrap(), keys.len() as u64);
            assert!(table.is_empty().unwrap());
        }
    });
}
