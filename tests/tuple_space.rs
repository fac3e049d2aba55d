//! Tables whose entries have masks, filled at run time: what packets meet is what a list of all entries would tell, through random changes; no
//! packet meets a table between two changes; and bounds are kept.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

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
        size = 700;
    }
    apply { t.apply(); }
}
control E(inout hs h, inout ms m, inout standard_metadata_t s) { apply { } }
control C(inout hs h, inout ms m) { apply { } }
control D(packet_out p, in hs h) { apply { p.emit(h.h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;";

/// The program, loaded; nothing where the test is passed over.
fn loaded() -> Option<Program> {
    if !privileged() {
        return None;
    }
    let output = generate(of_text("tuple_space", TEXT), &p4xdp::driver::Codegen::default()).unwrap();
    let object = object("tuple_space", &output);
    Some(load_detached(&p4xdp_runtime::Object::open(&object.path).unwrap(), 0).unwrap())
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
    let Some(program) = loaded() else { return };
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
    let Some(program) = loaded() else { return };
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

#[test]
fn bounds_are_kept_and_said() {
    let Some(program) = loaded() else { return };
    let table = program.table("t").unwrap();
    let entry = |mask: u32, value: u32, priority| {
        Model { a: (value, mask), b: None, c: (0, 0), r: None, priority, by: 1 }.entry()
    };
    let said = |result: Result<(), p4xdp_runtime::Error>| result.unwrap_err().to_string();
    let without = Entry { priority: None, ..entry(1, 1, 1) };
    assert_eq!(said(table.insert(&without)), "table `I.t`: its entries need a priority");
    let masks: Vec<Entry> = (1..=512).map(|mask| entry(mask, mask, mask % 7)).collect();
    let insert = |entry: &Entry| Change::Entry(storage::Change::Insert(entry.clone()));
    table.apply(&masks.iter().map(insert).collect::<Vec<_>>()).unwrap();
    assert_eq!(
        said(table.insert(&entry(513, 1, 1))),
        "table `I.t` has no room for h.h.a=1&&&0x201 h.h.b=* h.h.c=0/0 h.h.r=*: it holds 512 distinct masks"
    );
    // Under masks that are there, and in the room of one that has gone.
    table.insert(&entry(512, 0, 3)).unwrap();
    table.delete(&masks[6].keys, masks[6].priority).unwrap();
    table.insert(&entry(513, 1, 9)).unwrap();
    assert_eq!(result(&program, (513, 0, 0, 0)), 1);
    assert!(said(table.insert(&entry(513, 1, 9))).contains("modify it instead"));
    assert!(said(table.delete(&masks[6].keys, masks[6].priority)).contains("has no entry for"));
    assert!(said(table.delete(&masks[7].keys, Some(6))).contains("has no entry for"));
    let more: Vec<Entry> = (0..187).map(|value| entry(511, value, 100)).collect();
    table.apply(&more.iter().map(insert).collect::<Vec<_>>()).unwrap();
    assert_eq!(table.len().unwrap(), 700);
    assert_eq!(said(table.insert(&entry(511, 300, 1))), "table `I.t` is full: it holds 700 entries");
    assert_eq!(result(&program, (300, 0, 0, 0)), 1);
}
