//! Entries that C changes through the generated header, of tables whose keys have masks, in bit vectors and in a tuple space. C and the library
//! change the same tables by turns, and each finds what the other has left.
//!
//! Needs root, cc and libbpf-dev.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use p4xdp::driver::Codegen;
use p4xdp_runtime::Program;
use p4xdp_runtime::storage;
use p4xdp_runtime::tables::{Change, Table};
use p4xdp_test_support::c::{self, Driven};
use p4xdp_test_support::masked::{
    Model, SPACE, VECTORS, listed, met, of_model, random_keys, result, sorted, text, wanted,
};
use p4xdp_test_support::program::{generate, of_text};
use p4xdp_test_support::random::Random;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const EEXIST: i64 = -17;
const ENOENT: i64 = -2;
const ERANGE: i64 = -34;
const EINVAL: i64 = -22;
const ENOSPC: i64 = -28;
const E2BIG: i64 = -7;
/// What the C program answers if the process died that it told to make a change.
const DIED: i64 = 42;

/// A test with a table of so many entries.
fn control(name: &str, size: u32, test: impl FnOnce(&Program, Driven) + Send) {
    let output = generate(of_text("masked", &text(size, true)), &Codegen::default()).unwrap();
    c::control(name, &output, "masked_entries.c", test);
}

/// An entry as a line for the C program.
fn line(word: &str, entry: &Model) -> String {
    let (low, high) = entry.r.unwrap_or((i16::MIN, i16::MAX));
    let Model { a, c, w, priority, timeout, by, .. } = entry;
    let (b, any) = (entry.b.unwrap_or(7), u32::from(entry.b.is_none()));
    format!(
        "{word} {} {} {b} {any} {} {} {low} {high} {} {} {priority} {timeout} {by}",
        a.0, a.1, c.0, c.1, w.0, w.1
    )
}

#[test]
fn c_and_the_library_change_bit_vectors_by_turns() {
    let name = "c_and_the_library_change_bit_vectors_by_turns";
    control(name, VECTORS, |program, c| change_by_turns(program, c, 900));
}

#[test]
fn c_and_the_library_change_a_tuple_space_by_turns() {
    let name = "c_and_the_library_change_a_tuple_space_by_turns";
    control(name, SPACE, |program, c| change_by_turns(program, c, 900));
}

/// Of more than 64 blocks.
#[test]
fn c_and_the_library_change_large_bit_vectors_by_turns() {
    let name = "c_and_the_library_change_large_bit_vectors_by_turns";
    control(name, 4_500, |program, c| change_by_turns(program, c, 150));
}

fn change_by_turns(program: &Program, mut c: Driven, rounds: u32) {
    let table = program.table("t").unwrap();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut model: Vec<Model> = Vec::new();
    for by in 1..rounds {
        if by % 300 == 100 {
            // As many entries have been added as can be told apart by age.
            assert_eq!(c.call("old"), 0);
        }
        let by_c = random.below(2) == 0;
        let timeout = random.below(3) * 1_000_000_000_000;
        let new = Model { timeout, ..Model::random(&mut random, by) };
        let at = random.below(model.len().max(1) as u64) as usize;
        let is_there = model.iter().any(|there| there.same_key(&new));
        match random.below(if by < rounds / 2 { 8 } else { 3 }) {
            0 if !model.is_empty() => {
                (model[at].by, model[at].timeout) = (by, new.timeout);
                let entry = model[at].entry();
                match by_c {
                    true => assert_eq!(c.call(&line("update", &model[at])), 0),
                    // No timeout leaves the one that is there.
                    false => {
                        table.modify(&entry).unwrap();
                        let timeout = entry.idle.timeout.map(Duration::from_nanos);
                        table.set_idle_timeout(&entry.keys, entry.priority, timeout).unwrap();
                    }
                }
            }
            1 if !model.is_empty() => {
                let gone = model.remove(at);
                match by_c {
                    true => assert_eq!(c.call(&line("delete", &gone)), 0),
                    false => table.delete(&gone.keys(), Some(gone.priority)).unwrap(),
                }
                assert_eq!(c.call(&line("delete", &gone)), ENOENT);
            }
            _ if is_there => assert_eq!(c.call(&line("insert", &new)), EEXIST),
            _ => {
                match by_c {
                    true => assert_eq!(c.call(&line(["insert", "update"][by as usize % 2], &new)), 0),
                    false => table.insert(&new.entry()).unwrap(),
                }
                model.push(new);
            }
        }
        for _ in 0..8 {
            let keys = random_keys(&mut random);
            assert_eq!(result(program, keys), wanted(&model, keys), "{keys:x?} behind change {by}");
            if let Some(at) = met(&model, keys) {
                model[at].packets += 1;
            }
        }
        if by % 50 == 0 {
            assert_eq!(listed(&table), of_model(&model), "change {by}");
        }
    }
    let mut masks: Vec<_> = model.iter().map(|e| (e.a.1, e.b.is_some(), e.c.1, e.w.1)).collect();
    masks.sort_unstable();
    masks.dedup();
    let (entries, masks) = (model.len() as u32, masks.len() as u32);
    assert!(entries > rounds / 5 && masks > rounds / 9, "{entries} entries, {masks} masks");
    for entry in &model {
        assert_eq!(c.call(&line("count", entry)), entry.packets as i64);
        let found = table.get(&entry.keys(), Some(entry.priority)).unwrap().unwrap();
        assert_eq!(sorted(vec![found]), [entry.entry()]);
    }
    for entry in &model {
        assert_eq!(c.call(&line("delete", entry)), 0);
    }
    assert_eq!((table.len().unwrap(), result(program, (0, 0, 0, 0, 0))), (0, 0));
}

