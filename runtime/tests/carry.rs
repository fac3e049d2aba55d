//! What a program keeps of several that it replaces at once: all of it, or the load is refused and all stays as it was.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "it is a test")]

use p4xdp_runtime::carry::Carried;
use p4xdp_runtime::load::{Options, Report, load};
use p4xdp_runtime::tables::Count;
use p4xdp_runtime::{Error, Object, Program};
use p4xdp_test_support::space::{TWO_PAIRS, inside};
use p4xdp_test_support::switch;
use p4xdp_test_support::switch::{Variant, frame};
use std::sync::atomic::{AtomicBool, Ordering};

fn options() -> Options {
    Options { no_pins: true, ..Options::default() }
}

fn plain() -> Object {
    switch::object(&Variant::default())
}

fn loaded(device: &str) -> Program {
    load(&plain(), &[device], &options()).unwrap().program
}

fn both() -> Result<Report, Error> {
    load(&plain(), &["a0", "a1"], &options())
}

fn insert(program: &Program, table: &str, key: &str, action: &str, args: &[&str]) {
    let table = program.table(table).unwrap();
    table.insert(&table.entry(&[key], action, args, None).unwrap()).unwrap();
}

fn dump(program: &Program, table: &str) -> Vec<String> {
    let table = program.table(table).unwrap();
    let line = |(_, entry): (_, p4xdp_runtime::tables::Entry)| {
        let keys = table.keys_text(&entry.keys);
        format!("{keys} {}", table.target_text(&entry.target))
    };
    table.entries().unwrap().into_iter().map(line).collect()
}

fn running(device: &str) -> u32 {
    Program::by_device(device).unwrap().id()
}

#[test]
fn entries_and_counts_of_two_devices_live_on_in_one_program() {
    inside("entries_and_counts_of_two_devices_live_on_in_one_program", &TWO_PAIRS, || {
        let (a, b) = (loaded("a0"), loaded("a1"));
        insert(&a, "route", "10.1.0.0/16", "forward", &["1"]);
        insert(&a, "route", "10.3.0.0/16", "drop", &[]);
        insert(&b, "route", "10.2.0.0/16", "forward", &["2"]);
        insert(&b, "route", "10.1.0.0/16", "forward", &["1"]);
        insert(&a, "small", "7", "drop", &[]);
        a.counter("seen").unwrap().write_count(3, Count { packets: 5, bytes: 50 }).unwrap();
        b.counter("seen").unwrap().write_count(3, Count { packets: 2, bytes: 20 }).unwrap();
        b.counter("seen").unwrap().write_count(4, Count { packets: 1, bytes: 1 }).unwrap();
        let drop = |program: &Program| {
            let mac = program.table("mac").unwrap();
            mac.set_default(&mac.call("drop", &[]).unwrap()).unwrap();
        };
        drop(&a);
        drop(&b);

        let report = both().unwrap();
        let program = report.program;
        assert_eq!(
            dump(&program, "route"),
            [
                "hdr.ip.dst=10.1.0.0/16 ingress.forward(port=1)",
                "hdr.ip.dst=10.2.0.0/16 ingress.forward(port=2)",
                "hdr.ip.dst=10.3.0.0/16 ingress.drop()"
            ]
        );
        assert_eq!(dump(&program, "small"), ["last=7 ingress.drop()"]);
        assert_eq!(dump(&program, "mac"), ["hdr.eth.dst=00:00:00:00:00:ee ingress.drop()"]);
        let mac = program.table("mac").unwrap();
        assert_eq!(mac.call_text(&mac.default_action().unwrap()), "ingress.drop()");
        let seen = program.counter("seen").unwrap();
        assert_eq!(
            seen.dump_counts().unwrap(),
            [(3, Count { packets: 7, bytes: 70 }), (4, Count { packets: 1, bytes: 1 })]
        );
        let devices = vec![vec!["a0".to_owned()], vec!["a1".to_owned()]];
        assert_eq!(
            report.carried["ingress.route"],
            Carried::Joined { devices: devices.clone(), entries: 3, lost: 0 }
        );
        assert_eq!(report.carried["ingress.mac"], Carried::Kept);
        assert_eq!(report.carried["ingress.small"], Carried::Kept, "the map of `a0` has all entries");
        assert_eq!(report.carried["ingress.seen"], Carried::Joined { devices, entries: 2, lost: 0 });
        assert_eq!(report.devices[0].replaced, Some(a.id()));
        assert_eq!(report.devices[1].replaced, Some(b.id()));
        assert_eq!(dump(&a, "route").len(), 2, "the old programs' tables are as they were");

        // One of them is loaded anew and shares its maps with the other: nothing counts twice.
        loaded("a0");
        assert_ne!(running("a0"), running("a1"));
        let again = both().unwrap();
        assert_eq!(again.carried["ingress.route"], Carried::Kept);
        assert_eq!(again.carried["ingress.seen"], Carried::Kept);
        assert_eq!(again.program.counter("seen").unwrap().read_count(3).unwrap().packets, 7);
    });
}

