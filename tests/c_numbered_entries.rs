//! Entries that C changes through the generated header, of tables with direct counters and meters, and idle timeouts; and those of tables
//! with several prefixes, with wide ranges, or with masks and an action profile, and of value sets. C and the library change the same tables
//! by turns, and each finds what the other has left.
//!
//! Needs root, cc and libbpf-dev.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use num_bigint::BigUint;
use p4xdp::driver::Codegen;
use p4xdp_control::manifest::TableLayout;
use p4xdp_control::storage::Storage;
use p4xdp_runtime::Program;
use p4xdp_runtime::cells::CellKind;
use p4xdp_runtime::storage::{Entry, Target};
use p4xdp_runtime::tables::ActionCall;
use p4xdp_test_support::c::{Driven, control};
use p4xdp_test_support::program::{generate, of_text};
use p4xdp_test_support::random::Random;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const EEXIST: i64 = -17;
const ENOENT: i64 = -2;
const ENOSPC: i64 = -28;
const E2BIG: i64 = -7;
/// Many ticks of any kernel.
const A_WHILE: Duration = Duration::from_millis(200);

/// Entries of tables with masks that have bit vectors, of a single block, and a tuple space.
const VECTORS: u32 = 16;
/// See [`VECTORS`].
const SPACE: u32 = 20_000;

