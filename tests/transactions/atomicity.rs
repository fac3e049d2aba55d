//! What packets meet of transactions, and what becomes of counts, rates and idle times of entries that are put back.

use super::compiled;
use num_bigint::BigUint;
use p4xdp_runtime::cells::{Cell, CellKind};
use p4xdp_runtime::load::load_detached;
use p4xdp_runtime::storage;
use p4xdp_runtime::tables::{self, Entry, KeyMatch};
use p4xdp_runtime::transaction::{Atomicity, Change, Failure, Objects, TransactionError};
use p4xdp_runtime::{Program, owned};
use p4xdp_test_support::bpftool::privileged;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Lets traffic end, also where a test fails.
struct Until<'d>(&'d AtomicBool);

impl Drop for Until<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn packet(a: u8, b: u32, c: u16) -> Vec<u8> {
    let mut packet = vec![0, a];
    packet.extend(b.to_be_bytes());
    packet.extend(c.to_be_bytes());
    packet.resize(18, 0);
    packet
}

/// What the packet has become in the tables.
fn by(program: &Program, packet: &[u8]) -> u8 {
    program.run(packet, None).unwrap().1[8]
}

fn of(table: usize, change: storage::Change) -> Change {
    Change::Table { table, change: tables::Change::Entry(change) }
}

fn insert(table: usize, entry: &Entry) -> Change {
    of(table, storage::Change::Insert(entry.clone()))
}

fn delete(table: usize, entry: &Entry) -> Change {
    of(table, storage::Change::Delete(entry.keys.clone(), entry.priority))
}

fn nobody() -> Entry {
    Entry::new(
        vec![KeyMatch::Exact(9u8.into()), KeyMatch::Exact(9u8.into())],
        None,
        storage::ActionCall::default(),
    )
}

#[test]
fn an_entry_that_is_put_back_has_what_it_had() {
    if !privileged() {
        return;
    }
    let program = load_detached(&compiled(), 0).unwrap();
    let objects = Objects::open(&program).unwrap();
    let [hash, _, trie, masks, ..] = objects.tables() else { panic!() };
    let mut hashed = hash.entry(&["1", "5"], "set", &["3"], None).unwrap();
    hashed.idle.timeout = Some(60_000_000_000);
    hash.insert(&hashed).unwrap();
    // New entries have rates; this one has none any more.
    let rates: Vec<BigUint> = [300u32, 400, 500, 600].map(BigUint::from).to_vec();
    trie.set_all_rates(trie.direct(CellKind::Meter).unwrap(), &rates).unwrap();
    let tried = trie.entry(&["0/0"], "read", &["4"], None).unwrap();
    trie.insert(&tried).unwrap();
    trie.reset(trie.direct(CellKind::Meter).unwrap()).unwrap();
    let masked = masks.entry(&["5&&&255", "0..9"], "set", &["6"], Some(3)).unwrap();
    masks.insert(&masked).unwrap();
    for _ in 0..4 {
        program.run(&packet(1, 5, 7), None).unwrap();
    }
    std::thread::sleep(Duration::from_millis(60));
    let state = || [hash, trie, masks].map(|table| table.entries().unwrap());
    let before = state();
    assert_eq!(
        [&before[0][0].1, &before[1][0].1, &before[2][0].1].map(|entry| entry.count.packets),
        [4, 4, 4]
    );
    assert_eq!(before[1][0].1.rates, Vec::<BigUint>::new());
    let timed = |table: &Entry| {
        let mut entry = table.clone();
        entry.idle.timeout = Some(90_000_000_000);
        storage::Change::Modify(entry)
    };
    let changes = [
        of(0, timed(&hashed)),
        delete(0, &hashed),
        insert(0, &hashed),
        delete(2, &tried),
        insert(2, &tried),
        of(3, timed(&masked)),
        delete(3, &masked),
        // This one is not there.
        delete(0, &nobody()),
    ];
    let answers = objects.apply(&changes, Atomicity::RollbackOnError).unwrap();
    assert!(matches!(answers[7], Err(Failure::Refused(_))), "{answers:?}");
    assert!(
        answers[..7].iter().all(|answer| matches!(answer, Err(Failure::Undone { at: 7 }))),
        "{answers:?}"
    );
    for (before, after) in before.into_iter().flatten().zip(state().into_iter().flatten()) {
        let unused = |entry: &Entry| Duration::from_nanos(entry.idle.unused);
        if before.1.idle.timeout.is_some() {
            assert!(
                unused(&after.1) + Duration::from_millis(20) >= unused(&before.1),
                "{before:?} {after:?}"
            );
        }
        let alike = |mut entry: Entry| {
            entry.idle.unused = 0;
            entry
        };
        assert_eq!(alike(after.1), alike(before.1));
    }
}

