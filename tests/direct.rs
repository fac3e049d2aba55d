//! Direct counters and meters where packet tests do not look: entries that are code against the interpreter, changes under traffic, programs that
//! are replaced, and the command line. What packets meet of them is `testdata/packets/v1model_direct`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failing test may panic")]

use num_bigint::BigUint;
use p4xdp::driver::Codegen;
use p4xdp_midend::interp::Machine;
use p4xdp_runtime::cells::CellKind;
use p4xdp_runtime::load::{Options, load, load_detached};
use p4xdp_runtime::tables::{Count, Entry, Other, Table};
use p4xdp_runtime::{Object, Program};
use p4xdp_test_support::bpftool::privileged;
use p4xdp_test_support::command::{binary, build};
use p4xdp_test_support::program::{generate, object, of_file};
use p4xdp_test_support::root;
use p4xdp_test_support::space::{TWO_PAIRS, inside, script, with_bpffs, with_object};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

const PROGRAM: &str = "testdata/packets/v1model_direct.p4";
/// Its table `twice` has two meters, `second_of_two` two counters.
const SEVERAL: &str = "testdata/packets/psa_direct.p4";

/// The object of a program in `testdata/packets`.
fn compiled(name: &str) -> Object {
    let output = generate(of_file(&root().join(name)), &Codegen::default()).unwrap();
    Object::open(&object("direct", &output).path).unwrap()
}

/// A packet for a table, by its number in the program.
fn packet(table: u8, a: u32, b: u32) -> Vec<u8> {
    let mut packet = vec![table, 0];
    packet.extend(a.to_be_bytes());
    packet.extend(b.to_be_bytes());
    packet.resize(18, 0);
    packet
}

fn insert(table: &Table<'_>, keys: &[&str], action: &str, args: &[&str], priority: Option<u32>) -> Entry {
    let entry = table.entry(keys, action, args, priority).unwrap();
    table.insert(&entry).unwrap();
    entry
}

fn counts(table: &Table<'_>) -> Vec<u64> {
    table.entries().unwrap().iter().map(|(_, entry)| entry.count.packets).collect()
}

#[test]
fn entries_that_are_code_count_as_the_interpreter_has_it() {
    if !privileged() {
        return;
    }
    let mut machine = Machine::new(&of_file(&root().join(PROGRAM)).elaborate().unwrap()).unwrap();
    let program = load_detached(&compiled(PROGRAM), 0).unwrap();
    for table in [4, 5] {
        for (a, b) in (0..6).flat_map(|a| (0..11).map(move |b| (a, b))) {
            // Entries meet different numbers of packets.
            for _ in 0..a + b {
                machine.process(0, &packet(table, a, b));
                program.run(&packet(table, a, b), None).unwrap();
            }
        }
    }
    let mut counted = 0;
    for name in ["Ing.constants", "Ing.chained"] {
        let table = program.table(name).unwrap();
        for (_, entry) in table.entries().unwrap() {
            let wanted = machine.direct_counter(name, &entry.keys, None, None).unwrap();
            assert_eq!(entry.count.packets, wanted.packets, "{name}: {}", table.keys_text(&entry.keys));
            counted += wanted.packets;
        }
    }
    assert!(counted > 500, "{counted}");
    // They are set, too, and forgotten.
    let constants = program.table("constants").unwrap();
    let keys = constants.keys(&["2"]).unwrap();
    constants.set_count(&keys, None, Count { packets: 7, bytes: 0 }).unwrap();
    program.run(&packet(4, 2, 0), None).unwrap();
    assert_eq!(constants.get(&keys, None).unwrap().unwrap().count.packets, 8);
    constants.reset(constants.direct(CellKind::Counter).unwrap()).unwrap();
    assert_eq!(counts(&constants), [0, 0, 0]);
    // One cell takes its own rates.
    let chained = program.table("chained").unwrap();
    let (keys, rates) = (chained.entries().unwrap()[1].1.keys.clone(), numbers([0, 1, 0, 1]));
    chained.set_rates(&keys, None, &rates).unwrap();
    let colour = |a, b| program.run(&packet(5, a, b), None).unwrap().1[1];
    assert_eq!([colour(3, 1), colour(3, 1), colour(1, 1), colour(1, 1)], [0, 2, 0, 0]);
    assert!(chained.set_rates(&keys, None, &numbers([2, 1, 1, 1])).is_err());
    assert!(constants.set_rates(&keys, None, &rates).unwrap_err().to_string().contains("no direct meter"));
}

