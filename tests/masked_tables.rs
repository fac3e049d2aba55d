//! Tables whose entries have masks, filled at run time, by bit vectors and in a tuple space: what packets meet is what a list of all entries would
//! tell, through random changes; no packet meets a table between two changes; and bounds are kept.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use p4xdp_control::storage::Storage;
use p4xdp_runtime::Program;
use p4xdp_runtime::load::load_detached;
use p4xdp_runtime::storage::{self, Entry, KeyMatch};
use p4xdp_runtime::tables::Change;
use p4xdp_test_support::bpftool::privileged;
use p4xdp_test_support::masked::{
    Model, SPACE, VECTORS, listed, of_model, random_keys, result, text, wanted,
};
use p4xdp_test_support::program::{generate, object, of_text};
use p4xdp_test_support::random::Random;
use std::sync::atomic::{AtomicBool, Ordering};

/// The program with a table of that size, loaded; nothing where the test is passed over.
fn loaded(size: u32) -> Option<Program> {
    if !privileged() {
        return None;
    }
    let name = format!("masked_tables_{size}");
    let output = generate(of_text(&name, &text(size, false)), &p4xdp::driver::Codegen::default()).unwrap();
    let object = object(&name, &output);
    let program = load_detached(&p4xdp_runtime::Object::open(&object.path).unwrap(), 0).unwrap();
    let by_vectors =
        program.manifest().tables.iter().any(|table| matches!(table.storage, Some(Storage::BitVectors(_))));
    assert_eq!(by_vectors, size == VECTORS);
    Some(program)
}

#[test]
fn packets_meet_what_a_list_of_all_entries_tells() {
    [VECTORS, SPACE].into_iter().filter_map(loaded).for_each(meets_what_a_list_tells);
}

fn meets_what_a_list_tells(program: Program) {
    let table = program.table("t").unwrap();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut model: Vec<Model> = Vec::new();
    let mut by = 0;
    for round in 0..60 {
        // A set of changes, many in the first rounds and single ones later.
        let mut changes = Vec::new();
        for _ in 0..(if round < 6 { 80 } else { 1 + random.below(4) }) {
            by += 1;
            let new = Model::random(&mut random, by);
            let at = random.below(model.len().max(1) as u64) as usize;
            match random.below(if round < 6 { 10 } else { 3 }) {
                1 if !model.is_empty() => {
                    model[at].by = by;
                    changes.push(storage::Change::Modify(model[at].entry()));
                }
                2 if !model.is_empty() => {
                    let gone = model.remove(at);
                    changes.push(storage::Change::Delete(gone.keys(), Some(gone.priority)));
                }
                _ if model.iter().any(|there| there.same_key(&new)) => {}
                _ => {
                    changes.push(storage::Change::Insert(new.entry()));
                    model.push(new);
                }
            }
        }
        let changes: Vec<Change> = changes.into_iter().map(Change::Entry).collect();
        table.apply(&changes).unwrap();
        for _ in 0..60 {
            let keys = random_keys(&mut random);
            assert_eq!(result(&program, keys), wanted(&model, keys), "{keys:x?} in round {round}");
        }
        assert_eq!(listed(&table), of_model(&model), "round {round}");
    }
    let mut masks: Vec<_> = model.iter().map(|entry| (entry.a.1, entry.b.is_some(), entry.c.1)).collect();
    masks.sort_unstable();
    masks.dedup();
    assert!(model.len() > 300 && masks.len() > 128, "{} entries, {} masks", model.len(), masks.len());
    for entry in &model {
        assert_eq!(table.get(&entry.keys(), Some(entry.priority)).unwrap(), Some(entry.entry()));
    }
    assert_eq!(table.clear().unwrap(), model.len() as u64);
    assert_eq!((table.len().unwrap(), result(&program, (0, 0, 0, 0, 0))), (0, 0));
}

#[test]
fn no_packet_meets_a_table_between_two_changes() {
    [VECTORS, SPACE].into_iter().filter_map(loaded).for_each(changes_in_one_step);
}