#[test]
fn counts_go_on_while_a_write_of_them_is_undone() {
    if !privileged() {
        return;
    }
    let program = Arc::new(load_detached(&compiled(), 0).unwrap());
    let objects = owned::Objects::open(program.clone()).unwrap();
    let objects = objects.get();
    let entry = objects.tables()[0].entry(&["1", "5"], "set", &["3"], None).unwrap();
    objects.tables()[0].insert(&entry).unwrap();
    let (done, sent) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        let until = Until(&done);
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    program.run(&packet(1, 5, 7), None).unwrap();
                    sent.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let cell = Cell(vec![77u32.into(), 7000u32.into()]);
        let (keys, priority) = (entry.keys.clone(), None);
        let direct = Change::Direct {
            table: 0,
            direct: 0,
            kind: CellKind::Counter,
            keys,
            priority,
            cell: cell.clone(),
        };
        let changes = [direct, Change::Cell { cells: 0, index: 1, cell }, delete(0, &nobody())];
        for _ in 0..50 {
            let answers = objects.apply(&changes, Atomicity::RollbackOnError).unwrap();
            assert!(matches!(answers[1], Err(Failure::Undone { at: 2 })), "{answers:?}");
        }
        drop(until);
    });
    let sent = sent.load(Ordering::Relaxed);
    assert!(sent > 100, "{sent}");
    assert_eq!(objects.tables()[0].find(&entry.keys, None).unwrap().count.packets, sent);
    assert_eq!(objects.cells()[0].read_count(1).unwrap().packets, sent);
}

#[test]
fn packets_see_all_of_an_atomic_list_or_nothing() {
    if !privileged() {
        return;
    }
    let program = load_detached(&compiled(), 0).unwrap();
    let objects = Objects::open(&program).unwrap();
    let [_, array, _, masks, ..] = objects.tables() else { panic!() };
    // One of two entries is there at any time.
    let entry = |by: &str, priority| masks.entry(&["5&&&255", "*"], "set", &[by], Some(priority)).unwrap();
    let (first, second) = (entry("8", 1), entry("9", 2));
    masks.insert(&first).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let until = Until(&done);
        let traffic = scope.spawn(|| {
            let mut met = [0u64; 256];
            while !done.load(Ordering::Relaxed) {
                met[usize::from(by(&program, &packet(1, 5, 7)))] += 1;
            }
            met
        });
        for _ in 0..100 {
            for (old, new) in [(&first, &second), (&second, &first)] {
                let changes = [delete(3, old), insert(3, new)];
                let answers = objects.apply(&changes, Atomicity::DataplaneAtomic).unwrap();
                assert!(answers.iter().all(Result::is_ok), "{answers:?}");
                // The second change cannot be made, so neither is.
                let answers = objects.apply(&[delete(3, new), delete(3, old)], Atomicity::DataplaneAtomic);
                let answers = answers.unwrap();
                assert!(matches!(answers[0], Err(Failure::NotTried { at: 1 })), "{answers:?}");
                assert!(matches!(answers[1], Err(Failure::Refused(_))), "{answers:?}");
            }
        }
        drop(until);
        let met = traffic.join().unwrap();
        assert!(met[8] > 0 && met[9] > 0, "{met:?}");
        assert_eq!(met.iter().sum::<u64>(), met[8] + met[9], "{met:?}");
    });
    // A single change of any table is one step; others say why not.
    let slot = |key: &str| insert(1, &array.entry(&[key], "set", &["1"], None).unwrap());
    assert!(objects.apply(&[slot("1")], Atomicity::DataplaneAtomic).unwrap()[0].is_ok());
    let refused = |changes: &[Change]| objects.apply(changes, Atomicity::DataplaneAtomic).unwrap_err();
    let error = refused(&[slot("2"), slot("3")]);
    assert!(error.to_string().contains("one by one"), "{error}");
    assert_eq!(array.len().unwrap(), 1);
    let error = refused(&[slot("2"), delete(3, &first)]);
    let error = error.of::<TransactionError>().unwrap();
    assert!(matches!(error, TransactionError::Steps { at: 1, .. }), "{error}");
    // Each entry takes three places, of which there are two.
    masks.clear().unwrap();
    let all: Vec<Entry> = (1..65).map(|priority| entry("4", priority)).collect();
    masks.insert_each(&all, Err).unwrap();
    let modified = all.iter().map(|entry| of(3, storage::Change::Modify(entry.clone())));
    let again: Vec<Change> = modified
        .chain(all.iter().map(|entry| delete(3, entry)))
        .chain(all.iter().map(|entry| insert(3, entry)))
        .collect();
    let error = refused(&again);
    assert!(error.to_string().contains("too often"), "{error}");
    assert_eq!(masks.entries().unwrap().len(), 64);
    assert!(objects.apply(&again, Atomicity::RollbackOnError).unwrap().iter().all(Result::is_ok));
    assert!(objects.apply(&[], Atomicity::DataplaneAtomic).unwrap().is_empty());
    let none = Change::Cell { cells: 99, index: 0, cell: Cell::default() };
    let answers = program.transaction(&[none], Atomicity::ContinueOnError).unwrap();
    assert!(answers[0].as_ref().unwrap_err().to_string().contains("none has position 99"), "{answers:?}");
}