fn numbers(numbers: [u64; 4]) -> Vec<BigUint> {
    numbers.into_iter().map(BigUint::from).collect()
}

/// Changes an entry again and again while packets meet it: none is missing from its count, and its meter keeps its buckets.
fn is_exact(program: &Program, packet: &[u8], table: &str, entries: [(&[&str], &str, &[&str]); 2]) {
    const PACKETS: u32 = 100_000;
    const ROUNDS: u32 = 5;
    const MOST_ROUNDS: u32 = 1000;
    const THREADS: u32 = 2;
    let table = program.table(table).unwrap();
    let priority = table.view().has_priorities().then_some(5);
    let [first, second] =
        entries.map(|(keys, action, args)| table.entry(keys, action, args, priority).unwrap());
    table.insert(&first).unwrap();
    let (done, rounds, changes) = (AtomicU32::new(0), AtomicU32::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        // A processor's cell is its own, so it takes two for packets that count at the same time. Both may leave little to who changes the entry: they go on
        // until there were enough changes.
        for _ in 0..THREADS {
            scope.spawn(|| {
                let mut own = 0;
                while own < ROUNDS || changes.load(Ordering::Relaxed) <= 10 && own < MOST_ROUNDS {
                    program.measure(packet, 1, PACKETS).unwrap();
                    own += 1;
                }
                rounds.fetch_add(own, Ordering::Relaxed);
                done.fetch_add(1, Ordering::Relaxed);
            });
        }
        while done.load(Ordering::Relaxed) < THREADS {
            let change = changes.fetch_add(1, Ordering::Relaxed);
            table.modify(if change.is_multiple_of(2) { &second } else { &first }).unwrap();
        }
    });
    let changes = changes.into_inner();
    assert!(changes > 10, "{changes}");
    let found = table.find(&first.keys, priority).unwrap();
    let all = u64::from(PACKETS) * u64::from(rounds.into_inner());
    assert!([0, all].contains(&found.count.packets), "{} of {all}", found.count.packets);
    assert!([0, all * packet.len() as u64].contains(&found.count.bytes), "{}", found.count.bytes);
    assert!(!found.count.is_zero());
}

#[test]
fn no_packet_is_lost_while_entries_change_in_tables_of_each_kind() {
    if !privileged() {
        return;
    }
    let program = load_detached(&compiled(PROGRAM), 0).unwrap();
    let coloured: &[&str] = &["3", "0x1122334455667788"];
    is_exact(
        &program,
        &packet(0, 1, 2),
        "exacts",
        [(&["1", "2"], "forward", &["1"]), (&["1", "2"], "coloured", coloured)],
    );
    is_exact(
        &program,
        &packet(1, 0x0a01_0000, 2),
        "prefixes",
        [(&["10.0.0.0/8"], "forward", &["1"]), (&["10.0.0.0/8"], "discard", &[])],
    );
    is_exact(
        &program,
        &packet(2, 1, 2),
        "masks",
        [(&["1", "2"], "forward", &["1"]), (&["1", "2"], "masked_coloured", &["2"])],
    );
    let program = load_detached(&compiled("testdata/packets/v1model_direct_counter.p4"), 0).unwrap();
    is_exact(&program, &packet(1, 1, 2), "to", [(&["1"], "forward", &["1"]), (&["1"], "discard", &[])]);
}

