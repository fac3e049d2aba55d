//! Threads of one process share a program and its tables: what one of them writes is not lost by what another one does, and handles go from thread
//! to thread.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "it is a test")]

use p4xdp_runtime::cells::{CellKind, Cells};
use p4xdp_runtime::copies::Copies;
use p4xdp_runtime::load::{Options, load};
use p4xdp_runtime::profiles::Profile;
use p4xdp_runtime::storage::Storage;
use p4xdp_runtime::tables::{Count, Table, TableError};
use p4xdp_runtime::{Object, Program, owned};
use p4xdp_test_support::space::{TWO_PAIRS, inside};
use p4xdp_test_support::switch;
use std::sync::Arc;

/// Entries that a thread tries to insert.
const ENTRIES: u32 = 1000;

const fn is_shared<T: Send + Sync + ?Sized>() {}

/// It holds, or this does not compile.
const _: () = {
    is_shared::<Program>();
    is_shared::<Table<'_>>();
    is_shared::<Profile<'_>>();
    is_shared::<Copies<'_>>();
    is_shared::<Cells<'_>>();
    is_shared::<dyn Storage>();
    is_shared::<owned::Table>();
    is_shared::<owned::Profile>();
    is_shared::<owned::Copies>();
    is_shared::<owned::Cells>();
};

/// The switch with room for 4,096 entries in `ingress.small`, an array: whether a slot is free is read before it is written.
fn loaded() -> Program {
    const SLOTS: u64 = 4096;
    let mut manifest = switch::manifest(SLOTS);
    manifest.view.tables[2].keys[0].param.width = 16;
    let bytes = switch::compile(&manifest.encode().unwrap(), SLOTS, &[]);
    let object = Object::from_bytes("switch.o", bytes).unwrap();
    load(&object, &["a0"], &Options { no_pins: true, ..Options::default() }).unwrap().program
}

/// Tries to insert all entries; how many it inserted.
fn insert(table: &Table<'_>) -> u32 {
    let mut inserted = 0;
    for key in 0..ENTRIES {
        match table.insert(&table.entry(&[&key.to_string()], "drop", &[], None).unwrap()) {
            Ok(()) => inserted += 1,
            Err(error) => assert!(matches!(error.of(), Some(TableError::Duplicate { .. })), "{error}"),
        }
    }
    inserted
}

#[test]
fn an_entry_is_inserted_by_one_thread_alone() {
    inside("an_entry_is_inserted_by_one_thread_alone", &TWO_PAIRS, || {
        let program = loaded();
        let shared = program.table("small").unwrap();
        let inserted: u32 = std::thread::scope(|scope| {
            let shared = &shared;
            // One with a table of its own, and two that share one; each nests the lock.
            let own = program.table("small").unwrap();
            let threads = [
                scope.spawn(move || insert(&own)),
                scope.spawn(move || insert(shared)),
                scope.spawn(move || {
                    let _outer = p4xdp_runtime::lock::writer().unwrap();
                    insert(shared)
                }),
            ];
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(inserted, ENTRIES);
        assert_eq!(shared.len().unwrap(), u64::from(ENTRIES));
    });
}

#[test]
fn a_handle_lives_as_long_as_it_is_kept() {
    inside("a_handle_lives_as_long_as_it_is_kept", &TWO_PAIRS, || {
        let program = Arc::new(loaded());
        let table = owned::Table::open(program.clone(), "small").unwrap();
        let by_position = owned::Table::at(program.clone(), 2).unwrap();
        let counter = owned::Cells::open(program.clone(), CellKind::Counter, "seen").unwrap();
        assert!(owned::Table::at(program.clone(), 99).is_err());
        assert!(owned::Copies::open(program.clone()).is_err());
        drop(program);
        let kept = std::thread::spawn(move || {
            table.get().insert(&table.get().entry(&["7"], "drop", &[], None).unwrap()).unwrap();
            table
        });
        let table = kept.join().unwrap();
        assert_eq!(by_position.get().entries().unwrap(), table.get().entries().unwrap());
        assert_eq!(by_position.get().len().unwrap(), 1);
        counter.get().write_count(0, Count { packets: 3, bytes: 200 }).unwrap();
        assert_eq!(counter.get().read_count(0).unwrap().packets, 3);
    });
}
