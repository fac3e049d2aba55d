//! Tables whose entries have masks, filled at run time, by bit vectors and in a tuple space: what packets meet is what a list of all entries would
//! tell, through random changes; no packet meets a table between two changes; and bounds are kept.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use p4xdp_control::storage::Storage;
use p4xdp_runtime::Program;
use p4xdp_runtime::load::load_detached;
use p4xdp_runtime::storage::{self, Entry, KeyMatch};
use p4xdp_runtime::tables::{ActionCall, Change, Table};
use p4xdp_test_support::bpftool::privileged;
use p4xdp_test_support::program::{generate, object, of_text};
use p4xdp_test_support::random::Random;
use std::sync::atomic::{AtomicBool, Ordering};

/// The number of the entry that matched comes out in the packet; 0 if none did.
const TEXT: &str = "#include <core.p4>
#include <v1model.p4>
header h_t { bit<32> a; bit<16> b; bit<16> c; bit<32> by; int<16> r; bit<48> pad; }
struct hs { h_t h; } struct ms { }
parser P(packet_in p, out hs h, inout ms m, inout standard_metadata_t s) { state start { p.extract(h.h); transition accept; } }
control V(inout hs h, inout ms m) { apply { } }
control I(inout hs h, inout ms m, inout standard_metadata_t s) {
    action set(bit<32> by) { h.h.by = by; }
    table t {
        key = { h.h.a: ternary; h.h.b: optional; h.h.c: lpm; h.h.r: range; }
        actions = { set; }
        default_action = set(0);
        size = SIZE;
    }
    apply { t.apply(); }
}
control E(inout hs h, inout ms m, inout standard_metadata_t s) { apply { } }
control C(inout hs h, inout ms m) { apply { } }
control D(packet_out p, in hs h) { apply { p.emit(h.h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;";

/// Rules of a table that has bit vectors.
const VECTORS: u32 = 700;
/// Rules of one that has a tuple space, as it is too large for bit vectors.
const SPACE: u32 = 17_000;

/// The program with a table of that size, loaded; nothing where the test is passed over.
fn loaded(size: u32) -> Option<Program> {
    if !privileged() {
        return None;
    }
    let name = format!("masked_tables_{size}");
    let text = TEXT.replace("SIZE", &size.to_string());
    let output = generate(of_text(&name, &text), &p4xdp::driver::Codegen::default()).unwrap();
    let object = object(&name, &output);
    let program = load_detached(&p4xdp_runtime::Object::open(&object.path).unwrap(), 0).unwrap();
    let by_vectors =
        program.manifest().tables.iter().any(|table| matches!(table.storage, Some(Storage::BitVectors(_))));
    assert_eq!(by_vectors, size == VECTORS);
    Some(program)
}

type Keys = (u32, u16, u16, i16);

/// An entry in the model: masks and values of the keys, priority, result.
#[derive(Clone, Debug, PartialEq)]
struct Model {
    a: (u32, u32),
    b: Option<u16>,
    c: (u16, u32),
    r: Option<(i16, i16)>,
    priority: u32,
    by: u32,
}

impl Model {
    fn random(random: &mut Random, by: u32) -> Model {
        // Few values, so that many entries match a packet, and many masks.
        let mask = random.below(16) as u32 | ((random.below(16) as u32) << 28);
        let length = random.below(5) as u32;
        let kept = if length == 0 { 0 } else { u16::MAX << (16 - length) };
        Model {
            a: (spread(random) & mask, mask),
            b: (random.below(2) == 0).then(|| random.below(3) as u16),
            c: ((random.below(16) as u16) << 12 & kept, length),
            r: (random.below(3) > 0).then(|| {
                let (one, other) = (signed(random), signed(random));
                (one.min(other), one.max(other))
            }),
            priority: random.below(40) as u32,
            by,
        }
    }

    fn matches(&self, (a, b, c, r): Keys) -> bool {
        let kept = if self.c.1 == 0 { 0 } else { u16::MAX << (16 - self.c.1) };
        let within = self.r.is_none_or(|(low, high)| (low..=high).contains(&r));
        within && a & self.a.1 == self.a.0 && self.b.is_none_or(|own| own == b) && c & kept == self.c.0
    }

    fn keys(&self) -> Vec<KeyMatch> {
        let a =
            if self.a.1 == 0 { KeyMatch::Any } else { KeyMatch::Masked(self.a.0.into(), self.a.1.into()) };
        vec![
            a,
            self.b.map_or(KeyMatch::Any, |b| KeyMatch::Exact(b.into())),
            KeyMatch::Prefix(self.c.0.into(), self.c.1),
            self.r.map_or(KeyMatch::Any, |(low, high)| {
                KeyMatch::Range((low as u16).into(), (high as u16).into())
            }),
        ]
    }

    fn entry(&self) -> Entry {
        let call = ActionCall { action: 0, args: vec![self.by.into()] };
        Entry::new(self.keys(), Some(self.priority), call)
    }

    fn same_key(&self, other: &Model) -> bool {
        self.keys() == other.keys() && self.priority == other.priority
    }
}

fn spread(random: &mut Random) -> u32 {
    random.below(16) as u32 | (random.below(16) as u32) << 28
}

/// A few numbers around 0.
fn signed(random: &mut Random) -> i16 {
    random.below(9) as i16 - 4
}

fn result(program: &Program, (a, b, c, r): Keys) -> u32 {
    let mut packet = a.to_be_bytes().to_vec();
    packet.extend(b.to_be_bytes());
    packet.extend(c.to_be_bytes());
    packet.extend([0; 4]);
    packet.extend(r.to_be_bytes());
    packet.resize(20, 0);
    let (_, after) = program.run(&packet, None).unwrap();
    u32::from_be_bytes(after[8..12].try_into().unwrap())
}

/// Of those with the highest priority the oldest.
fn wanted(model: &[Model], keys: Keys) -> u32 {
    let best = model.iter().filter(|entry| entry.matches(keys)).map(|entry| entry.priority).max();
    let found = model.iter().find(|entry| entry.matches(keys) && Some(entry.priority) == best);
    found.map_or(0, |entry| entry.by)
}

fn sorted(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by(|a, b| b.priority.cmp(&a.priority).then_with(|| a.keys.cmp(&b.keys)));
    entries
}

fn listed(table: &Table<'_>) -> Vec<Entry> {
    table.entries().unwrap().into_iter().map(|(_, entry)| entry).collect()
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
            let (b, c) = (random.below(4) as u16, (random.below(16) as u16) << 12);
            let keys = (spread(&mut random), b, c, signed(&mut random));
            assert_eq!(result(&program, keys), wanted(&model, keys), "{keys:x?} in round {round}");
        }
        assert_eq!(listed(&table), sorted(model.iter().map(Model::entry).collect()), "round {round}");
    }
    let mut masks: Vec<_> = model.iter().map(|entry| (entry.a.1, entry.b.is_some(), entry.c.1)).collect();
    masks.sort_unstable();
    masks.dedup();
    assert!(model.len() > 300 && masks.len() > 128, "{} entries, {} masks", model.len(), masks.len());
    for entry in &model {
        assert_eq!(table.get(&entry.keys(), Some(entry.priority)).unwrap(), Some(entry.entry()));
    }
    assert_eq!(table.clear().unwrap(), model.len() as u64);
    assert_eq!((table.len().unwrap(), result(&program, (0, 0, 0, 0))), (0, 0));
}

#[test]
fn no_packet_meets_a_table_between_two_changes() {
    [VECTORS, SPACE].into_iter().filter_map(loaded).for_each(changes_in_one_step);
}

fn changes_in_one_step(program: Program) {
    let table = program.table("t").unwrap();
    let any = |priority, by| Model { a: (0, 0), b: None, c: (0, 0), r: None, priority, by };
    table.insert(&any(10, 10).entry()).unwrap();
    table.insert(&any(20, 20).entry()).unwrap();
    let id = program.id();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let packets = scope.spawn(|| {
            let program = Program::by_id(id).unwrap();
            let (mut packets, mut results) = (0u64, [0u64; 3]);
            while !done.load(Ordering::Relaxed) {
                packets += 1;
                match result(&program, (1, 1, 1, 1)) {
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
            let matching = Model { a: (1, 0xf), b: None, c: (0, 0), r: None, priority: 30, by: 30 };
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
    Model { a: (value & mask, mask), b: None, c: (0, 0), r: None, priority, by: value }.entry()
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
        "table `I.t` has no room for h.h.a=1&&&0x201 h.h.b=* h.h.c=0/0 h.h.r=*: it holds 512 distinct masks"
    );
    // Under masks that are there, and in the room of one that has gone.
    table.insert(&masked(512, 0, 3)).unwrap();
    table.delete(&masks[6].keys, masks[6].priority).unwrap();
    table.insert(&masked(513, 1, 9)).unwrap();
    assert_eq!(result(&program, (513, 0, 0, 0)), 1);
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
            assert_eq!(result(&program, (value, 0, 0, 0)), value);
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
            assert_eq!(Some(result(&program, (value, 0, 0, 0))), best);
        }
        for rule in &rules {
            table.delete(&rule.keys, rule.priority).unwrap();
        }
        assert_eq!(result(&program, (511, 0, 0, 0)), 0);
    }
}

/// A set of changes of a table with bit vectors is one step: what takes another rule's place is there when that one goes, wherever the two are.
#[test]
fn a_set_of_changes_is_one_step() {
    let Some(program) = loaded(VECTORS) else { return };
    let table = program.table("t").unwrap();
    // Many that match by their bits and not by their range, so that a packet is under way for long.
    let no = |priority| Model { a: (0, 0), b: None, c: (0, 0), r: Some((2, 0x103)), priority, by: 9 }.entry();
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
                let by = result(&program, (1, 1, 1, 1)) as usize;
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
        let result_of = |rule: u32| result(&program, (rule, 0, 0, 0));
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
