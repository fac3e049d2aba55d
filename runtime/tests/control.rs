//! Tables, counters, events and default actions of a program that is loaded but attached to nothing: `BPF_PROG_TEST_RUN` shows
//! what the program makes of them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "it is a test")]

use p4xdp_control::manifest::Manifest;
use p4xdp_runtime::cells::Cell;
use p4xdp_runtime::tables::{Count, Origin, Table};
use p4xdp_runtime::testrun::Verdict;
use p4xdp_runtime::{Program, load};
use p4xdp_test_support::switch;
use p4xdp_test_support::switch::{Variant, frame, ipv4, privileged};
use std::time::Duration;

/// The switch, loaded; nothing where the test is passed over.
fn program() -> Option<Program> {
    privileged().then(|| load::load_detached(&switch::object(&Variant::default()), 0).unwrap())
}

/// The same with this manifest and these macros defined.
fn program_with(manifest: &Manifest, define: &str) -> Option<Program> {
    let bytes = || switch::compile(&manifest.encode().unwrap(), 256, &[define.into()]);
    let object = || p4xdp_runtime::Object::from_bytes("switch.o", bytes()).unwrap();
    privileged().then(|| load::load_detached(&object(), 0).unwrap())
}

fn insert(table: &Table<'_>, key: &str, action: &str, args: &[&str]) -> Result<(), String> {
    let entry = table.entry(&[key], action, args, None).map_err(|error| error.to_string())?;
    table.insert(&entry).map_err(|error| error.to_string())
}

fn delete(table: &Table<'_>, key: &str) -> Result<(), String> {
    let keys = table.keys(&[key]).map_err(|error| error.to_string())?;
    table.delete(&keys, None).map_err(|error| error.to_string())
}

fn dump(table: &Table<'_>) -> Vec<String> {
    let line = |(_, entry): (Origin, p4xdp_runtime::tables::Entry)| {
        let keys = table.keys_text(&entry.keys);
        format!("{keys} -> {}", table.target_text(&entry.target))
    };
    table.entries().unwrap().into_iter().map(line).collect()
}

fn verdict(program: &Program, packet: &[u8]) -> Verdict {
    program.run(packet, None).unwrap().0
}

#[test]
fn exact_table() {
    let Some(program) = program() else { return };
    let mac = program.table("mac").unwrap();
    assert_eq!(dump(&mac), ["hdr.eth.dst=00:00:00:00:00:ee -> ingress.drop()"]);
    assert_eq!(verdict(&program, &frame(0xee, 2, 0x1234)), Verdict::Drop);
    assert_eq!(verdict(&program, &frame(0xef, 2, 0x1234)), Verdict::Pass);

    insert(&mac, "00:00:00:00:00:01", "forward", &["7"]).unwrap();
    insert(&mac, "hdr.eth.dst=2", "ingress.reply", &[]).unwrap();
    insert(&mac, "dst=0x3", "forward", &["port=0x10"]).unwrap();
    assert_eq!(
        dump(&mac),
        [
            "hdr.eth.dst=00:00:00:00:00:01 -> ingress.forward(port=7)",
            "hdr.eth.dst=00:00:00:00:00:02 -> ingress.reply()",
            "hdr.eth.dst=00:00:00:00:00:03 -> ingress.forward(port=16)",
            "hdr.eth.dst=00:00:00:00:00:ee -> ingress.drop()",
        ]
    );
    assert_eq!(verdict(&program, &frame(1, 2, 0x1234)), Verdict::Redirect);
    assert_eq!(verdict(&program, &frame(2, 2, 0x1234)), Verdict::Tx);

    let full = "table `ingress.mac` is full: it holds 4 entries";
    assert_eq!(insert(&mac, "9", "drop", &[]).unwrap_err(), full);
    let duplicate = "table `ingress.mac` has an entry for hdr.eth.dst=00:00:00:00:00:02; modify it instead";
    assert_eq!(insert(&mac, "2", "drop", &[]).unwrap_err(), duplicate);
    mac.modify(&mac.entry(&["2"], "drop", &[], None).unwrap()).unwrap();
    assert_eq!(verdict(&program, &frame(2, 2, 0x1234)), Verdict::Drop);
    delete(&mac, "2").unwrap();
    let missing = "table `ingress.mac` has no entry for hdr.eth.dst=00:00:00:00:00:02";
    assert_eq!(delete(&mac, "2").unwrap_err(), missing);
    assert!(mac.modify(&mac.entry(&["2"], "drop", &[], None).unwrap()).is_err());
    assert_eq!(mac.clear().unwrap(), 3);
    assert!(mac.is_empty().unwrap());
    assert_eq!(verdict(&program, &frame(0xee, 2, 0x1234)), Verdict::Pass);
}

