//! Entries that C changes through the generated header, of tables whose keys have masks. C and the library change the same
//! tables by turns, and each finds what the other has left.
//!
//! Needs root, cc and libbpf-dev.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use num_bigint::BigUint;
use p4xdp::driver::Codegen;
use p4xdp_runtime::Program;
use p4xdp_runtime::storage::{self, Entry, KeyMatch};
use p4xdp_runtime::tables::{ActionCall, Change, Table};
use p4xdp_test_support::c::control;
use p4xdp_test_support::program::{generate, of_text};
use p4xdp_test_support::random::Random;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const EEXIST: i64 = -17;
const ENOENT: i64 = -2;
const ERANGE: i64 = -34;
const EINVAL: i64 = -22;
const ENOSPC: i64 = -28;
const E2BIG: i64 = -7;

/// Entries that the table holds: more than a table of bit vectors has, for which C has no functions.
const SIZE: usize = 16400;

/// The number of the entry that matched comes out in the packet; 0 if none did.
const MASKED: &str = "#include <core.p4>
#include <v1model.p4>
header h_t { bit<32> a; bit<16> b; bit<16> c; bit<32> by; int<16> r; bit<72> w; bit<8> colour; }
struct hs { h_t h; } struct ms { }
parser P(packet_in p, out hs h, inout ms m, inout standard_metadata_t s) { state start { p.extract(h.h); transition accept; } }
control V(inout hs h, inout ms m) { apply { } }
control I(inout hs h, inout ms m, inout standard_metadata_t s) {
    direct_counter(CounterType.packets) counted;
    direct_meter<bit<8>>(MeterType.packets) rates;
    action set(bit<32> by) { h.h.by = by; rates.read(h.h.colour); }
    table t {
        key = { h.h.a: ternary; h.h.b: optional; h.h.c: lpm; h.h.r: range; h.h.w: ternary; }
        actions = { set; }
        default_action = set(0);
        counters = counted;
        meters = rates;
        support_timeout = true;
        size = 16400;
    }
    apply { t.apply(); }
}
control E(inout hs h, inout ms m, inout standard_metadata_t s) { apply { } }
control C(inout hs h, inout ms m) { apply { } }
control D(packet_out p, in hs h) { apply { p.emit(h.h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;";

type Keys = (u32, u16, u16, i16, u64);

/// An entry in the model: masks and values of the keys, priority, result, and the packets that met it.
#[derive(Clone, Debug, PartialEq)]
struct Model {
    a: (u32, u32),
    b: Option<u16>,
    c: (u16, u32),
    r: Option<(i16, i16)>,
    w: (u64, u64),
    priority: u32,
    timeout: u64,
    by: u32,
    packets: u64,
}

/// A number of 72 bits: the number, and in front of it its last byte once more.
fn wide(w: u64) -> BigUint {
    (BigUint::from(w & 0xff) << 64) | BigUint::from(w)
}

impl Model {
    fn random(random: &mut Random, by: u32) -> Model {
        // Few values, so that many entries match a packet, and many masks.
        let mask = random.below(16) as u32 | ((random.below(16) as u32) << 28);
        let length = random.below(5) as u32;
        let w_mask = if random.below(2) == 0 { 0 } else { 0xf0_0000_0000_0003 };
        Model {
            a: (spread(random), mask),
            b: (random.below(2) == 0).then(|| random.below(3) as u16),
            c: ((random.below(16) as u16) << 12, length),
            r: (random.below(3) > 0).then(|| {
                let (one, other) = (signed(random), signed(random));
                (one.min(other), one.max(other))
            }),
            w: (random.below(4) | (random.below(2) << 52), w_mask),
            priority: random.below(40) as u32,
            timeout: random.below(3) * 1_000_000_000_000,
            by,
            packets: 0,
        }
    }

    fn length_mask(&self) -> u16 {
        if self.c.1 == 0 { 0 } else { u16::MAX << (16 - self.c.1) }
    }

    fn matches(&self, (a, b, c, r, w): Keys) -> bool {
        let within = self.r.is_none_or(|(low, high)| (low..=high).contains(&r));
        within
            && (a ^ self.a.0) & self.a.1 == 0
            && self.b.is_none_or(|own| own == b)
            && (c ^ self.c.0) & self.length_mask() == 0
            && (w ^ self.w.0) & self.w.1 == 0
    }

    fn keys(&self) -> Vec<KeyMatch> {
        let ternary = |value: BigUint, mask: BigUint| match mask == BigUint::ZERO {
            true => KeyMatch::Any,
            false => KeyMatch::Masked(value & &mask, mask),
        };
        vec![
            ternary(self.a.0.into(), self.a.1.into()),
            self.b.map_or(KeyMatch::Any, |b| KeyMatch::Exact(b.into())),
            KeyMatch::Prefix((self.c.0 & self.length_mask()).into(), self.c.1),
            self.r.map_or(KeyMatch::Any, |(low, high)| {
                KeyMatch::Range((low as u16).into(), (high as u16).into())
            }),
            ternary(wide(self.w.0), wide(self.w.1)),
        ]
    }

    fn entry(&self) -> Entry {
        let call = ActionCall { action: 0, args: vec![self.by.into()] };
        let mut entry = Entry::new(self.keys(), Some(self.priority), call);
        entry.count.packets = self.packets;
        entry.idle.timeout = (self.timeout > 0).then_some(self.timeout);
        entry
    }

    /// The same as a line for the C program.
    fn line(&self, word: &str) -> String {
        let (low, high) = self.r.unwrap_or((i16::MIN, i16::MAX));
        let Model { a, c, w, priority, timeout, by, .. } = self;
        let (b, any) = (self.b.unwrap_or(7), u32::from(self.b.is_none()));
        format!(
            "{word} {} {} {b} {any} {} {} {low} {high} {} {} {priority} {timeout} {by}",
            a.0, a.1, c.0, c.1, w.0, w.1
        )
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

fn result(program: &Program, (a, b, c, r, w): Keys) -> u32 {
    let mut packet = a.to_be_bytes().to_vec();
    packet.extend(b.to_be_bytes());
    packet.extend(c.to_be_bytes());
    packet.extend([0; 4]);
    packet.extend(r.to_be_bytes());
    packet.push(w as u8);
    packet.extend(w.to_be_bytes());
    packet.push(0);
    let (_, after) = program.run(&packet, None).unwrap();
    u32::from_be_bytes(after[8..12].try_into().unwrap())
}

/// Of those with the highest priority the oldest.
fn wanted(model: &mut [Model], keys: Keys) -> u32 {
    let best = model.iter().filter(|entry| entry.matches(keys)).map(|entry| entry.priority).max();
    let found = model.iter_mut().find(|entry| entry.matches(keys) && Some(entry.priority) == best);
    found.map_or(0, |entry| {
        entry.packets += 1;
        entry.by
    })
}

/// Entries in an order that says nothing of their ages, and without the time since they matched.
fn sorted(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.iter_mut().for_each(|entry| entry.idle.unused = 0);
    entries.sort_by(|a, b| b.priority.cmp(&a.priority).then_with(|| a.keys.cmp(&b.keys)));
    entries
}

fn listed(table: &Table<'_>) -> Vec<Entry> {
    sorted(table.entries().unwrap().into_iter().map(|(_, entry)| entry).collect())
}

#[test]
fn c_and_the_library_change_masked_entries_by_turns() {
    let output = generate(of_text("masked", MASKED), &Codegen::default()).unwrap();
    let name = "c_and_the_library_change_masked_entries_by_turns";
    control(name, &output, "masked_entries.c", |program, mut c| {
        let table = program.table("t").unwrap();
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let mut model: Vec<Model> = Vec::new();
        for by in 1..900u32 {
            if by == 300 || by == 600 {
                // As many entries have been added as can be told apart by age.
                assert_eq!(c.call("old"), 0);
            }
            let by_c = random.below(2) == 0;
            let new = Model::random(&mut random, by);
            let at = random.below(model.len().max(1) as u64) as usize;
            let is_there = model.iter().any(|there| there.same_key(&new));
            match random.below(if by < 500 { 8 } else { 3 }) {
                0 if !model.is_empty() => {
                    (model[at].by, model[at].timeout) = (by, new.timeout);
                    let entry = model[at].entry();
                    match by_c {
                        true => assert_eq!(c.call(&model[at].line("update")), 0),
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
                        true => assert_eq!(c.call(&gone.line("delete")), 0),
                        false => table.delete(&gone.keys(), Some(gone.priority)).unwrap(),
                    }
                    assert_eq!(c.call(&gone.line("delete")), ENOENT);
                }
                _ if is_there => assert_eq!(c.call(&new.line("insert")), EEXIST),
                _ => {
                    match by_c {
                        true => assert_eq!(c.call(&new.line(["insert", "update"][by as usize % 2])), 0),
                        false => table.insert(&new.entry()).unwrap(),
                    }
                    model.push(new);
                }
            }
            for _ in 0..8 {
                let (b, c) = (random.below(4) as u16, (random.below(16) as u16) << 12);
                let w = random.below(4) | (random.below(2) << 52);
                let keys = (spread(&mut random), b, c, signed(&mut random), w);
                assert_eq!(result(program, keys), wanted(&mut model, keys), "{keys:x?} behind change {by}");
            }
            if by % 50 == 0 {
                assert_eq!(listed(&table), sorted(model.iter().map(Model::entry).collect()), "change {by}");
            }
        }
        let mut masks: Vec<_> = model.iter().map(|e| (e.a.1, e.b.is_some(), e.c.1, e.w.1)).collect();
        masks.sort_unstable();
        masks.dedup();
        assert!(model.len() > 200 && masks.len() > 100, "{} entries, {} masks", model.len(), masks.len());
        for entry in &model {
            assert_eq!(c.call(&entry.line("count")), entry.packets as i64);
            let found = table.get(&entry.keys(), Some(entry.priority)).unwrap().unwrap();
            assert_eq!(sorted(vec![found]), [entry.entry()]);
        }
        for entry in &model {
            assert_eq!(c.call(&entry.line("delete")), 0);
        }
        assert_eq!((table.len().unwrap(), result(program, (0, 0, 0, 0, 0))), (0, 0));
    });
}

#[test]
fn bounds_of_masked_entries_are_kept() {
    let output = generate(of_text("masked", MASKED), &Codegen::default()).unwrap();
    let name = "bounds_of_masked_entries_are_kept";
    control(name, &output, "masked_entries.c", |program, mut c| {
        let table = program.table("t").unwrap();
        let of = |a: (u32, u32)| Model {
            a,
            b: None,
            c: (0, 0),
            r: None,
            w: (0, 0),
            priority: 1,
            timeout: 0,
            by: a.1 + 1,
            packets: 0,
        };
        let entry = of((1, 1));
        assert_eq!(c.call(&Model { c: (0, 17), ..entry.clone() }.line("insert")), ERANGE);
        assert_eq!(c.call(&Model { r: Some((2, -2)), ..entry.clone() }.line("insert")), EINVAL);
        // Bounds between which all numbers lie are none.
        let all = Model { r: Some((i16::MIN, i16::MAX)), ..entry.clone() };
        table.insert(&all.entry()).unwrap();
        assert_eq!(c.call(&entry.line("insert")), EEXIST);
        table.delete(&entry.keys(), Some(1)).unwrap();
        // As many masks as the list holds, and those that have gone give their room back.
        for mask in 0..512 {
            assert_eq!(c.call(&of((mask, mask)).line("insert")), 0, "{mask}");
        }
        assert_eq!(c.call(&of((512, 512)).line("insert")), ENOSPC);
        assert_eq!(c.call(&of((3, 3)).line("delete")), 0);
        assert_eq!(c.call(&of((512, 512)).line("insert")), 0);
        assert_eq!(result(program, (512, 0, 0, 0, 0)), 1, "the oldest of all that match");
        // As many entries as the table holds, under masks that are there.
        assert_eq!(c.call(&of((1 << 16, 1 << 16)).line("insert")), ENOSPC);
        let under =
            |mask: u32| (0..mask).filter(move |value| value & mask == *value).map(move |value| (value, mask));
        let mut rest = (4..512).flat_map(under).map(of);
        let insert = |new: Model| Change::Entry(storage::Change::Insert(new.entry()));
        table.apply(&rest.by_ref().take(SIZE - 512 - 1).map(insert).collect::<Vec<_>>()).unwrap();
        let last = rest.next().unwrap();
        assert_eq!(c.call(&last.line("update")), 0);
        assert_eq!(c.call(&rest.next().unwrap().line("update")), E2BIG);
        assert_eq!(c.call(&last.line("update")), 0);
        assert_eq!(table.len().unwrap(), SIZE as u64);
    });
}

#[test]
fn no_packet_meets_a_table_between_two_changes_by_c() {
    let output = generate(of_text("masked", MASKED), &Codegen::default()).unwrap();
    let name = "no_packet_meets_a_table_between_two_changes_by_c";
    control(name, &output, "masked_entries.c", |program, mut c| {
        let any = |priority, by| Model {
            a: (0, 0),
            b: None,
            c: (0, 0),
            r: None,
            w: (0, 0),
            priority,
            timeout: 0,
            by,
            packets: 0,
        };
        assert_eq!([any(10, 10), any(20, 20)].map(|entry| c.call(&entry.line("insert"))), [0, 0]);
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
                let matching = Model { a: (1, 0xf), ..any(30, 30) };
                assert_eq!(c.call(&matching.line("insert")), 0);
                assert!(matches!(c.call(&other.line("insert")), 0 | EEXIST));
                assert_eq!(c.call(&matching.line("update")), 0);
                assert_eq!(c.call(&matching.line("delete")), 0);
                if round % 2 == 0 {
                    assert_eq!(c.call(&other.line("delete")), 0);
                }
            }
            done.store(true, Ordering::Relaxed);
            let [one, other, neither] = packets.join().unwrap();
            assert_eq!(neither, 0, "{one} and {other}");
            assert!(one > 100 && other > 100, "{one} and {other}");
        });
    });
}