#[test]
fn counts_and_rates_live_on_in_the_programs_that_follow() {
    inside("counts_and_rates_live_on_in_the_programs_that_follow", &TWO_PAIRS, || {
        let options = Options { no_pins: true, ..Options::default() };
        let object = compiled(PROGRAM);
        let loaded = |devices: &[&str]| load(&object, devices, &options).unwrap().program;
        let (a, b) = (loaded(&["1=a0"]), loaded(&["2=a1"]));
        let rates = numbers([0, 1, 0, 1]);
        for (program, packets) in [(&a, 3), (&b, 4)] {
            let exacts = program.table("exacts").unwrap();
            insert(&exacts, &["1", "2"], "discard", &[], None);
            for _ in 0..packets {
                program.run(&packet(0, 1, 2), None).unwrap();
                program.run(&packet(4, 2, 0), None).unwrap();
            }
        }
        let of_b = b.table("exacts").unwrap();
        let other = insert(&of_b, &["1", "3"], "discard", &[], None);
        of_b.set_rates(&other.keys, None, &rates).unwrap();
        let chained = b.table("chained").unwrap();
        let keys = chained.entries().unwrap()[1].1.keys.clone();
        chained.set_rates(&keys, None, &rates).unwrap();

        let is_whole = |program: &Program| {
            let exacts = program.table("exacts").unwrap();
            assert_eq!(counts(&exacts), [7, 0]);
            assert_eq!(exacts.find(&other.keys, None).unwrap().rates, rates);
            assert_eq!(counts(&program.table("constants").unwrap()), [0, 7, 0]);
            let chained = program.table("chained").unwrap().find(&keys, None).unwrap();
            assert_eq!(chained.rates, rates);
        };
        // Two programs become one; the next one keeps its maps, as the same one and as another process sees it.
        is_whole(&loaded(&["1=a0", "2=a1"]));
        let kept = loaded(&["1=a0", "2=a1"]);
        is_whole(&kept);
        kept.run(&packet(0, 1, 2), None).unwrap();
        let seen = Program::by_device("a1").unwrap();
        let exacts = seen.table("exacts").unwrap();
        assert_eq!(counts(&exacts), [8, 0]);
        // A new entry gets none of their cells.
        insert(&exacts, &["1", "4"], "discard", &[], None);
        seen.run(&packet(0, 1, 4), None).unwrap();
        assert_eq!(counts(&exacts), [8, 0, 1]);

        // Two that have other rates for an entry cannot be one.
        load(&object, &["1=a0"], &Options { reset_tables: true, ..options }).unwrap();
        let a = Program::by_device("a0").unwrap();
        let of_a = a.table("exacts").unwrap();
        insert(&of_a, &["1", "3"], "discard", &[], None);
        of_a.set_rates(&other.keys, None, &numbers([0, 2, 0, 2])).unwrap();
        let refused = load(&object, &["1=a0", "2=a1"], &options).unwrap_err().to_string();
        assert!(refused.contains("has other rates on `a0` than on `a1`"), "{refused}");
    });
}