#[test]
fn bad_input() {
    let Some(program) = program() else { return };
    let mac = program.table("ingress.mac").unwrap();
    let cases: [(&str, &str, &[&str], &str); 12] = [
        (
            "1",
            "forwrd",
            &["1"],
            "there is no action `forwrd` in table `ingress.mac`; did you mean `ingress.forward`?",
        ),
        ("1", "forward", &[], "action `forward` needs a value for `port`"),
        ("1", "forward", &["1", "2"], "action `forward` has 1 argument, 2 given"),
        ("1", "forward", &["prt=1"], "there is no parameter `prt` in action `forward`; did you mean `port`?"),
        (
            "1",
            "forward",
            &["0x100000000"],
            "`0x100000000` does not fit `port`, which has 32 bits: 0x0 to 0xffffffff",
        ),
        (
            "0x1000000000000",
            "drop",
            &[],
            "`0x1000000000000` does not fit `hdr.eth.dst`, which has 48 bits: 0x0 to 0xffffffffffff",
        ),
        ("10.0.0.1", "drop", &[], "`10.0.0.1` is an IPv4 address of 32 bits, but `hdr.eth.dst` has 48"),
        (
            "nonsense",
            "drop",
            &[],
            "`nonsense` is not a value for `hdr.eth.dst`: give a number, a MAC or IP address",
        ),
        ("dts=1", "drop", &[], "there is no key `dts` in table `ingress.mac`; did you mean `hdr.eth.dst`?"),
        (
            "1/8",
            "drop",
            &[],
            "`1/8` does not suit key `hdr.eth.dst`, whose match kind is exact: give one value",
        ),
        (
            "1&&&1",
            "drop",
            &[],
            "`1&&&1` does not suit key `hdr.eth.dst`, whose match kind is exact: give one value",
        ),
        ("*", "drop", &[], "`*` does not suit key `hdr.eth.dst`, whose match kind is exact: give one value"),
    ];
    for (key, action, args, message) in cases {
        assert_eq!(insert(&mac, key, action, args).unwrap_err(), message);
    }
    let none = program.table("mca").err().unwrap().to_string();
    assert_eq!(none, "there is no table `mca`; did you mean `ingress.mac`?");
    let keys = mac.keys(&["1", "2"]).unwrap_err().to_string();
    assert_eq!(keys, "table `ingress.mac` has 1 key, 2 given");
    let route = program.table("route").unwrap();
    let long = insert(&route, "10.0.0.0/33", "drop", &[]).unwrap_err();
    assert_eq!(long, "a prefix of 33 bits is longer than key `hdr.ip.dst`, which has 32");
    let ones = insert(&route, "10.0.0.1/8", "drop", &[]).unwrap_err();
    assert_eq!(ones, "`10.0.0.1/8` has ones that its prefix does not cover; did you mean `10.0.0.0/8`?");
    let ones = insert(&route, "0xa000001/8", "drop", &[]).unwrap_err();
    assert_eq!(ones, "`0xa000001/8` has ones that its prefix does not cover; did you mean `0xa000000/8`?");
    let ones = insert(&route, "167772161/8", "drop", &[]).unwrap_err();
    assert_eq!(ones, "`167772161/8` has ones that its prefix does not cover; did you mean `167772160/8`?");
    let small = program.table("small").unwrap();
    let constant = small.set_default(&small.call("drop", &[]).unwrap()).unwrap_err().to_string();
    assert_eq!(constant, "table `ingress.small` cannot be changed: its default action is `const`");
}