fn changes_in_one_step(program: Program) {
    let table = program.table("t").unwrap();
    table.insert(&Model::any(10, 10).entry()).unwrap();
    table.insert(&Model::any(20, 20).entry()).unwrap();
    let id = program.id();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let packets = scope.spawn(|| {
            let program = Program::by_id(id).unwrap();
            let (mut packets, mut results) = (0u64, [0u64; 3]);
            while !done.load(Ordering::Relaxed) {
                packets += 1;
                match result(&program, (1, 1, 1, 1, 0)) {
                    20 => results[0] += 1,
                    30 => results[1] += 1,
                    _ => results[2] += 1,
                }
            }
            (packets, results)
        });
        let mut random = Random(7);
        for round in 0..150 {
            // Other masks, in front and behind, so that the list is written anew; and one that matches and goes again.
            let mut other = Model::random(&mut random, 1);
            other.a = (2 | (random.below(2) as u32 * 4), 0xff ^ ((random.below(16) as u32) << 4));
            other.priority = 5 + random.below(40) as u32;
            let matching = Model { a: (1, 0xf), ..Model::any(30, 30) };
            table.insert(&matching.entry()).unwrap();
            table.insert(&other.entry()).unwrap();
            table.modify(&matching.entry()).unwrap();
            table.delete(&matching.keys(), Some(30)).unwrap();
            if round % 2 == 0 {
                table.delete(&other.keys(), Some(other.priority)).unwrap();
            } else {
                let _ = table.delete(&other.keys(), None);
            }
        }
        done.store(true, Ordering::Relaxed);
        let (packets, [one, other, neither]) = packets.join().unwrap();
        assert_eq!(neither, 0, "of {packets} packets, {one} and {other}");
        assert!(one > 100 && other > 100, "of {packets} packets, {one} and {other}");
    });
}

/// An entry that matches where the bits of a mask are those of a value.
fn masked(mask: u32, value: u32, priority: u32) -> Entry {
    Model { a: (value, mask), ..Model::any(priority, value) }.entry()
}

fn insert(entry: &Entry) -> Change {
    Change::Entry(storage::Change::Insert(entry.clone()))
}

fn delete(entry: &Entry) -> Change {
    Change::Entry(storage::Change::Delete(entry.keys.clone(), entry.priority))
}

fn said(result: Result<(), p4xdp_runtime::Error>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn a_tuple_space_bounds_masks() {
    let Some(program) = loaded(SPACE) else { return };
    let table = program.table("t").unwrap();
    let masks: Vec<Entry> = (1..=512).map(|mask| masked(mask, mask, mask % 7)).collect();
    table.apply(&masks.iter().map(insert).collect::<Vec<_>>()).unwrap();
    assert_eq!(
        said(table.insert(&masked(513, 1, 1))),
        "table `I.t` has no room for h.h.a=1&&&0x201 h.h.b=* h.h.c=0/0 h.h.r=* h.h.w=*: it holds 512 distinct masks"
    );
    // Under masks that are there, and in the room of one that has gone.
    table.insert(&masked(512, 0, 3)).unwrap();
    table.delete(&masks[6].keys, masks[6].priority).unwrap();
    table.insert(&masked(513, 1, 9)).unwrap();
    assert_eq!(result(&program, (513, 0, 0, 0, 0)), 1);
}

#[test]
fn bounds_are_kept_and_said() {
    for size in [VECTORS, SPACE] {
        let Some(program) = loaded(size) else { return };
        let table = program.table("t").unwrap();
        let without = Entry { priority: None, ..masked(1, 1, 1) };
        assert_eq!(said(table.insert(&without)), "table `I.t`: its entries need a priority");
        let masks: Vec<Entry> = (1..=500).map(|mask| masked(mask, mask, mask % 7)).collect();
        table.apply(&masks.iter().map(insert).collect::<Vec<_>>()).unwrap();
        assert!(said(table.insert(&masks[8])).contains("modify it instead"));
        table.delete(&masks[6].keys, masks[6].priority).unwrap();
        assert!(said(table.delete(&masks[6].keys, masks[6].priority)).contains("has no entry for"));
        assert!(said(table.delete(&masks[7].keys, Some(6))).contains("has no entry for"));
        // The last one of a set has no room; those in front of it are there.
        let more: Vec<Entry> = (0..=size - 499).map(|value| masked(0xf000_ffff, value, 100)).collect();
        let full = format!("table `I.t` is full: it holds {size} entries");
        assert_eq!(said(table.apply(&more.iter().map(insert).collect::<Vec<_>>())), full);
        assert_eq!(table.len().unwrap(), u64::from(size));
        assert_eq!(said(table.insert(&masked(0xf000_ffff, 0xffff, 1))), full);
        for entry in [&more[1], &more[more.len() - 2]] {
            let KeyMatch::Masked(value, _) = &entry.keys[0] else { panic!("{entry:?}") };
            let value = u32::try_from(value).unwrap();
            assert_eq!(result(&program, (value, 0, 0, 0, 0)), value);
        }
    }
}

/// Rules come one by one where others have been, in all orders, until the table is full; and each is where its rank says.
#[test]
fn rules_find_room_in_all_orders() {
    let Some(program) = loaded(VECTORS) else { return };
    let table = program.table("t").unwrap();
    let priorities: [fn(u32) -> u32; 3] =
        [|rule| rule, |rule| 1000 - rule, |rule| 1 + rule.wrapping_mul(2_654_435_761) % 1000];
    for priority in priorities {
        // Each matches all that the next ones match.
        let rules: Vec<Entry> = (0..300).map(|rule| masked(rule, rule, priority(rule))).collect();
        for rule in &rules {
            table.insert(rule).unwrap();
        }
        for value in [0u32, 1, 255, 511, 260] {
            let best = (0..300)
                .filter(|rule| value & rule == *rule)
                .max_by_key(|rule| (priority(*rule), 300 - rule));
            assert_eq!(Some(result(&program, (value, 0, 0, 0, 0))), best);
        }
        for rule in &rules {
            table.delete(&rule.keys, rule.priority).unwrap();
        }
        assert_eq!(result(&program, (511, 0, 0, 0, 0)), 0);
    }
}

/// A set of changes of a table with bit vectors is one step: what takes another rule's place is there when that one goes, wherever the two are.
#[test]
fn a_set_of_changes_is_one_step() {
    let Some(program) = loaded(VECTORS) else { return };
    let table = program.table("t").unwrap();
    // Many that match by their bits and not by their range, so that a packet is under way for long.
    let no = |priority| Model { r: Some((2, 0x103)), ..Model::any(priority, 9) }.entry();
    table.apply(&(100..300).map(|priority| insert(&no(priority))).collect::<Vec<_>>()).unwrap();
    let (front, behind) = (masked(1, 1, 900), Entry { priority: Some(50), ..masked(0, 2, 50) });
    table.insert(&front).unwrap();
    let id = program.id();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let packets = scope.spawn(|| {
            let program = Program::by_id(id).unwrap();
            let mut results = [0u64; 3];
            while !done.load(Ordering::Relaxed) {
                let by = result(&program, (1, 1, 1, 1, 0)) as usize;
                results[by.min(2)] += 1;
            }
            results
        });
        for round in 0..150u32 {
            table.apply(&[insert(&behind), delete(&front)]).unwrap();
            table.apply(&[delete(&behind), insert(&front)]).unwrap();
            // Now and then rules come in between, and have to be laid out anew.
            if round % 50 == 0 {
                let more: Vec<Entry> = (0..100).map(|rule| masked(0xff, 0x80 | rule, 600 + rule)).collect();
                table.apply(&more.iter().map(insert).collect::<Vec<_>>()).unwrap();
                table.apply(&more.iter().map(delete).collect::<Vec<_>>()).unwrap();
            }
        }
        done.store(true, Ordering::Relaxed);
        let [neither, front, behind] = packets.join().unwrap();
        assert_eq!(neither, 0, "{front} and {behind}");
        assert!(front > 100 && behind > 100, "{front} and {behind}");
    });
}