fn insert(new: &Model) -> Change {
    Change::Entry(storage::Change::Insert(new.entry()))
}

fn delete(old: &Model) -> Change {
    Change::Entry(storage::Change::Delete(old.keys(), Some(old.priority)))
}

/// An entry that matches where the bits of a mask are those of a value.
fn masked(value: u32, mask: u32) -> Model {
    Model { a: (value, mask), ..Model::any(1, mask + 1) }
}

#[test]
fn bounds_of_bit_vectors_are_kept() {
    control("bounds_of_bit_vectors_are_kept", VECTORS, |program, mut c| {
        bounds_of_keys_are_kept(program, &mut c);
        // Each has a mask of its own.
        fill_up(program, &mut c, (0..=VECTORS).map(|mask| masked(mask, mask)));
    });
}

#[test]
fn bounds_of_a_tuple_space_are_kept() {
    control("bounds_of_a_tuple_space_are_kept", SPACE, |program, mut c| {
        bounds_of_keys_are_kept(program, &mut c);
        // As many masks as the list holds, and those that have gone give their room back.
        for mask in 0..512 {
            assert_eq!(c.call(&line("insert", &masked(mask, mask))), 0, "{mask}");
        }
        assert_eq!(c.call(&line("insert", &masked(512, 512))), ENOSPC);
        assert_eq!(c.call(&line("delete", &masked(3, 3))), 0);
        assert_eq!(c.call(&line("insert", &masked(512, 512))), 0);
        assert_eq!(result(program, (512, 0, 0, 0, 0)), 1, "the oldest of all that match");
        // As many entries as the table holds, under masks that are there.
        assert_eq!(c.call(&line("insert", &masked(1 << 16, 1 << 16))), ENOSPC);
        let under =
            |mask: u32| (0..mask).filter(move |value| value & mask == *value).map(move |value| (value, mask));
        fill_up(program, &mut c, (4..512).flat_map(under).map(|(value, mask)| masked(value, mask)));
    });
}

fn bounds_of_keys_are_kept(program: &Program, c: &mut Driven) {
    let table = program.table("t").unwrap();
    let entry = masked(1, 1);
    assert_eq!(c.call(&line("insert", &Model { c: (0, 17), ..entry.clone() })), ERANGE);
    assert_eq!(c.call(&line("insert", &Model { r: Some((2, -2)), ..entry.clone() })), EINVAL);
    // Bounds between which all numbers lie are none.
    let all = Model { r: Some((i16::MIN, i16::MAX)), ..entry.clone() };
    table.insert(&all.entry()).unwrap();
    assert_eq!(c.call(&line("insert", &entry)), EEXIST);
    table.delete(&entry.keys(), Some(1)).unwrap();
}