#[test]
fn prefix_table() {
    let Some(program) = program() else { return };
    let route = program.table("route").unwrap();
    insert(&route, "10.0.0.0/8", "drop", &[]).unwrap();
    insert(&route, "10.1.0.0/16", "reply", &[]).unwrap();
    insert(&route, "10.1.2.3", "forward", &["1"]).unwrap();
    assert_eq!(
        dump(&route),
        [
            "hdr.ip.dst=10.0.0.0/8 -> ingress.drop()",
            "hdr.ip.dst=10.1.0.0/16 -> ingress.reply()",
            "hdr.ip.dst=10.1.2.3/32 -> ingress.forward(port=1)",
        ]
    );
    assert_eq!(verdict(&program, &ipv4([10, 9, 9, 9])), Verdict::Drop);
    assert_eq!(verdict(&program, &ipv4([10, 1, 9, 9])), Verdict::Tx);
    assert_eq!(verdict(&program, &ipv4([10, 1, 2, 3])), Verdict::Redirect);
    assert_eq!(verdict(&program, &ipv4([11, 1, 2, 3])), Verdict::Pass);

    assert!(insert(&route, "10.1.0.0/16", "drop", &[]).unwrap_err().contains("has an entry"));
    assert!(delete(&route, "10.1.0.0/17").unwrap_err().contains("has no entry"));
    assert!(route.modify(&route.entry(&["10.0.0.0/15"], "drop", &[], None).unwrap()).is_err());
    assert!(route.get(&route.keys(&["10.0.0.0/15"]).unwrap(), None).unwrap().is_none());
    assert!(route.get(&route.keys(&["10.1.0.0/16"]).unwrap(), None).unwrap().is_some());
    route.modify(&route.entry(&["10.1.0.0/16"], "pass", &[], None).unwrap()).unwrap();
    assert_eq!(verdict(&program, &ipv4([10, 1, 9, 9])), Verdict::Pass);
    delete(&route, "10.1.0.0/16").unwrap();
    assert_eq!(verdict(&program, &ipv4([10, 1, 9, 9])), Verdict::Drop);
    insert(&route, "*", "drop", &[]).unwrap();
    assert_eq!(verdict(&program, &ipv4([11, 1, 2, 3])), Verdict::Drop);
    for i in 0..13 {
        insert(&route, &format!("20.{i}.0.0/16"), "drop", &[]).unwrap();
    }
    assert!(insert(&route, "21.0.0.0/16", "drop", &[]).unwrap_err().contains("is full: it holds 16"));
    assert_eq!(route.clear().unwrap(), 16);
}

#[test]
fn array_table() {
    let Some(program) = program() else { return };
    let small = program.table("small").unwrap();
    assert!(small.is_empty().unwrap());
    insert(&small, "5", "NoAction", &[]).unwrap();
    insert(&small, "6", "drop", &[]).unwrap();
    assert_eq!(dump(&small), ["last=5 -> NoAction()", "last=6 -> ingress.drop()"]);
    assert_eq!(verdict(&program, &frame(1, 6, 0x1234)), Verdict::Drop);
    assert_eq!(verdict(&program, &frame(1, 5, 0x1234)), Verdict::Pass);
    assert!(insert(&small, "6", "drop", &[]).unwrap_err().contains("has an entry"));
    assert!(insert(&small, "256", "drop", &[]).unwrap_err().contains("does not fit"));
    small.modify(&small.entry(&["6"], "reply", &[], None).unwrap()).unwrap();
    assert_eq!(verdict(&program, &frame(1, 6, 0x1234)), Verdict::Tx);
    delete(&small, "6").unwrap();
    assert!(delete(&small, "6").unwrap_err().contains("has no entry"));
    assert_eq!(verdict(&program, &frame(1, 6, 0x1234)), Verdict::Pass);
}