/// Tables by number: in a hash map, an array, a trie, and with an action profile; with several prefixes; with a range; with masks and an action
/// profile; and a value set. The last four have so many entries.
fn numbered(size: u32) -> String {
    let keys = ["a: exact", "small: exact", "a: lpm", "a: exact"];
    let names = ["in_hash", "in_array", "in_trie", "in_profile"];
    let tables: String = (0..4)
        .map(|i| {
            let (name, key) = (names[i], keys[i]);
            let (meter, more, read) = match i {
                3 => ("", "implementation = profile;", ""),
                _ => (
                    "direct_meter<bit<8>>(MeterType.packets) rates_N;",
                    "meters = rates_N;",
                    "rates_N.read(h.h.colour);",
                ),
            };
            format!(
                "direct_counter(CounterType.packets) counted_N;
                {meter}
                action set_N(bit<32> by) {{ h.h.by = by; {read} }}
                table {name} {{
                    key = {{ h.h.{key}; }} actions = {{ set_N; NoAction; }} default_action = NoAction;
                    counters = counted_N; {more} support_timeout = true; size = 16;
                }}"
            )
            .replace("_N", &format!("_{i}"))
        })
        .collect();
    format!(
        "#include <core.p4>
        #include <v1model.p4>
        header h_t {{ bit<8> table_of; bit<8> small; bit<8> colour; bit<8> is_known; bit<32> a; bit<32> by; bit<32> b; }}
        struct hs {{ h_t h; }} struct ms {{ }}
        struct known_t {{ @match(ternary) bit<32> a; }}
        parser P(packet_in p, out hs h, inout ms m, inout standard_metadata_t s) {{
            value_set<known_t>({size}) known;
            state start {{ p.extract(h.h); transition select(h.h.a) {{ known: is_known; default: accept; }} }}
            state is_known {{ h.h.is_known = 1; transition accept; }}
        }}
        control V(inout hs h, inout ms m) {{ apply {{ }} }}
        control I(inout hs h, inout ms m, inout standard_metadata_t s) {{
            action_profile(16) profile;
            {tables}
            action put(bit<32> by) {{ h.h.by = by; }}
            table prefixes {{
                key = {{ h.h.a: lpm; h.h.b: lpm; }} actions = {{ put; NoAction; }} default_action = NoAction;
                size = {size};
            }}
            table in_range {{
                key = {{ h.h.a ++ h.h.b: range @name(\"ab\"); }} actions = {{ put; NoAction; }} default_action = NoAction;
                size = {size};
            }}
            table masked {{
                key = {{ h.h.a: ternary; }} actions = {{ set_3; NoAction; }} default_action = NoAction;
                implementation = profile; size = {size};
            }}
            apply {{
                switch (h.h.table_of) {{
                    0: {{ in_hash.apply(); }}
                    1: {{ in_array.apply(); }}
                    2: {{ in_trie.apply(); }}
                    3: {{ in_profile.apply(); }}
                    4: {{ prefixes.apply(); }}
                    5: {{ in_range.apply(); }}
                    6: {{ masked.apply(); }}
                }}
            }}
        }}
        control E(inout hs h, inout ms m, inout standard_metadata_t s) {{ apply {{ }} }}
        control C(inout hs h, inout ms m) {{ apply {{ }} }}
        control D(packet_out p, in hs h) {{ apply {{ p.emit(h.h); }} }}
        V1Switch(P(), V(), I(), E(), C(), D()) main;"
    )
}

/// What comes out of a packet for a table: the result, and whether the value set has it.
fn met_by(program: &Program, table: usize, (a, b): (u32, u32)) -> (u32, u8) {
    let mut packet = vec![table as u8, a as u8, 0, 0];
    packet.extend(a.to_be_bytes());
    packet.extend([0; 4]);
    packet.extend(b.to_be_bytes());
    let (_, after) = program.run(&packet, None).unwrap();
    (u32::from_be_bytes(after[8..12].try_into().unwrap()), after[3])
}

/// A prefix in the model, of 32 bits in tables that have none.
type Prefix = (u32, u32);

fn is_in(a: u32, (prefix, length): Prefix) -> bool {
    length == 0 || (a ^ prefix) >> (32 - length) == 0
}

#[test]
fn c_and_the_library_change_numbered_entries_by_turns() {
    let output = generate(of_text("numbered", &numbered(VECTORS)), &Codegen::default()).unwrap();
    let name = "c_and_the_library_change_numbered_entries_by_turns";
    control(name, &output, "numbered_entries.c", |program, mut c| {
        let names = ["hash", "array", "trie", "profile"];
        let tables = names.map(|name| program.table(&format!("in_{name}")).unwrap());
        // New entries begin with these rates.
        let rates = [1000u32, 10, 2000, 20].map(BigUint::from);
        for table in &tables[..3] {
            table.set_all_rates(table.direct(CellKind::Meter).unwrap(), &rates).unwrap();
        }
        for member in 0..8 {
            assert_eq!(c.call(&format!("member {member} 0 0 {}", 1000 + member)), 0);
        }
        let mut random = Random(0x2545_f491_4f6c_dd1d);
        let mut model: [BTreeMap<Prefix, (u32, u64, u64)>; 4] = Default::default();
        let mut met = [0; 4];
        for by in 1..1600 {
            let of = random.below(4) as usize;
            let (table, word, entries) = (&tables[of], names[of], &mut model[of]);
            let length = if of == 2 { random.below(7) as u32 } else { 32 };
            let key = if of == 2 { (random.word() as u32) & 0xfc00_0000 } else { random.below(20) as u32 };
            let prefix = (key & u32::MAX.checked_shl(32 - length).unwrap_or(0), length);
            let timeout = random.below(3) * 1_000_000_000_000;
            let by = if of == 3 { random.below(8) as u32 } else { by };
            let by_c = random.below(2) == 0;
            let texts = if of == 2 { format!("{}/{length}", prefix.0) } else { key.to_string() };
            let entry = || {
                let mut entry = match of {
                    3 => Entry::new(table.keys(&[&texts]).unwrap(), None, Target::Member(by)),
                    _ => table.entry(&[&texts], &format!("set_{of}"), &[&by.to_string()], None).unwrap(),
                };
                entry.idle.timeout = (timeout > 0).then_some(timeout);
                entry
            };
            let line = |verb: &str| format!("{verb}_{word} {key} {length} {timeout} {by}");
            let there = entries.contains_key(&prefix);
            // A table of 16 entries is full; an array has a slot for each key.
            let full = entries.len() == 16 && of != 1;
            match random.below(4) {
                0 if there && by_c => {
                    assert_eq!(c.call(&line("delete")), 0);
                    assert_eq!(c.call(&line("delete")), ENOENT);
                    entries.remove(&prefix);
                }
                0 if there => {
                    table.delete(&entry().keys, None).unwrap();
                    entries.remove(&prefix);
                }
                0 => assert_eq!(c.call(&line("count")), ENOENT),
                _ if full && !there => {
                    let error = c.call(&line("insert"));
                    assert!(matches!(error, E2BIG | ENOSPC), "{error}");
                }
                1 if there => assert_eq!(c.call(&line("insert")), EEXIST),
                1 if by_c => {
                    assert_eq!(c.call(&line("insert")), 0);
                    entries.insert(prefix, (by, timeout, 0));
                }
                1 => {
                    table.insert(&entry()).unwrap();
                    entries.insert(prefix, (by, timeout, 0));
                }
                _ if there && !by_c => {
                    table.modify(&entry()).unwrap();
                    let entry = entries.get_mut(&prefix).unwrap();
                    // No timeout leaves the one that is there.
                    (entry.0, entry.1) = (by, if timeout > 0 { timeout } else { entry.1 });
                }
                _ => {
                    assert_eq!(c.call(&line("update")), 0);
                    let packets = entries.get(&prefix).map_or(0, |(_, _, packets)| *packets);
                    entries.insert(prefix, (by, timeout, packets));
                }
            }
            for (of, entries) in model.iter_mut().enumerate() {
                let a = if of == 2 { (random.word() as u32) & 0xfc00_0000 } else { random.below(20) as u32 };
                let found =
                    entries.iter_mut().filter(|(prefix, _)| is_in(a, **prefix)).max_by_key(|(p, _)| p.1);
                let wanted = found.map_or(0, |(_, (by, _, packets))| {
                    *packets += 1;
                    met[of] += 1;
                    if of == 3 { 1000 + *by } else { *by }
                });
                assert_eq!(met_by(program, of, (a, 0)).0, wanted, "{of}: {a:x}");
            }
        }
        assert!(met.iter().all(|met| *met > 100), "{met:?}");
        for (of, entries) in model.iter().enumerate() {
            let found = tables[of].entries().unwrap();
            assert_eq!(found.len(), entries.len());
            for ((key, length), (by, timeout, packets)) in entries {
                let text = if of == 2 { format!("{key}/{length}") } else { key.to_string() };
                let entry = tables[of].find(&tables[of].keys(&[&text]).unwrap(), None).unwrap();
                let target = match of {
                    3 => Target::Member(*by),
                    _ => Target::Action(ActionCall { action: 0, args: vec![(*by).into()] }),
                };
                assert_eq!((&entry.target, entry.count.packets), (&target, *packets), "{of}: {text}");
                assert_eq!(entry.idle.timeout.unwrap_or(0), *timeout, "{of}: {text}");
                assert_eq!(entry.rates, if of == 3 { &[][..] } else { &rates[..] });
                let word = names[of];
                assert_eq!(c.call(&format!("count_{word} {key} {length}")), *packets as i64);
            }
        }
    });
}

/// A change that reads and writes back waits for its turn.
#[test]
fn c_waits_for_other_writers() {
    let output = generate(of_text("numbered", &numbered(VECTORS)), &Codegen::default()).unwrap();
    let name = "c_waits_for_other_writers";
    control(name, &output, "numbered_entries.c", |program, mut c| {
        let lock = p4xdp_runtime::lock::writer().unwrap();
        let waiting = std::thread::spawn(move || c.call("insert_hash 1 0 0 5"));
        std::thread::sleep(A_WHILE);
        assert!(!waiting.is_finished());
        assert_eq!(met_by(program, 0, (1, 0)).0, 0);
        drop(lock);
        assert_eq!((waiting.join().unwrap(), met_by(program, 0, (1, 0)).0), (0, 5));
    });
}

#[test]
fn times_of_entries_begin_when_c_says_so() {
    let output = generate(of_text("numbered", &numbered(VECTORS)), &Codegen::default()).unwrap();
    let name = "times_of_entries_begin_when_c_says_so";
    control(name, &output, "numbered_entries.c", |program, mut c| {
        let table = program.table("in_profile").unwrap();
        let unused = || Duration::from_nanos(table.entries().unwrap()[0].1.idle.unused);
        assert_eq!(c.call("member 1 0 0 7"), 0);
        let began = Instant::now();
        assert_eq!(c.call(&format!("insert_profile 1 0 {} 1", A_WHILE.as_nanos())), 0);
        std::thread::sleep(A_WHILE);
        let (unused_then, passed) = (unused(), began.elapsed());
        assert!(unused_then >= A_WHILE / 2 && unused_then <= passed, "{unused_then:?} of {passed:?}");
        let began = Instant::now();
        assert_eq!(c.call("timeout_profile 1 0 3600000000000"), 0);
        assert!(unused() <= began.elapsed());
        assert_eq!(table.entries().unwrap()[0].1.idle.timeout, Some(3_600_000_000_000));
        assert_eq!(c.call("timeout_profile 2 0 1"), ENOENT);
    });
}

/// A test with tables of so many entries.
fn with_masks(name: &str, size: u32, test: impl FnOnce(&Program, Driven) + Send) {
    let output = generate(of_text("numbered", &numbered(size)), &Codegen::default()).unwrap();
    let is_vectors = |table: &TableLayout| matches!(table.storage, Some(Storage::BitVectors(_)));
    let tables = output.manifest.tables.iter().chain(&output.manifest.value_sets);
    assert_eq!(tables.filter(|table| is_vectors(table)).count(), if size == VECTORS { 4 } else { 0 });
    control(name, &output, "numbered_entries.c", test);
}

#[test]
fn several_prefixes_and_value_sets_in_bit_vectors() {
    with_masks("several_prefixes_and_value_sets_in_bit_vectors", VECTORS, several_prefixes_and_value_sets);
}

#[test]
fn several_prefixes_and_value_sets_in_a_tuple_space() {
    with_masks("several_prefixes_and_value_sets_in_a_tuple_space", SPACE, several_prefixes_and_value_sets);
}

fn several_prefixes_and_value_sets(program: &Program, mut c: Driven) {
    let key = 0x0a01_0203;
    // The sum of the lengths counts, and of entries of the same sum the older one.
    assert_eq!(c.call(&format!("insert_prefixes {key} 8 0 1")), 0);
    assert_eq!(c.call(&format!("insert_prefixes {key} 16 0 2")), 0);
    assert_eq!(c.call(&format!("insert_prefixes {key} 8 0 1")), EEXIST);
    assert_eq!(met_by(program, 4, (key, key)).0, 1);
    let table = program.table("prefixes").unwrap();
    table.insert(&table.entry(&["10.0.0.0/8", "10.1.2.3/32"], "put", &["3"], None).unwrap()).unwrap();
    assert_eq!(met_by(program, 4, (key, key)).0, 3);
    assert_eq!(table.entries().unwrap().len(), 3);
    assert_eq!(c.call(&format!("delete_prefixes {key} 8")), 0);
    assert_eq!(c.call(&format!("delete_prefixes {key} 8")), ENOENT);
    assert_eq!(met_by(program, 4, (key, key)).0, 3);

    let set = program.table("known").unwrap();
    assert_eq!(c.call("insert_set 3 0xff"), 0);
    assert_eq!(c.call("insert_set 0x103 0xff"), EEXIST);
    assert_eq!([0x103, 0x104].map(|a| met_by(program, 4, (a, 0)).1), [1, 0]);
    assert_eq!(set.entries().unwrap().len(), 1);
    set.insert(&set.element(&["4&&&0xff"]).unwrap()).unwrap();
    assert_eq!(c.call("delete_set 4 0xff"), 0);
    assert_eq!([0x103, 0x104].map(|a| met_by(program, 4, (a, 0)).1), [1, 0]);
    // As many elements as it holds.
    if set.capacity() == u64::from(VECTORS) {
        for value in 1..VECTORS {
            assert_eq!(c.call(&format!("insert_set {} 0xfff", value << 4)), 0);
        }
        assert_eq!(c.call("insert_set 0x555 0xfff"), E2BIG);
        assert_eq!(met_by(program, 4, (0xfff0, 0)).1, 0);
        for value in 1..VECTORS {
            assert_eq!(met_by(program, 4, (value << 4, 0)).1, 1);
            assert_eq!(c.call(&format!("delete_set {} 0xfff", value << 4)), 0);
        }
    }
    assert_eq!(c.call("delete_set 3 0xff"), 0);
    assert_eq!(met_by(program, 4, (0x103, 0)).1, 0);
    assert_eq!(set.entries().unwrap().len(), 0);
}

/// Ranges of 64 bits, whose bounds have some bytes in common.
#[test]
fn wide_ranges_in_bit_vectors() {
    with_masks("wide_ranges_in_bit_vectors", VECTORS, |program, mut c| {
        let table = program.table("in_range").unwrap();
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let mut ranges: Vec<(u64, u64, u32)> = Vec::new();
        let mut met = 0;
        for by in 1..300u32 {
            let low = random.of_bits(64);
            let high = (low | random.of_bits(64)).max(low);
            if ranges.len() < VECTORS as usize && ranges.iter().all(|range| (range.0, range.1) != (low, high))
            {
                match random.below(2) {
                    0 => assert_eq!(c.call(&format!("insert_range {low} {high} {by} {by}")), 0),
                    _ => {
                        let text = format!("{low}..{high}");
                        let entry = table.entry(&[&text], "put", &[&by.to_string()], Some(by)).unwrap();
                        table.insert(&entry).unwrap();
                    }
                }
                ranges.push((low, high, by));
            } else {
                let (low, high, priority) = ranges.remove(random.below(ranges.len() as u64) as usize);
                match random.below(2) {
                    0 => assert_eq!(c.call(&format!("delete_range {low} {high} {priority}")), 0),
                    _ => {
                        table
                            .delete(&table.keys(&[&format!("{low}..{high}")]).unwrap(), Some(priority))
                            .unwrap();
                    }
                }
            }
            for (low, high, _) in ranges.clone() {
                for key in [low, low.wrapping_sub(1), high, high.wrapping_add(1), low + (high - low) / 2] {
                    let found = ranges.iter().filter(|range| (range.0..=range.1).contains(&key));
                    let wanted = found.map(|range| range.2).max().unwrap_or(0);
                    met += u32::from(wanted > 0);
                    assert_eq!(met_by(program, 5, ((key >> 32) as u32, key as u32)).0, wanted, "{key:x}");
                }
            }
        }
        assert!(met > 1000, "{met}");
    });
}

#[test]
fn members_in_bit_vectors() {
    with_masks("members_in_bit_vectors", VECTORS, |program, mut c| {
        let table = program.table("masked").unwrap();
        for member in 1..3 {
            assert_eq!(c.call(&format!("member {member} 0 0 {}", 1000 + member)), 0);
        }
        assert_eq!(c.call("insert_masked 0x10 0xf0 0 1"), 0);
        assert_eq!(c.call("insert_masked 0x10 0xf0 0 2"), EEXIST);
        assert_eq!([0x10, 0x1f, 0x20].map(|a| met_by(program, 6, (a, 0)).0), [1001, 1001, 0]);
        let keys = table.keys(&["0x10&&&0xf0"]).unwrap();
        assert_eq!(table.find(&keys, Some(7)).unwrap().target, Target::Member(1));
        assert_eq!(c.call("update_masked 0x10 0xf0 0 2"), 0);
        assert_eq!(met_by(program, 6, (0x1f, 0)).0, 1002);
        table.modify(&Entry::new(keys, Some(7), Target::Member(1))).unwrap();
        assert_eq!(met_by(program, 6, (0x1f, 0)).0, 1001);
        assert_eq!(c.call("delete_masked 0x10 0xf0"), 0);
        assert_eq!(table.entries().unwrap().len(), 0);
    });
}