/// Fills the table with entries that are not there yet; what is one too many is refused, and what is there can be changed.
fn fill_up(program: &Program, c: &mut Driven, mut rest: impl Iterator<Item = Model>) {
    let table = program.table("t").unwrap();
    let size = table.capacity();
    let room = (size - table.len().unwrap()) as usize;
    let most: Vec<Change> = rest.by_ref().take(room - 1).map(|new| insert(&new)).collect();
    table.apply(&most).unwrap();
    let (last, more) = (rest.next().unwrap(), rest.next().unwrap());
    assert_eq!(c.call(&line("update", &last)), 0);
    assert_eq!(["insert", "update"].map(|word| c.call(&line(word, &more))), [E2BIG; 2]);
    assert_eq!(c.call(&line("insert", &last)), EEXIST);
    assert_eq!(c.call(&line("update", &last)), 0);
    assert_eq!(table.len().unwrap(), size);
    assert_eq!(c.call(&line("delete", &last)), 0);
    assert_eq!(c.call(&line("insert", &more)), 0);
}

#[test]
fn no_packet_meets_bit_vectors_between_two_changes_by_c() {
    control("no_packet_meets_bit_vectors_between_two_changes_by_c", VECTORS, changes_are_one_step);
}

#[test]
fn no_packet_meets_a_tuple_space_between_two_changes_by_c() {
    control("no_packet_meets_a_tuple_space_between_two_changes_by_c", SPACE, changes_are_one_step);
}

fn changes_are_one_step(program: &Program, mut c: Driven) {
    let any = [Model::any(10, 10), Model::any(20, 20)];
    assert_eq!(any.map(|entry| c.call(&line("insert", &entry))), [0, 0]);
    let id = program.id();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let packets = scope.spawn(|| {
            let program = Program::by_id(id).unwrap();
            let mut results = [0u64; 3];
            while !done.load(Ordering::Relaxed) {
                match result(&program, (1, 1, 1, 1, 0)) {
                    20 => results[0] += 1,
                    30 => results[1] += 1,
                    _ => results[2] += 1,
                }
            }
            results
        });
        let mut random = Random(7);
        for round in 0..150 {
            // Other masks, in front and behind, so that the list is written anew; and one that matches and goes again.
            let other = Model {
                a: (2 | (random.below(2) as u32 * 4), 0xff ^ ((random.below(16) as u32) << 4)),
                priority: 5 + random.below(40) as u32,
                ..Model::random(&mut random, 1)
            };
            let matching = Model { a: (1, 0xf), ..Model::any(30, 30) };
            assert_eq!(c.call(&line("insert", &matching)), 0);
            assert!(matches!(c.call(&line("insert", &other)), 0 | EEXIST));
            assert_eq!(c.call(&line("update", &matching)), 0);
            assert_eq!(c.call(&line("delete", &matching)), 0);
            if round % 2 == 0 {
                assert_eq!(c.call(&line("delete", &other)), 0);
            }
        }
        done.store(true, Ordering::Relaxed);
        let [one, other, neither] = packets.join().unwrap();
        assert_eq!(neither, 0, "{one} and {other}");
        assert!(one > 100 && other > 100, "{one} and {other}");
    });
}

