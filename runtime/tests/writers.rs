//! Several processes change one table of a running program: nothing that one of them writes is lost by what another one does. Each process is
//! this test binary once more, which finds the program by its device as any control plane does.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "it is a test"
)]

use p4xdp_runtime::load::{Options, load};
use p4xdp_runtime::storage;
use p4xdp_runtime::tables::{Change, Entry, Table, TableError};
use p4xdp_runtime::{Object, Program};
use p4xdp_test_support::space::{TWO_PAIRS, inside};
use p4xdp_test_support::switch;
use std::process::{Child, Command, Stdio};

/// Entries that a process inserts.
const ENTRIES: u32 = 1000;

/// What a process is told to do, in this variable: a verb, and the first key.
const TASK: &str = "P4XDP_WRITER";

/// The switch with room for 4,096 entries in `ingress.small`, an array: whether a slot is free is read before it is written.
fn roomy() -> Object {
    const SLOTS: u32 = 4096;
    let mut manifest = switch::manifest(u64::from(SLOTS));
    manifest.view.tables[2].keys[0].param.width = 16;
    let bytes = switch::compile(&manifest.encode().unwrap(), u64::from(SLOTS), &[]);
    Object::from_bytes("switch.o", bytes).unwrap()
}

fn entry(table: &Table<'_>, key: u32, action: &str, args: &[&str]) -> Entry {
    table.entry(&[&key.to_string()], action, args, None).unwrap()
}

/// The part of a process; its standard output is how many entries it inserted.
#[test]
fn task() {
    let Ok(task) = std::env::var(TASK) else { return };
    let (verb, first) = task.split_once(' ').unwrap();
    let keys = first.parse::<u32>().unwrap()..first.parse::<u32>().unwrap() + ENTRIES;
    let program = Program::by_device("a0").unwrap();
    let table = program.table("small").unwrap();
    let mut inserted = 0;
    for (round, key) in (0u32..).zip(keys) {
        match verb {
            "insert" => match table.insert(&entry(&table, key, "drop", &[])) {
                Ok(()) => inserted += 1,
                Err(error) if matches!(error.of(), Some(TableError::Duplicate { .. })) => {}
                Err(error) => panic!("{error}"),
            },
            // Ten entries a set.
            "modify" => {
                let port = round.to_string();
                let change =
                    |key| Change::Entry(storage::Change::Modify(entry(&table, key, "forward", &[&port])));
                let first = key - round;
                table.apply(&(first..first + 10).map(change).collect::<Vec<_>>()).unwrap();
            }
            verb => panic!("{verb}"),
        }
    }
    println!("inserted {inserted};");
}

fn begin(verb: &str, first: u32) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "task", "--nocapture"])
        .env(TASK, format!("{verb} {first}"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// How many entries the process inserted.
fn end(child: Child) -> u32 {
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    let (_, number) = text.split_once("inserted ").unwrap();
    number.split(';').next().unwrap().parse().unwrap()
}

fn loaded() -> Program {
    load(&roomy(), &["a0"], &Options { no_pins: true, ..Options::default() }).unwrap().program
}

#[test]
fn disjoint_entries_are_all_there_while_a_third_process_modifies() {
    inside("disjoint_entries_are_all_there_while_a_third_process_modifies", &TWO_PAIRS, || {
        let program = loaded();
        let table = program.table("small").unwrap();
        for key in 3000..3010 {
            table.insert(&entry(&table, key, "drop", &[])).unwrap();
        }
        let writers = [begin("insert", 0), begin("insert", ENTRIES), begin("modify", 3000)];
        assert_eq!(writers.map(end), [ENTRIES, ENTRIES, 0]);
        let entries = table.entries().unwrap();
        assert_eq!(entries.len() as u32, 2 * ENTRIES + 10);
        for (at, (_, found)) in (0u32..).zip(&entries) {
            let wanted = match at {
                0..2000 => entry(&table, at, "drop", &[]),
                _ => entry(&table, at + 1000, "forward", &["999"]),
            };
            assert_eq!(*found, wanted);
        }
    });
}

#[test]
fn an_entry_is_inserted_by_one_process_alone() {
    inside("an_entry_is_inserted_by_one_process_alone", &TWO_PAIRS, || {
        let program = loaded();
        for round in 0..3 {
            let writers = [begin("insert", round * ENTRIES), begin("insert", round * ENTRIES)];
            assert_eq!(writers.map(end).iter().sum::<u32>(), ENTRIES, "in round {round}");
        }
        let table = program.table("small").unwrap();
        assert_eq!(table.len().unwrap(), u64::from(3 * ENTRIES));
    });
}