/// Two programs that cannot be put together, and what the refusal says of it.
fn refused(prepare: impl FnOnce(&Program, &Program), words: &[&str]) {
    let reset = Options { reset_tables: true, ..options() };
    let fresh = |device: &str| load(&plain(), &[device], &reset).unwrap().program;
    let (a, b) = (fresh("a0"), fresh("a1"));
    prepare(&a, &b);
    let before = (dump(&a, "mac"), dump(&b, "mac"), dump(&a, "route"), dump(&b, "route"));
    let text = both().unwrap_err().to_string();
    for word in words.iter().chain(&["`--reset-tables`", "all stays as it was"]) {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert_eq!((running("a0"), running("a1")), (a.id(), b.id()));
    assert_eq!(before, (dump(&a, "mac"), dump(&b, "mac"), dump(&a, "route"), dump(&b, "route")));
    let report = load(&plain(), &["a0", "a1"], &reset).unwrap();
    assert!(report.carried.is_empty() && dump(&report.program, "route").is_empty());
}

#[test]
fn what_cannot_be_put_together_is_refused_and_changes_nothing() {
    inside("what_cannot_be_put_together_is_refused_and_changes_nothing", &TWO_PAIRS, || {
        let conflicting = |a: &Program, b: &Program| {
            insert(a, "route", "10.1.0.0/16", "forward", &["1"]);
            insert(b, "route", "10.1.0.0/16", "drop", &[]);
        };
        let words = ["hdr.ip.dst=10.1.0.0/16 is ingress.forward(port=1) on `a0`, ingress.drop() on `a1`"];
        refused(conflicting, &words);
        let defaults = |a: &Program, _: &Program| {
            let mac = a.table("mac").unwrap();
            mac.set_default(&mac.call("forward", &["9"]).unwrap()).unwrap();
        };
        refused(
            defaults,
            &["ingress.mac: the default action is ingress.forward(port=9) on `a0`, NoAction() on `a1`"],
        );
        let full = |a: &Program, b: &Program| {
            for i in 0..9 {
                insert(a, "route", &format!("10.{i}.0.0/16"), "drop", &[]);
                insert(b, "route", &format!("11.{i}.0.0/16"), "drop", &[]);
            }
        };
        refused(full, &["ingress.route: the programs have 18 entries together, and it holds 16"]);
    });
}

#[test]
fn no_packet_is_lost_while_a_counter_is_reset() {
    inside("no_packet_is_lost_while_a_counter_is_reset", &TWO_PAIRS, || {
        const PACKETS: u32 = 100_000;
        const ROUNDS: u32 = 20;
        let program = loaded("a0");
        let counter = program.counter("seen").unwrap();
        let done = AtomicBool::new(false);
        let mut taken = Count::default();
        let mut resets = 0;
        std::thread::scope(|scope| {
            scope.spawn(|| {
                program.measure(&frame(1, 2, 0x1234), ROUNDS, PACKETS).unwrap();
                done.store(true, Ordering::Relaxed);
            });
            while !done.load(Ordering::Relaxed) {
                for (_, count) in counter.take().unwrap() {
                    taken.packets += count.packets;
                    taken.bytes += count.bytes;
                    resets += 1;
                }
            }
        });
        assert!(resets > 3, "{resets}");
        let left = counter.read_count(0).unwrap();
        let all = u64::from(PACKETS * ROUNDS);
        assert_eq!((taken.packets + left.packets, taken.bytes + left.bytes), (all, 60 * all));
    });
}

#[test]
fn no_packet_is_lost_while_programs_are_joined() {
    inside("no_packet_is_lost_while_programs_are_joined", &TWO_PAIRS, || {
        const BATCHES: u32 = 300;
        const BATCH: u32 = 32;
        let (a, b) = (loaded("a0"), loaded("a1"));
        insert(&b, "mac", "1", "drop", &[]);
        // Sends what comes from `b1` back out of it, to `a1`.
        let sender = p4xdp_runtime::load::load_detached(&plain(), 0).unwrap();
        insert(&sender, "mac", "1", "reply", &[]);
        let mut joined = None;
        std::thread::scope(|scope| {
            let flood = scope.spawn(|| {
                for _ in 0..BATCHES {
                    sender.flood(&frame(1, 2, 0x1234), 1003, BATCH).unwrap();
                    std::thread::sleep(std::time::Duration::from_millis(1));
                }
            });
            std::thread::sleep(std::time::Duration::from_millis(50));
            joined = Some(both().unwrap().program);
            flood.join().unwrap();
        });
        std::thread::sleep(std::time::Duration::from_millis(100));
        let joined = joined.unwrap();
        let before = b.counter("seen").unwrap().read_count(0).unwrap().packets;
        assert!(before > 0 && before < u64::from(BATCHES * BATCH), "{before}");
        assert_eq!(
            joined.counter("seen").unwrap().read_count(0).unwrap().packets,
            u64::from(BATCHES * BATCH)
        );
        assert_eq!(
            a.counter("seen").unwrap().read_count(0).unwrap().packets,
            u64::from(BATCHES * BATCH),
            "its map is kept"
        );
    });
}
