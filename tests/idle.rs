//! Idle timeouts where packet tests do not look: who is told and when, programs that are replaced, and the command line. What packets do to
//! entries of each kind is `testdata/packets/v1model_idle`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failing test may panic")]

use p4xdp::driver::Codegen;
use p4xdp_runtime::load::{Options, load, load_detached};
use p4xdp_runtime::tables::{Entry, IdleWatch, Table};
use p4xdp_runtime::{Object, Program};
use p4xdp_test_support::bpftool::privileged;
use p4xdp_test_support::command::binary;
use p4xdp_test_support::program::{generate, object, of_file, of_text};
use p4xdp_test_support::root;
use p4xdp_test_support::space::{TWO_PAIRS, inside, with_object};
use std::time::{Duration, Instant};

const PROGRAM: &str = "testdata/packets/v1model_idle.p4";
/// The longest tick of a kernel, and what a machine under load makes of it.
const A_WHILE: Duration = Duration::from_millis(200);

fn compiled() -> Object {
    let output = generate(of_file(&root().join(PROGRAM)), &Codegen::default()).unwrap();
    Object::open(&object("idle", &output).path).unwrap()
}

/// The same program, but that its text is changed.
fn changed(from: &str, to: &str) -> Object {
    let text = std::fs::read_to_string(root().join(PROGRAM)).unwrap();
    assert!(text.contains(from));
    let output = generate(of_text("changed.p4", &text.replace(from, to)), &Codegen::default()).unwrap();
    Object::open(&object("idle_changed", &output).path).unwrap()
}

/// A packet for table `exacts`.
fn packet(a: u16, b: u32) -> Vec<u8> {
    let mut packet = vec![0, 0];
    packet.extend(a.to_be_bytes());
    packet.extend(b.to_be_bytes());
    packet.resize(18, 0);
    packet
}

fn insert(table: &Table<'_>, b: &str, timeout: Duration) -> Entry {
    let mut entry = table.entry(&["1", b], "discard", &[], None).unwrap();
    entry.idle.timeout = Some(timeout.as_nanos() as u64);
    table.insert(&entry).unwrap();
    entry
}

fn unused(table: &Table<'_>, entry: &Entry) -> Duration {
    Duration::from_nanos(table.find(&entry.keys, None).unwrap().idle.unused)
}

