//! How quickly tables are filled and read: in, a number of entries; out, entries a second through the library and by bare calls of the kernel, by turns.
//!
//! Needs root and clang: `cargo run --release -p p4xdp-runtime --example entries -- 1000000`.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement")]

use libbpf_rs::{MapCore, MapFlags, MapHandle, MapType};
use p4xdp_runtime::load::load_detached;
use p4xdp_runtime::storage::Cursor;
use p4xdp_runtime::tables::{ActionCall, Change, Entry, KeyMatch, Table};
use p4xdp_runtime::{Object, Program};
use p4xdp_test_support::switch;
use std::time::Instant;

/// Changes in a set.
const BATCH: usize = 1000;
/// Rounds, each of which has all ways once.
const ROUNDS: usize = 3;

fn loaded(count: u64) -> Program {
    let mut manifest = switch::manifest(16);
    for table in &mut manifest.tables[..2] {
        table.size = count;
    }
    let sizes = [format!("MAC_SIZE={count}"), format!("ROUTE_SIZE={count}")];
    let bytes = switch::compile(&manifest.encode().unwrap(), 16, &sizes);
    load_detached(&Object::from_bytes("switch.o", bytes).unwrap(), 0).unwrap()
}

/// Entries that no order of the table's makes easy.
fn entries(count: u64, prefixes: bool) -> Vec<Entry> {
    let number = |at: u64| at.wrapping_mul(0x9e37_79b9) as u32;
    let key = |at| match prefixes {
        true => KeyMatch::Prefix(number(at).into(), 32),
        false => KeyMatch::Exact(number(at).into()),
    };
    let call = |at: u64| ActionCall { action: 2, args: vec![((at % 64) as u32).into()] };
    (0..count).map(|at| Entry::new(vec![key(at)], None, call(at))).collect()
}

/// A map of the same kind, filled by the kernel's calls alone.
fn bare(prefixes: bool, count: u64) -> f64 {
    let kind = if prefixes { MapType::LpmTrie } else { MapType::Hash };
    let options = libbpf_sys::bpf_map_create_opts {
        sz: size_of::<libbpf_sys::bpf_map_create_opts>() as libbpf_sys::size_t,
        map_flags: if prefixes { libbpf_sys::BPF_F_NO_PREALLOC } else { 0 },
        ..Default::default()
    };
    let map = MapHandle::create(kind, Some("bare"), 8, 8, count as u32, &options).unwrap();
    let keys: Vec<[u8; 8]> = (0..count)
        .map(|at| {
            let number = (at.wrapping_mul(0x9e37_79b9) as u32).to_be_bytes();
            let mut key = [0; 8];
            key[..4].copy_from_slice(&32u32.to_ne_bytes());
            key[4..].copy_from_slice(&number);
            key
        })
        .collect();
    let start = Instant::now();
    for key in &keys {
        map.update(key, &[1; 8], MapFlags::NO_EXIST).unwrap();
    }
    count as f64 / start.elapsed().as_secs_f64()
}

fn filled(table: &Table<'_>, entries: &[Entry]) -> f64 {
    let changes: Vec<Change> = entries.iter().cloned().map(Change::insert).collect();
    let start = Instant::now();
    for set in changes.chunks(BATCH) {
        table.apply(set).unwrap();
    }
    entries.len() as f64 / start.elapsed().as_secs_f64()
}

fn read(table: &Table<'_>) -> f64 {
    let (mut cursor, mut count, start) = (Cursor::default(), 0, Instant::now());
    while !cursor.is_over() {
        count += table.scan(&mut cursor, 4096).unwrap().len();
    }
    count as f64 / start.elapsed().as_secs_f64()
}

fn found(table: &Table<'_>, entries: &[Entry]) -> f64 {
    let some: Vec<&Entry> = entries.iter().step_by(10).collect();
    let start = Instant::now();
    for entry in &some {
        assert!(table.get(&entry.keys, None).unwrap().is_some());
    }
    some.len() as f64 / start.elapsed().as_secs_f64()
}

fn main() {
    let count = std::env::args().nth(1).map_or(1_000_000, |count| count.parse().unwrap());
    let program = loaded(count);
    println!(
        "{:<8}{:>12}{:>12}{:>9}{:>12}{:>12}{:>12}",
        "table", "bare/s", "insert/s", "ratio", "scan/s", "get/s", "delete/s"
    );
    for _ in 0..ROUNDS {
        for (name, prefixes) in [("mac", false), ("route", true)] {
            let table = program.table(name).unwrap();
            table.clear().unwrap();
            let entries = entries(count, prefixes);
            let (bare, inserted) = (bare(prefixes, count), filled(&table, &entries));
            let (read, found) = (read(&table), found(&table, &entries));
            let start = Instant::now();
            table.clear().unwrap();
            let deleted = count as f64 / start.elapsed().as_secs_f64();
            let ratio = inserted / bare;
            println!(
                "{name:<8}{bare:>12.0}{inserted:>12.0}{ratio:>9.2}{read:>12.0}{found:>12.0}{deleted:>12.0}"
            );
        }
    }
}