#[test]
fn default_actions() {
    let Some(program) = program() else { return };
    let (mac, route) = (program.table("mac").unwrap(), program.table("route").unwrap());
    assert_eq!(mac.call_text(&mac.default_action().unwrap()), "NoAction()");
    assert_eq!(route.call_text(&route.default_action().unwrap()), "ingress.pass()");
    mac.set_default(&mac.call("forward", &["9"]).unwrap()).unwrap();
    assert_eq!(mac.call_text(&mac.default_action().unwrap()), "ingress.forward(port=9)");
    assert_eq!(route.call_text(&route.default_action().unwrap()), "ingress.pass()");
    assert_eq!(verdict(&program, &frame(1, 2, 0x1234)), Verdict::Redirect);
    mac.reset_default().unwrap();
    route.set_default(&route.call("drop", &[]).unwrap()).unwrap();
    assert_eq!(verdict(&program, &frame(1, 2, 0x1234)), Verdict::Drop);
}

#[test]
fn counters() {
    let Some(program) = program() else { return };
    let seen = program.counter("seen").unwrap();
    for _ in 0..3 {
        verdict(&program, &frame(1, 2, 0x1234));
    }
    assert_eq!(seen.read_count(0).unwrap(), Count { packets: 3, bytes: 180 });
    assert_eq!(seen.dump_counts().unwrap(), [(0, Count { packets: 3, bytes: 180 })]);
    let beyond = seen.read_count(8).unwrap_err().to_string();
    assert_eq!(beyond, "counter `ingress.seen` has indices 0 to 7, not 8");
    seen.write_count(1, Count { packets: 5, bytes: 6 }).unwrap();
    assert_eq!(seen.read_count(1).unwrap(), Count { packets: 5, bytes: 6 });
    assert_eq!(seen.reset().unwrap(), 2);
    assert!(seen.dump_counts().unwrap().is_empty());
    let unknown = program.counter("sene").unwrap_err().to_string();
    assert_eq!(unknown, "there is no counter `sene`; did you mean `ingress.seen`?");
}

/// The program with cells of two numbers, guarded by a lock.
fn with_locked_cells() -> Option<Program> {
    use p4xdp_control::manifest::cells::Field;
    use p4xdp_control::manifest::{CellKind, Cells, Extern, ExternKind};
    use p4xdp_control::storage::{ByteOrder, Place};
    use p4xdp_control::view::Param;
    let at = |offset| Place { offset, size: 4, order: ByteOrder::Host };
    let mut manifest = switch::manifest(256);
    manifest.externs.push(Extern {
        name: "ingress.range".into(),
        extern_type: "register".into(),
        kind: ExternKind::Cells(Cells {
            kind: CellKind::Register,
            map: "ranges".into(),
            per_cpu: false,
            sparse: false,
            locked: true,
            size: 4,
            base: 0,
            value_size: 64,
            fields: vec![
                Field::new(Param::new("low", 32), at(4)).at_least(1),
                Field::new(Param::new("high", 32), at(56)).not_below("low"),
            ],
        }),
    });
    program_with(&manifest, "LOCKED")
}

/// Packets see a cell as it was written, as a whole, and whoever reads it has what was written.
#[test]
fn cells_with_a_lock_are_written_as_wholes() {
    let Some(program) = with_locked_cells() else { return };
    let range = program.register("range").unwrap();
    let cell = |low: u32, high: u32| Cell(vec![low.into(), high.into()]);
    let refused = |low, high| range.write(1, &cell(low, high)).unwrap_err().to_string();
    assert_eq!(refused(0, 5), "`low` of register `ingress.range` is at least 1, not 0");
    assert_eq!(refused(6, 5), "`high` of register `ingress.range` is not below `low`: 5 is less than 6");
    assert!(range.write(4, &cell(1, 1)).unwrap_err().to_string().contains("has indices 0 to 3, not 4"));
    range.write(1, &cell(5, 6)).unwrap();
    assert_eq!(range.dump().unwrap(), [(1, cell(5, 6))]);
    // Nothing is what it was at the start, also if nobody may write it.
    assert_eq!(range.reset().unwrap(), 1);
    assert!(range.dump().unwrap().is_empty());

    let done = std::sync::atomic::AtomicBool::new(false);
    let mut writes = 0;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            program.measure(&frame(1, 2, 0x1234), 20, 100_000).unwrap();
            done.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        while !done.load(std::sync::atomic::Ordering::Relaxed) {
            writes += 1;
            range.write(0, &cell(writes, writes)).unwrap();
            assert_eq!(range.read(0).unwrap(), cell(writes, writes));
        }
    });
    assert!(writes > 3, "{writes}");
    let halves = program.counter("seen").unwrap().read_count(7).unwrap();
    assert_eq!(halves.packets, 0, "after {writes} writes");
}