#[test]
fn several_of_a_table_live_on_each_by_itself() {
    with_bpffs("several_of_a_table_live_on_each_by_itself", &TWO_PAIRS, || {
        let options = Options::default();
        let object = compiled(SEVERAL);
        let loaded = |devices: &[&str]| load(&object, devices, &options).unwrap().program;
        let (a, b) = (loaded(&["1=a0"]), loaded(&["2=a1"]));
        let of = |op: u8, key: u8| [&[op, key][..], &[0; 13]].concat();
        for (program, packets) in [(&a, 3), (&b, 4)] {
            let counted = program.table("second_of_two").unwrap();
            insert(&counted, &["1"], "count_few", &[], None);
            insert(&counted, &["2"], "count_both", &[], None);
            for _ in 0..packets {
                program.run(&of(3, 1), None).unwrap();
                program.run(&of(3, 2), None).unwrap();
            }
        }
        let (fast, slow) = (numbers([0, 1, 0, 2]), numbers([0, 15, 0, 60]));
        let twice = a.table("twice").unwrap();
        let entry = insert(&twice, &["1"], "two_meters", &[], None);
        let meters: Vec<_> = twice.directs(CellKind::Meter).collect();
        twice.set_rates(&entry.keys, None, &fast).unwrap();
        twice.set_rates_in(meters[1], &entry.keys, None, &slow).unwrap();
        // New entries of the other program begin with rates in its second meter.
        let twice = b.table("twice").unwrap();
        twice.set_all_rates(twice.directs(CellKind::Meter).nth(1).unwrap(), &slow).unwrap();

        let is_whole = |program: &Program| {
            let counted = program.table("second_of_two").unwrap();
            let counters: Vec<_> = counted.directs(CellKind::Counter).collect();
            let found = [["1"], ["2"]].map(|keys| counted.find(&counted.keys(&keys).unwrap(), None).unwrap());
            let packets = |entry: &Entry| {
                [0, 1].map(|at| counters[at].count(&counted.cell(counters[at], entry)).packets)
            };
            assert_eq!(found.each_ref().map(packets), [[0, 7], [7, 7]]);
            let twice = program.table("twice").unwrap();
            let found = twice.find(&entry.keys, None).unwrap();
            assert_eq!(found.rates, fast);
            assert_eq!(twice.cell(twice.directs(CellKind::Meter).nth(1).unwrap(), &found).0, slow);
        };
        is_whole(&loaded(&["1=a0", "2=a1"]));
        let kept = loaded(&["1=a0", "2=a1"]);
        is_whole(&kept);
        // A new entry has what all have in the second meter, and nothing in the first.
        let twice = kept.table("twice").unwrap();
        let new = insert(&twice, &["2"], "two_meters", &[], None);
        let found = twice.find(&new.keys, None).unwrap();
        assert!(found.rates.is_empty());
        assert_eq!(found.others[0].numbers, slow);
        // What an entry is to have in a meter that is not there.
        let others = vec![Other { name: "IngressImpl.none".into(), numbers: slow.clone() }];
        let wrong = Entry { others, ..twice.entry(&["3"], "two_meters", &[], None).unwrap() };
        assert!(twice.insert(&wrong).unwrap_err().to_string().contains("no direct meter"));

        // Two that have other rates for an entry in the second meter cannot be one.
        load(&object, &["1=a0"], &Options { reset_tables: true, ..options }).unwrap();
        let a = Program::by_device("a0").unwrap();
        let twice = a.table("twice").unwrap();
        insert(&twice, &["1"], "two_meters", &[], None);
        twice.set_rates(&entry.keys, None, &fast).unwrap();
        twice.set_rates_in(twice.directs(CellKind::Meter).nth(1).unwrap(), &entry.keys, None, &fast).unwrap();
        let refused = load(&object, &["1=a0", "2=a1"], &options).unwrap_err().to_string();
        assert!(refused.contains("has other rates on `a0` than on `a1`"), "{refused}");
    });
}

#[test]
fn several_of_a_table_are_told_apart_on_the_command_line() {
    if !privileged() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    build(SEVERAL, folder.path());
    let said = script(
        folder.path(),
        "ip link add sw type veth peer name other; ip link set sw up; ip link set other up
        $P load psa_direct.o 1=sw > load.txt
        $P table insert --dev sw twice 1 two_meters
        $P meter write --dev sw slow 1 6 7 8 9
        $P meter dump --dev sw
        $P meter read --dev sw fast 1
        $P meter read --dev sw slow 1
        $P table dump --dev sw twice
        $P meter reset --dev sw slow
        $P meter dump --dev sw
        $P table insert --dev sw second_of_two 1 count_both
        $P counter read --dev sw few 1
        $P table dump --dev sw second_of_two",
    );
    let rates = |[a, b, c, d]: [u32; 4], unit: &str| {
        format!(
            "committed_rate {a} {unit}/s, committed_burst {b} {unit}, peak_rate {c} {unit}/s, peak_burst {d} {unit}"
        )
    };
    let (slow, none) = (rates([6, 7, 8, 9], "bytes"), rates([0; 4], "packets"));
    let wanted = format!(
        "IngressImpl.slow[hdr.op.key=1]: {slow}
IngressImpl.fast[hdr.op.key=1]: {none}
IngressImpl.slow[hdr.op.key=1]: {slow}
IngressImpl.twice
  hdr.op.key=1 -> IngressImpl.two_meters()  (slow: {slow})
  default -> NoAction()
1 pairs of rates set to 0
IngressImpl.few[hdr.op.key=1]: 0 packets
IngressImpl.second_of_two
  hdr.op.key=1 -> IngressImpl.count_both()  (shared: 0 packets, 0 bytes)  (few: 0 packets)
  default -> NoAction()
"
    );
    assert_eq!(said, wanted);
}