#[test]
fn an_entry_is_told_once_each_time_that_it_becomes_idle_and_never_too_early() {
    if !privileged() {
        return;
    }
    let program = load_detached(&compiled(), 0).unwrap();
    let table = program.table("exacts").unwrap();
    let mut watch = IdleWatch::default();
    assert_eq!(watch.look(&table).unwrap(), (Vec::new(), None));
    let began = Instant::now();
    let short = insert(&table, "1", A_WHILE);
    let long = insert(&table, "2", Duration::from_secs(3600));
    let mut told = Vec::new();
    // When it is told, so much time has passed, and `next` does not say too much.
    while told.is_empty() {
        let (found, next) = watch.look(&table).unwrap();
        told = found;
        assert!(next.unwrap() <= Duration::from_secs(3600));
        if told.is_empty() {
            assert!(next.unwrap() <= A_WHILE);
        }
        assert!(began.elapsed() < 50 * A_WHILE);
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(began.elapsed() >= A_WHILE);
    assert_eq!(told.iter().map(|entry| &entry.keys).collect::<Vec<_>>(), [&short.keys]);
    assert!(told[0].idle.is_over());
    assert!(watch.look(&table).unwrap().0.is_empty());
    // A packet starts its time anew, and then it is told again. Nothing was deleted.
    program.run(&packet(1, 1), None).unwrap();
    assert!(watch.look(&table).unwrap().0.is_empty());
    assert!(table.idle_entries().unwrap().is_empty());
    std::thread::sleep(2 * A_WHILE);
    assert_eq!(watch.look(&table).unwrap().0.len(), 1);
    // A change of its action leaves its time alone; one that names a time sets it.
    let before = unused(&table, &short);
    table.modify(&table.entry(&["1", "1"], "forward", &["3"], None).unwrap()).unwrap();
    assert!(unused(&table, &short) >= before);
    assert_eq!(table.idle_entries().unwrap().len(), 1);
    table.modify(&short).unwrap();
    assert!(table.idle_entries().unwrap().is_empty());
    table.set_idle_timeout(&short.keys, None, None).unwrap();
    assert_eq!(table.find(&short.keys, None).unwrap().idle.timeout, None);
    // One that is gone is not told, whoever had its number, and its number begins anew.
    table.set_idle_timeout(&long.keys, None, Some(Duration::from_millis(1))).unwrap();
    std::thread::sleep(A_WHILE);
    table.delete(&long.keys, None).unwrap();
    assert!(table.idle_entries().unwrap().is_empty());
    let all = table.capacity() * 2;
    for _ in 0..all {
        let again = insert(&table, "7", Duration::from_secs(3600));
        assert!(unused(&table, &again) < A_WHILE * 10);
        table.delete(&again.keys, None).unwrap();
    }
}

#[test]
fn a_table_without_time_refuses_one() {
    if !privileged() {
        return;
    }
    let program = load_detached(&compiled(), 0).unwrap();
    let table = program.table("timeless").unwrap();
    assert!(!table.has_idle_timeout());
    let mut entry = table.entry(&["1"], "discard", &[], None).unwrap();
    entry.idle.timeout = Some(1);
    for refused in [table.insert(&entry).unwrap_err(), table.idle_entries().unwrap_err()] {
        let text = refused.to_string();
        assert!(text.starts_with("table `Ing.timeless` keeps no time of its entries"), "{text}");
    }
    assert!(table.is_empty().unwrap());
}

#[test]
fn time_goes_on_in_the_programs_that_follow() {
    inside("time_goes_on_in_the_programs_that_follow", &TWO_PAIRS, || {
        let options = Options { no_pins: true, ..Options::default() };
        let object = compiled();
        let loaded = |object: &Object, devices: &[&str]| load(object, devices, &options).unwrap().program;
        let first = loaded(&object, &["1=a0"]);
        let entry = insert(&first.table("exacts").unwrap(), "1", Duration::from_secs(3600));
        std::thread::sleep(A_WHILE);
        let is_old = |program: &Program| {
            let table = program.table("exacts").unwrap();
            let idle = table.find(&entry.keys, None).unwrap().idle;
            assert_eq!(idle.timeout, entry.idle.timeout);
            assert!(idle.unused >= A_WHILE.as_nanos() as u64 / 2, "{}", idle.unused);
        };
        is_old(&first);
        // The same map, another map, and no time at all.
        is_old(&loaded(&object, &["1=a0"]));
        let larger = changed("counters = counted;", "counters = counted; size = 2048;");
        is_old(&loaded(&larger, &["1=a0"]));
        let without = changed("support_timeout = true;", "");
        let without = loaded(&without, &["1=a0"]);
        let table = without.table("exacts").unwrap();
        assert!(table.find(&entry.keys, None).unwrap().idle.is_nothing());

        // Of two programs the entry is as old as where it was used last; its timeouts must agree.
        let (a, b) = (loaded(&object, &["1=a0"]), loaded(&object, &["2=a1"]));
        let of_a = a.table("exacts").unwrap();
        of_a.set_idle_timeout(&entry.keys, None, Some(Duration::from_secs(3600))).unwrap();
        std::thread::sleep(A_WHILE);
        let of_b = insert(&b.table("exacts").unwrap(), "1", Duration::from_secs(3600));
        let both = loaded(&object, &["1=a0", "2=a1"]);
        assert!(unused(&both.table("exacts").unwrap(), &of_b) < A_WHILE);
        drop(both);
        load(&object, &["2=a1"], &Options { reset_tables: true, ..options }).unwrap();
        let b = Program::by_device("a1").unwrap();
        insert(&b.table("exacts").unwrap(), "1", Duration::from_secs(60));
        let refused = load(&object, &["1=a0", "2=a1"], &options).unwrap_err().to_string();
        assert!(refused.contains("may be idle for another time on `a0` than on `a1`"), "{refused}");
    });
}

#[test]
fn idle_entries_are_printed_by_the_command_line() {
    let Some((_dir, object, space)) = with_object(PROGRAM, "idle") else { return };
    space.run(&[binary(), "load", "--no-pins", &object, "1=sw"]);
    let run =
        |words: &[&str]| space.run(&[&[binary(), "table", words[0], "--dev", "sw"], &words[1..]].concat());
    run(&["insert", "exacts", "1", "2", "forward", "1", "--idle-timeout", "100ms"]);
    run(&["insert", "masks", "1&&&1", "2", "forward", "1", "--priority", "4", "--idle-timeout", "1h"]);
    run(&["insert", "prefixes", "10.0.0.0/8", "forward", "1"]);
    // What becomes idle while it is looked at.
    let followed = run(&["idle", "--follow", "--seconds", "2"]);
    assert!(followed.starts_with("Ing.exacts headers.op.a=1 headers.op.b=2  (idle "), "{followed}");
    assert_eq!(followed.lines().count(), 1, "{followed}");
    let idle = run(&["idle", "exacts"]);
    assert!(idle.starts_with(&followed[..40]) && idle.ends_with(" of 100ms)\n"), "{idle}");
    let dump = run(&["dump"]);
    assert!(dump.contains(" of 100ms)\n") && dump.contains(" of 1h)\n"), "{dump}");
    assert_eq!(dump.matches("(idle ").count(), 2, "{dump}");
    run(&["modify", "exacts", "1", "2", "discard", "--idle-timeout", "0s"]);
    assert_eq!(run(&["idle"]), "");
    let refused = |words: &[&str]| {
        let output = space.try_run(&[&[binary(), "table", words[0], "--dev", "sw"], &words[1..]].concat());
        assert!(!output.status.success(), "{words:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let said = refused(&["insert", "timeless", "1", "discard", "--idle-timeout", "1s"]);
    assert!(said.contains("table `Ing.timeless` keeps no time of its entries"), "{said}");
    let said = refused(&["idle", "timeless"]);
    assert!(said.contains("keeps no time"), "{said}");
    let said = refused(&["insert", "exacts", "2", "2", "discard", "--idle-timeout", "soon"]);
    assert!(said.contains("--idle-timeout"), "{said}");
}