#[test]
fn events() {
    let Some(program) = program() else { return };
    let events = program.events("").unwrap();
    let packet = frame(0x0102_0304_0506, 2, 0x88b5);
    verdict(&program, &packet);
    let read = events.read(Duration::from_secs(1)).unwrap();
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].fields, [60u32.into()]);
    assert_eq!(read[0].packet, packet);
    assert_eq!(events.lost(), 0);
}

#[test]
fn verifier() {
    if !privileged() {
        return;
    }
    let verdict = p4xdp_runtime::verify::verify(&switch::object(&Variant::default())).unwrap();
    let program = &verdict.programs[0];
    assert!(program.instructions > 50 && program.instructions < 500, "{verdict:?}");
    assert!(program.processed > 50 && program.processed < 2000, "{verdict:?}");
    assert!(program.stack.iter().sum::<u32>() >= 8 && program.stack.len() == 1, "{verdict:?}");
    assert_eq!(verdict.maps, 8, "{verdict:?}");

    let wrong = Variant { defines: vec!["WRONG".into()], ..Variant::default() };
    let object = switch::object(&wrong);
    for error in
        [p4xdp_runtime::verify::verify(&object).unwrap_err(), load::load_detached(&object, 0).unwrap_err()]
    {
        let Some(refusal) = error.of::<p4xdp_runtime::refusal::Refusal>() else { panic!("{error}") };
        assert!(refusal.reason.contains("packet"), "{refusal:?}");
        assert_eq!(refusal.p4_line.as_deref(), Some("switch.p4:42"), "{refusal:?}");
        assert!(refusal.c_line.as_ref().unwrap().0.starts_with("u16 type"), "{refusal:?}");
    }
}

#[test]
fn a_log_that_is_not_utf8_is_an_error_and_no_crash() {
    if !privileged() {
        return;
    }
    // The verifier quotes the line that it refuses, which has a byte of Latin-1.
    let source = switch::SOURCE.replace("switch.p4:42", "switch.p4:42 \u{1}");
    let source: Vec<u8> = source.bytes().map(|byte| if byte == 1 { 0xe9 } else { byte }).collect();
    let manifest = switch::manifest(256).encode().unwrap();
    let bytes = switch::compile_source(&source, &manifest, 256, &["WRONG".into()]);
    let object = p4xdp_runtime::Object::from_bytes("switch.o", bytes).unwrap();
    for error in
        [p4xdp_runtime::verify::verify(&object).unwrap_err(), load::load_detached(&object, 0).unwrap_err()]
    {
        let Some(refusal) = error.of::<p4xdp_runtime::refusal::Refusal>() else { panic!("{error}") };
        assert!(refusal.reason.contains("packet"), "{refusal:?}");
        assert!(refusal.c_line.as_ref().unwrap().0.contains("switch.p4:42 \u{fffd}"), "{refusal:?}");
    }
}