#[test]
fn entries_are_named_by_their_keys_on_the_command_line() {
    let Some((_dir, object, space)) = with_object(PROGRAM, "direct") else { return };
    space.run(&[binary(), "load", "--no-pins", &object, "1=sw"]);
    let run = |words: &[&str]| {
        let (command, words) = words.split_at(2);
        space.run(&[&[binary()], command, &["--dev", "sw"], words].concat())
    };
    let refused = |words: &[&str]| {
        let (command, words) = words.split_at(2);
        let output = space.try_run(&[&[binary()], command, &["--dev", "sw"], words].concat());
        assert!(!output.status.success(), "{words:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    run(&["table", "insert", "exacts", "1", "2", "forward", "1"]);
    run(&["table", "insert", "masks", "1&&&1", "2", "forward", "1", "--priority", "4"]);
    run(&["table", "insert", "masks", "1&&&1", "2", "forward", "1", "--priority", "5"]);
    let list = run(&["counter", "list"]);
    assert!(list.contains("Ing.exact_count (counts of the entries of table Ing.exacts)\n"), "{list}");
    assert_eq!(run(&["counter", "read", "exact_count", "1", "2"]), "Ing.exact_count[a=1 b=2]: 0 packets\n");
    assert_eq!(run(&["counter", "read", "--raw", "exact_count", "1", "2"]), "0\n");
    assert_eq!(run(&["counter", "read", "constant_count", "3"]), "Ing.constant_count[a=3]: 0 packets\n");
    let usage = refused(&["counter", "read", "exact_count", "1"]);
    assert!(usage.contains("`Ing.exact_count` takes 2 keys (a, b); 1 words are given"), "{usage}");
    let missing = refused(&["counter", "read", "exact_count", "1", "3"]);
    assert!(missing.contains("table `Ing.exacts` has no entry for a=1 b=3"), "{missing}");

    run(&["meter", "write", "masked_meter", "1&&&1", "2", "6", "7", "8", "9", "--priority", "5"]);
    let rates =
        "committed_rate 6 packets/s, committed_burst 7 packets, peak_rate 8 packets/s, peak_burst 9 packets";
    let dump = run(&["meter", "dump"]);
    assert!(
        dump.contains("Ing.masked_meter[") && dump.ends_with(&format!("priority 5]: {rates}\n")),
        "{dump}"
    );
    let table = run(&["table", "dump", "masks"]);
    assert_eq!(table.matches("  (0 packets, 0 bytes)").count(), 2, "{table}");
    assert_eq!(table.matches(&format!("  ({rates})")).count(), 1, "{table}");
    let low =
        refused(&["meter", "write", "masked_meter", "1&&&1", "2", "6", "7", "5", "9", "--priority", "5"]);
    assert!(low.contains("`peak_rate` of meter `Ing.masked_meter` is not below `committed_rate`"), "{low}");
    assert_eq!(run(&["meter", "reset", "masked_meter"]), "1 pairs of rates set to 0\n");
    assert_eq!(run(&["meter", "dump"]), "");
}