/// What C changes is there as a whole or not at all, wherever it dies, and the next writers go on from there, those that die among them.
#[test]
fn c_that_dies_leaves_nothing_half_done() {
    control("c_that_dies_leaves_nothing_half_done", VECTORS, |program, mut c| {
        let table = program.table("t").unwrap();
        let mut random = Random(0x2545_f491_4f6c_dd1d);
        let mut model: Vec<Model> = Vec::new();
        let (mut died, mut switched) = ([0; 2], 0);
        for by in 1..600u32 {
            let new = Model::random(&mut random, by);
            let at = random.below(model.len().max(1) as u64) as usize;
            let mut after = model.clone();
            let (word, entry) = match random.below(4) {
                0 if by > 60 => ("delete", after.remove(at)),
                1 if by > 20 => {
                    after[at].by = by;
                    ("update", after[at].clone())
                }
                _ if model.iter().any(|there| there.same_key(&new)) => continue,
                _ => {
                    after.push(new.clone());
                    ("insert", new)
                }
            };
            let finder = c.call("version") & 1;
            // In front of one of the first stores, or any; often twice in a row.
            let stores = |random: &mut Random| match random.below(2) {
                0 => random.below(24),
                _ => random.of_bits(12),
            };
            let made = loop {
                let answer =
                    c.call(&format!("{} {}", line(&format!("die_{word}"), &entry), stores(&mut random)));
                assert!(matches!(answer, 0 | DIED), "{word}: {answer}");
                if answer == 0 || random.below(2) == 0 {
                    break answer == 0;
                }
            };
            check(program, &table, if made { &after } else { &model }, &mut random);
            if !made {
                // The next one is C or the library.
                let by_c = random.below(2) == 0;
                died[usize::from(by_c)] += 1;
                match (by_c, word) {
                    (true, _) => assert_eq!(c.call(&line(word, &entry)), 0),
                    (false, "insert") => table.insert(&entry.entry()).unwrap(),
                    (false, "update") => table.modify(&entry.entry()).unwrap(),
                    (false, _) => table.delete(&entry.keys(), Some(entry.priority)).unwrap(),
                }
                check(program, &table, &after, &mut random);
            }
            switched += (c.call("version") & 1) ^ finder;
            model = after;
        }
        assert!(died.iter().all(|died| *died > 50) && switched > 3, "{died:?}, {switched} layouts");
    });
}

/// The table has what the model has, for packets and control planes.
fn check(program: &Program, table: &Table<'_>, model: &[Model], random: &mut Random) {
    for _ in 0..8 {
        let keys = random_keys(random);
        assert_eq!(result(program, keys), wanted(model, keys), "{keys:x?}");
    }
    let mut there = listed(table);
    there.iter_mut().for_each(|entry| entry.count.packets = 0);
    assert_eq!(there, of_model(model));
}

/// What the library has begun that dies, C takes back.
#[test]
fn c_goes_on_where_the_library_dies() {
    const WRITER: &str = "P4XDP_TEST_C_GOES_ON";
    let name = "c_goes_on_where_the_library_dies";
    let rule = |rule: u32| Model { a: (rule, 0x3ff), ..Model::any(100 + rule, rule) };
    let rules: Vec<Model> = (1..=200).map(rule).collect();
    if let Ok(id) = std::env::var(WRITER) {
        let program = Program::by_id(id.parse().unwrap()).unwrap();
        let table = program.table("t").unwrap();
        loop {
            table.apply(&rules.iter().map(insert).collect::<Vec<_>>()).unwrap();
            table.apply(&rules.iter().map(delete).collect::<Vec<_>>()).unwrap();
        }
    }
    control(name, VECTORS, |program, mut c| {
        let table = program.table("t").unwrap();
        let any = Model::any(1, 1000);
        assert_eq!(c.call(&line("insert", &any)), 0);
        for round in 0..12 {
            let mut writer = Command::new(std::env::current_exe().unwrap());
            let mut writer =
                writer.args(["--exact", name]).env(WRITER, program.id().to_string()).spawn().unwrap();
            // Until it has begun.
            while table.len().unwrap() == 1 && writer.try_wait().unwrap().is_none() {}
            std::thread::sleep(Duration::from_millis(40 + 17 * round));
            writer.kill().unwrap();
            writer.wait().unwrap();
            let there = table.len().unwrap() > 1;
            let mut model: Vec<Model> = if there { rules.clone() } else { Vec::new() };
            model.insert(0, any.clone());
            let more = Model { a: (7, 0x3ff), ..Model::any(500, 77) };
            assert_eq!(c.call(&line("insert", &more)), 0);
            model.push(more.clone());
            for key in 0..=200 {
                let keys = (key, 0, 0, 0, 0);
                assert_eq!(result(program, keys), wanted(&model, keys), "{key} in round {round}");
            }
            assert_eq!(table.len().unwrap(), model.len() as u64);
            for gone in model.iter().filter(|entry| **entry != any) {
                assert_eq!(c.call(&line("delete", gone)), 0);
            }
            assert_eq!(table.len().unwrap(), 1);
        }
    });
}