/// The table `ingress.mac` with a direct counter beside the action.
fn with_direct_counter() -> Option<Program> {
    use p4xdp_control::manifest::cells::{Field, PACKETS};
    use p4xdp_control::manifest::{CellKind, Cells, Direct, DirectExtern, FreeNumbers};
    use p4xdp_control::storage::{ByteOrder, Place, Storage};
    let host = |offset, size| Place { offset, size, order: ByteOrder::Host };
    let mut manifest = switch::manifest(256);
    let mac = &mut manifest.tables[0];
    let cells = Cells {
        kind: CellKind::Counter,
        map: "hits".into(),
        per_cpu: true,
        sparse: false,
        locked: false,
        size: 8,
        base: 0,
        value_size: 8,
        fields: vec![Field::count(PACKETS, host(0, 8))],
    };
    mac.direct = Some(Direct {
        number: Some(host(4, 4)),
        first: 2,
        numbers: 8,
        free: Some(FreeNumbers { map: "free_numbers".into(), base: 0 }),
        idle: None,
        externs: vec![DirectExtern { name: "ingress.hits".into(), cells }],
    });
    mac.default = None;
    mac.actions[2] = vec![host(8, 4)];
    let Some(Storage::Hash(hash)) = &mut mac.storage else { panic!() };
    hash.value_size = 16;
    manifest.view.tables[0].default_is_const = true;
    program_with(&manifest, "DIRECT")
}

#[test]
fn no_packet_is_lost_from_a_direct_counter_while_its_entry_is_modified() {
    const PACKETS: u32 = 100_000;
    const ROUNDS: u32 = 20;
    let Some(program) = with_direct_counter() else { return };
    let mac = program.table("mac").unwrap();
    insert(&mac, "1", "drop", &[]).unwrap();
    let keys = mac.keys(&["1"]).unwrap();
    let done = std::sync::atomic::AtomicBool::new(false);
    let mut changes = 0u64;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            program.measure(&frame(1, 2, 0x1234), ROUNDS, PACKETS).unwrap();
            done.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        while !done.load(std::sync::atomic::Ordering::Relaxed) {
            let (action, args): (_, &[&str]) =
                if changes.is_multiple_of(2) { ("forward", &["7"]) } else { ("drop", &[]) };
            mac.modify(&mac.entry(&["1"], action, args, None).unwrap()).unwrap();
            changes += 1;
        }
    });
    assert!(changes > 3, "{changes}");
    let all = u64::from(PACKETS * ROUNDS);
    assert_eq!(mac.get(&keys, None).unwrap().unwrap().count.packets, all, "after {changes} changes");
    mac.set_count(&keys, None, Count { packets: 5, bytes: 0 }).unwrap();
    verdict(&program, &frame(1, 2, 0x1234));
    assert_eq!(mac.get(&keys, None).unwrap().unwrap().count.packets, 6);
}

/// More entries than there are numbers come and go: each begins at 0, and no two have the same cell.
#[test]
fn numbers_of_entries_are_found_again() {
    let Some(program) = with_direct_counter() else { return };
    let mac = program.table("mac").unwrap();
    mac.clear().unwrap();
    for round in 1..=40u64 {
        let new = round % 4 + 1;
        let _ = delete(&mac, &new.to_string());
        insert(&mac, &new.to_string(), "drop", &[]).unwrap();
        // One that is there takes no number, nor does one that has no room.
        assert!(insert(&mac, &new.to_string(), "drop", &[]).is_err());
        for _ in 0..round {
            verdict(&program, &frame(new, 2, 0x1234));
        }
        let keys = mac.keys(&[&new.to_string()]).unwrap();
        assert_eq!(mac.get(&keys, None).unwrap().unwrap().count.packets, round);
    }
    let counts: Vec<u64> = mac.entries().unwrap().iter().map(|(_, entry)| entry.count.packets).collect();
    assert_eq!(counts, [40, 37, 38, 39]);
    assert!(insert(&mac, "9", "drop", &[]).unwrap_err().contains("full"));
}

#[test]
fn speed() {
    let Some(program) = program() else { return };
    let nanoseconds = program.measure(&frame(1, 2, 0x1234), 3, 1000).unwrap();
    assert!(nanoseconds > 0 && nanoseconds < 100_000, "{nanoseconds}");
}