/// What a writer changes that is killed is there as a whole, or not at all, and the next writer goes on from there.
#[test]
fn a_writer_that_dies_leaves_nothing_half_done() {
    const WRITER: &str = "P4XDP_TEST_WRITES_TO";
    let rules: Vec<Entry> = (1..=200).map(|rule| masked(0x3ff, rule, 100 + rule)).collect();
    let (inserts, deletes): (Vec<Change>, Vec<Change>) =
        rules.iter().map(|rule| (insert(rule), delete(rule))).unzip();
    if let Ok(id) = std::env::var(WRITER) {
        let program = Program::by_id(id.parse().unwrap()).unwrap();
        let table = program.table("t").unwrap();
        loop {
            table.apply(&inserts).unwrap();
            table.apply(&deletes).unwrap();
        }
    }
    let Some(program) = loaded(VECTORS) else { return };
    let table = program.table("t").unwrap();
    table.insert(&masked(0, 1000, 1)).unwrap();
    for round in 0..12 {
        let name = "a_writer_that_dies_leaves_nothing_half_done";
        let mut writer = std::process::Command::new(std::env::current_exe().unwrap());
        let mut writer =
            writer.args(["--exact", name]).env(WRITER, program.id().to_string()).spawn().unwrap();
        // Until it has begun.
        while table.len().unwrap() == 1 && writer.try_wait().unwrap().is_none() {}
        std::thread::sleep(std::time::Duration::from_millis(40 + 17 * round));
        writer.kill().unwrap();
        writer.wait().unwrap();
        let there = table.len().unwrap() > 1;
        let result_of = |rule: u32| result(&program, (rule, 0, 0, 0, 0));
        assert!((1..=200).all(|rule| result_of(rule) == if there { rule } else { 1000 }), "round {round}");
        assert_eq!(table.len().unwrap(), if there { 201 } else { 1 });
        let more = masked(0x3ff, 7, 500 + round as u32);
        table.insert(&Entry { target: masked(0x3ff, 77, 1).target, ..more.clone() }).unwrap();
        assert!((1..=200).all(|rule| result_of(rule)
            == if rule == 7 {
                77
            } else if there {
                rule
            } else {
                1000
            }));
        table.delete(&more.keys, more.priority).unwrap();
        if there {
            table.apply(&deletes).unwrap();
        }
        assert!((1..=200).all(|rule| result_of(rule) == 1000), "round {round}");
    }
}
