//! Action profiles and selectors: the interpreter and the kernel through random changes of members, groups and entries, right and wrong ones, in
//! tables of every storage; no packet meets a group between two changes; what is wrong is told; and the command line.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use p4xdp_packet_tests::engine::{ActionCall, Engine, Entry, EntryKey, EntryTarget, KeyMatch};
use p4xdp_packet_tests::interp::InterpEngine;
use p4xdp_packet_tests::kernel;
use p4xdp_runtime::carry::Carried;
use p4xdp_runtime::load::{Options, load, load_detached};
use p4xdp_runtime::profiles::Write;
use p4xdp_runtime::{Object, Program};
use p4xdp_test_support::command::binary;
use p4xdp_test_support::needs::{Need, met};
use p4xdp_test_support::program::{generate, object, of_text};
use p4xdp_test_support::random::Random;
use p4xdp_test_support::space::{TWO_PAIRS, inside, with_object};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

/// One table of each storage, and one without keys to match. Tables that share a profile list other actions, or in another order. `by` tells what ran.
const TEXT: &str = "#include <v1model.p4>
header h_t { bit<8> which; bit<8> a; bit<32> b; bit<4> c; bit<12> d; bit<8> pad; bit<32> by; bit<8> ran; }
header o_t { bit<16> more; }
struct hs { h_t h; o_t o; } struct ms { }
parser P(packet_in p, out hs h, inout ms m, inout standard_metadata_t s) {
    state start {
        p.extract(h.h);
        transition select(h.h.a) { 0x80 &&& 0x80: more; default: accept; }
    }
    state more { p.extract(h.o); transition accept; }
}
control V(inout hs h, inout ms m) { apply { } }
control I(inout hs h, inout ms m, inout standard_metadata_t s) {
    action set(bit<32> by) { h.h.by = by; }
    action add(bit<16> to, bit<3> times) { h.h.by = h.h.by + (bit<32>)to; h.h.c = (bit<4>)times; }
    action leave() { h.h.by = 7; exit; }
    direct_counter(CounterType.packets_and_bytes) of_hashed;
    direct_counter(CounterType.packets_and_bytes) of_masked;
    action_profile(12) plain;
    action_selector(HashAlgorithm.crc32, 9, 14) crc;
    @max_group_size(5) action_selector(HashAlgorithm.identity, 10, 64) same;
    table of_array {
        key = { h.h.a: exact; }
        actions = { set; add; @defaultonly NoAction; }
        implementation = plain;
        default_action = NoAction;
    }
    table of_hash {
        key = { h.h.b: exact; h.h.a: exact; }
        actions = { add; set; leave; }
        implementation = plain;
        const default_action = set(3);
        counters = of_hashed;
        size = 6;
    }
    table of_trie {
        key = { h.h.d: selector; h.h.b: lpm; h.o.more: selector; }
        actions = { set; add; leave; NoAction; }
        implementation = crc;
        default_action = set(5);
    }
    table of_masks {
        key = { h.h.c: ternary; h.o.more: selector; h.h.a: optional; h.h.d: selector; }
        actions = { leave; add; }
        implementation = crc;
        const default_action = add(4, 2);
        counters = of_masked;
    }
    table alone {
        key = { h.h.d: selector; h.h.c: selector; }
        actions = { add; set; }
        implementation = same;
        default_action = add(1, 1);
    }
    table constant {
        key = { h.h.c: exact; h.h.d: selector; }
        actions = { set; add; }
        implementation = same;
        const entries = { (1, 5): set(9); (2, _): add(1, 1); }
        const default_action = set(6);
    }
    apply {
        s.egress_spec = 1;
        bool hit = false;
        if (h.h.which == 0) { hit = of_array.apply().hit; }
        if (h.h.which == 1) { hit = of_hash.apply().hit; }
        if (h.h.which == 2) { switch (of_trie.apply().action_run) { set: { h.h.ran = 1; } add: { h.h.ran = 2; } NoAction: { h.h.ran = 3; } default: { h.h.ran = 4; } } }
        if (h.h.which == 3) { hit = of_masks.apply().hit; }
        if (h.h.which == 4) { switch (alone.apply().action_run) { set: { h.h.ran = 5; } add: { h.h.ran = 6; } default: { h.h.ran = 9; } } }
        if (h.h.which == 5) { hit = constant.apply().hit; }
        if (hit) { h.h.ran = 8; }
    }
}
control E(inout hs h, inout ms m, inout standard_metadata_t s) { apply { } }
control C(inout hs h, inout ms m) { apply { } }
control D(packet_out p, in hs h) { apply { p.emit(h.h); p.emit(h.o); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;";

fn exact(value: u32) -> KeyMatch {
    KeyMatch::Exact(value.into())
}

/// What is done on both engines.
#[derive(Debug)]
enum Step {
    Member(&'static str, u32, ActionCall),
    Group(&'static str, u32, Vec<u32>),
    NoMember(&'static str, u32),
    NoGroup(&'static str, u32),
    Entry(&'static str, Entry),
    Clear,
}

const PROFILES: [&str; 3] = ["I.plain", "I.crc", "I.same"];

fn step(random: &mut Random) -> Step {
    let profile = PROFILES[random.below(3) as usize];
    match random.below(20) {
        0..=4 => {
            // Actions of the profile's tables: `same` has them in another order.
            let action = random.below(5) as usize;
            let set = if profile == "I.same" { 1 } else { 0 };
            let args = match action {
                _ if action == set => vec![random.below(1 << 33) as u32],
                0 | 1 => vec![random.small(1 << 17), random.small(9)],
                _ => Vec::new(),
            };
            let args = args.into_iter().map(Into::into).collect();
            Step::Member(profile, random.small(12), ActionCall { action, args })
        }
        5..=8 => {
            let members = (0..random.below(8)).map(|_| random.small(14)).collect();
            Step::Group(profile, random.small(11), members)
        }
        9 => Step::NoMember(profile, random.small(14)),
        10 => Step::NoGroup(profile, random.small(14)),
        11 if random.below(20) == 0 => Step::Clear,
        _ => {
            let target = match random.below(10) {
                0 => EntryTarget::Action(ActionCall { action: 0, args: vec![1u32.into()] }),
                1..=4 => EntryTarget::Member(random.small(12)),
                _ => EntryTarget::Group(random.small(12)),
            };
            let (table, keys, priority) = match random.below(5) {
                0 => ("I.of_array", vec![exact(random.small(6))], None),
                1 => ("I.of_hash", vec![exact(random.small(3)), exact(random.small(6))], None),
                2 => {
                    let length = random.small(4);
                    let value = random.small(16) << 28 & if length == 0 { 0 } else { !0 << (32 - length) };
                    ("I.of_trie", vec![KeyMatch::Prefix(value.into(), length)], None)
                }
                3 => {
                    let mask = random.small(16);
                    let masked = KeyMatch::Masked((random.small(16) & mask).into(), mask.into());
                    let a = if random.below(2) == 0 { KeyMatch::Any } else { exact(random.small(6)) };
                    ("I.of_masks", vec![masked, a], Some(random.small(30)))
                }
                _ => ("I.alone", Vec::new(), None),
            };
            Step::Entry(table, Entry::new(keys, priority, target))
        }
    }
}

/// Does it; what is wrong with it otherwise.
fn carry_out(engine: &mut dyn Engine, step: &Step) -> Result<(), String> {
    let done = match step {
        Step::Member(profile, number, call) => engine.set_member(profile, *number, call),
        Step::Group(profile, number, members) => engine.set_group(profile, *number, members),
        Step::NoMember(profile, number) => engine.delete_member(profile, *number),
        Step::NoGroup(profile, number) => engine.delete_group(profile, *number),
        Step::Entry(table, entry) => engine.insert(table, entry),
        Step::Clear => engine.clear_tables(),
    };
    done.map_err(|error| error.to_string())
}

#[test]
fn interpreter_and_kernel_agree_through_changes_right_and_wrong() {
    if !met("interpreter_and_kernel_agree_through_changes_right_and_wrong", &[Need::Root]) {
        return;
    }
    let elaborated = of_text("profiles", TEXT).elaborate().unwrap();
    let mut interpreter = InterpEngine::new(&elaborated).unwrap();
    let output = generate(of_text("profiles", TEXT), &p4xdp::driver::Codegen::default()).unwrap();
    let object = object("profiles", &output);
    let mut kernel = kernel::engine(&Object::open(&object.path).unwrap()).unwrap();
    for engine in [&mut interpreter as &mut dyn Engine, &mut kernel] {
        engine.open_ports(&[0, 1]).unwrap();
    }
    let mut random = Random(0x5eed_cafe);
    let (mut done, mut refused, mut changed) = (0, BTreeMap::<String, u32>::new(), 0);
    let mut counted = Vec::new();
    for round in 0..1500 {
        let step = step(&mut random);
        let results =
            [carry_out(&mut interpreter, &step), carry_out(&mut kernel, &step)].map(|result| result.err());
        assert_eq!(results[0].is_some(), results[1].is_some(), "round {round}, {step:?}: {results:?}");
        match &results[1] {
            Some(message) => {
                let kind: String = message.chars().filter(|c| !c.is_ascii_digit()).collect();
                *refused.entry(kind).or_default() += 1;
            }
            None => {
                done += 1;
                match &step {
                    Step::Entry(table @ ("I.of_hash" | "I.of_masks"), Entry { keys, priority, .. }) => {
                        let (keys, priority) = (keys.clone(), *priority);
                        counted.push(EntryKey { table: (*table).into(), keys, priority });
                    }
                    Step::Clear => counted.clear(),
                    _ => {}
                }
            }
        }
        let mut packet: Vec<u8> = (0..30).map(|_| random.below(256) as u8).collect();
        packet[0] = random.below(6) as u8;
        packet[1] = random.below(6) as u8 | if random.below(2) == 0 { 0x80 } else { 0 };
        packet[2..6].copy_from_slice(&(random.small(16) << 28 | random.small(3)).to_be_bytes());
        let outputs = [&mut interpreter as &mut dyn Engine, &mut kernel].map(|engine| {
            engine.inject(0, &packet).unwrap();
            engine.collect().unwrap().into_iter().map(|out| (out.port, out.bytes)).collect::<Vec<_>>()
        });
        assert_eq!(outputs[0], outputs[1], "round {round}, {packet:02x?}");
        changed += u32::from(outputs[0][0].1 != packet);
    }
    let mut sum = 0;
    for entry in &counted {
        let counts = [&mut interpreter as &mut dyn Engine, &mut kernel]
            .map(|engine| engine.direct_counter(entry, None).unwrap());
        assert_eq!(counts[0], counts[1], "{entry:?}");
        sum += counts[0].packets + counts[0].bytes;
    }
    assert!(sum > 0, "{counted:?}");
    let not_listed = refused.keys().filter(|message| message.contains("may not run action")).count();
    // The steps and packets were not all of one kind.
    assert!(
        done > 250 && refused.len() > 20 && not_listed == 3 && changed > 500,
        "{done} {refused:?} {changed}"
    );
}

fn loaded(name: &str) -> Program {
    let output = generate(of_text(name, TEXT), &p4xdp::driver::Codegen::default()).unwrap();
    let object = object(name, &output);
    load_detached(&Object::open(&object.path).unwrap(), 0).unwrap()
}

fn call(action: usize, args: &[u32]) -> ActionCall {
    ActionCall { action, args: args.iter().map(|arg| (*arg).into()).collect() }
}

/// A member's action may be one that only some of the tables list: those alone can lead to it, whatever is changed last.
#[test]
fn tables_lead_to_members_whose_actions_they_list() {
    if !met("tables_lead_to_members_whose_actions_they_list", &[Need::Root]) {
        return;
    }
    let program = loaded("listed");
    let (plain, crc) = (program.profile("plain").unwrap(), program.profile("crc").unwrap());
    let (array, hash, masks) = (
        program.table("of_array").unwrap(),
        program.table("of_hash").unwrap(),
        program.table("of_masks").unwrap(),
    );
    let said = |result: Result<(), p4xdp_runtime::Error>| result.unwrap_err().to_string();
    let leave = plain.call("leave", &[]).unwrap();
    let set = plain.call("set", &["7"]).unwrap();
    plain.write_member(1, &leave, Write::Insert).unwrap();
    plain.write_member(2, &set, Write::Insert).unwrap();
    let of_array = |member| Entry::new(vec![exact(1)], None, EntryTarget::Member(member));
    let of_hash = Entry::new(vec![exact(1), exact(1)], None, EntryTarget::Member(1));
    let refused =
        "entries of table `I.of_array` may not run action `I.leave`, which member 1 of `I.plain` has";
    assert_eq!(said(array.insert(&of_array(1))), refused);
    hash.insert(&of_hash).unwrap();
    array.insert(&of_array(2)).unwrap();
    assert_eq!(said(array.modify(&of_array(1))), refused);
    let refused = refused.replace("member 1", "member 2");
    assert_eq!(said(plain.write_member(2, &leave, Write::Modify)), refused);
    plain.write_member(1, &set, Write::Modify).unwrap();
    array.modify(&of_array(1)).unwrap();

    let (set, add) = (crc.call("set", &["7"]).unwrap(), crc.call("add", &["1", "1"]).unwrap());
    crc.write_member(1, &set, Write::Insert).unwrap();
    crc.write_member(2, &add, Write::Insert).unwrap();
    crc.write_group(1, &[2, 1], Write::Insert).unwrap();
    crc.write_group(2, &[2], Write::Insert).unwrap();
    let of_masks = |group| {
        let keys = vec![KeyMatch::Masked(1u32.into(), 1u32.into()), KeyMatch::Any];
        Entry::new(keys, Some(1), EntryTarget::Group(group))
    };
    let refused = "entries of table `I.of_masks` may not run action `I.set`, which member 1 of `I.crc` has";
    assert_eq!(said(masks.insert(&of_masks(1))), refused);
    masks.insert(&of_masks(2)).unwrap();
    assert_eq!(said(crc.write_group(2, &[1], Write::Modify)), refused);
    let refused = refused.replace("member 1", "member 2");
    assert_eq!(said(crc.write_member(2, &set, Write::Modify)), refused);
    crc.write_member(1, &add, Write::Modify).unwrap();
    masks.modify(&of_masks(1)).unwrap();
}

/// A packet meets all of the old group or all of the new one: members by number differ, and so do the sizes.
#[test]
fn a_group_changes_in_one_step() {
    if !met("a_group_changes_in_one_step", &[Need::Root]) {
        return;
    }
    let program = loaded("one_step");
    let same = program.profile("same").unwrap();
    for number in 0..6 {
        same.write_member(number, &call(1, &[100 + number]), Write::Insert).unwrap();
    }
    same.write_group(1, &[1, 2, 3, 4, 5], Write::Insert).unwrap();
    program.table("alone").unwrap().insert(&Entry::new(Vec::new(), None, EntryTarget::Group(1))).unwrap();
    let stop = AtomicBool::new(false);
    // The low bits of `d` and `c` are the hash: 3 modulo 5 is member 4; modulo 1 it is the first of the others.
    let mut packet = vec![0; 40];
    (packet[0], packet[6], packet[7]) = (4, 0x30, 0x00);
    let seen = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = BTreeMap::new();
            while !stop.load(Ordering::Relaxed) {
                let out = program.run(&packet, None).unwrap().1;
                *seen.entry(u32::from_be_bytes(out[9..13].try_into().unwrap())).or_insert(0u32) += 1;
            }
            seen
        });
        for _ in 0..40 {
            same.write_group(1, &[0], Write::Modify).unwrap();
            same.write_group(1, &[1, 2, 3, 4, 5], Write::Modify).unwrap();
        }
        stop.store(true, Ordering::Relaxed);
        reader.join().unwrap()
    });
    let whole = program.run(&packet, None).unwrap().1;
    let whole = u32::from_be_bytes(whole[9..13].try_into().unwrap());
    assert!(whole > 100, "{seen:?}");
    assert!(seen.keys().all(|by| *by == 100 || *by == whole) && seen.len() == 2, "{whole}: {seen:?}");
}

/// What is wrong is told with its name, and nothing is changed.
#[test]
fn what_is_wrong_is_told_and_changes_nothing() {
    if !met("what_is_wrong_is_told_and_changes_nothing", &[Need::Root]) {
        return;
    }
    let program = loaded("wrong");
    let same = program.profile("same").unwrap();
    let plain = program.profile("plain").unwrap();
    let alone = program.table("alone").unwrap();
    let of_array = program.table("of_array").unwrap();
    for number in 0..10 {
        same.write_member(number, &call(1, &[number]), Write::Insert).unwrap();
    }
    same.write_group(7, &[1, 1, 3], Write::Insert).unwrap();
    plain.write_member(4, &call(0, &[9]), Write::Insert).unwrap();
    alone.insert(&Entry::new(Vec::new(), None, EntryTarget::Group(7))).unwrap();
    of_array.insert(&Entry::new(vec![exact(2)], None, EntryTarget::Member(4))).unwrap();
    let state = || {
        let tables = [&alone, &of_array].map(|table| table.entries().unwrap());
        (same.members().unwrap(), same.groups().unwrap(), plain.members().unwrap(), tables)
    };
    let before = state();
    let entry = |keys: &[u32], target: EntryTarget| {
        Entry::new(keys.iter().map(|key| exact(*key)).collect(), None, target)
    };
    let failures = [
        (
            same.write_member(3, &call(1, &[1]), Write::Insert),
            "`I.same` has member 3 already; modify it instead",
        ),
        (same.write_member(11, &call(1, &[1]), Write::Insert), "`I.same` is full: it holds 10 members"),
        (same.write_member(11, &call(1, &[1]), Write::Modify), "`I.same` has no member 11"),
        (same.write_member(3, &call(0, &[1]), Write::Set), "action `I.add` has 2 arguments, 1 given"),
        (same.write_member(3, &call(0, &[1, 8]), Write::Set), "`8` does not fit `times`, which has 3 bits"),
        (same.write_member(3, &call(5, &[]), Write::Set), "there is no action `5` in `I.same`"),
        (
            plain.write_member(3, &call(2, &[]), Write::Set),
            "action `NoAction` is not allowed in members of `I.plain`",
        ),
        (same.write_group(7, &[1, 10], Write::Modify), "`I.same` has no member 10, which group 7 names"),
        (same.write_group(7, &[1; 6], Write::Modify), "group 7 of `I.same` has 6 members; a group holds 5"),
        (same.write_group(7, &[1], Write::Insert), "`I.same` has group 7 already; modify it instead"),
        (same.write_group(8, &[1], Write::Modify), "`I.same` has no group 8"),
        (plain.write_group(8, &[4], Write::Set), "`I.plain` is an action profile, which has no groups"),
        (same.delete_member(3), "member 3 of `I.same` is in use: group 7 names it"),
        (same.delete_member(11), "`I.same` has no member 11"),
        (
            plain.delete_member(4),
            "member 4 of `I.plain` is in use: an entry of table `I.of_array` (h.h.a=2) names it",
        ),
        (same.delete_group(7), "group 7 of `I.same` is in use: an entry of table `I.alone` names it"),
        (same.delete_group(8), "`I.same` has no group 8"),
        (plain.delete_group(8), "`I.plain` is an action profile, which has no groups"),
        (
            of_array.insert(&entry(&[3], EntryTarget::Member(5))),
            "`I.plain` has no member 5, which an entry of table `I.of_array` names",
        ),
        (
            of_array.insert(&entry(&[3], EntryTarget::Group(5))),
            "`I.plain` is an action profile, which has no groups: give `member N` for table `I.of_array`",
        ),
        (
            of_array.insert(&entry(&[3], EntryTarget::Action(call(0, &[5])))),
            "entries of table `I.of_array` run members of `I.plain`: give `member N` in place of action `I.set`",
        ),
        (
            alone.modify(&entry(&[], EntryTarget::Group(9))),
            "`I.same` has no group 9, which an entry of table `I.alone` names",
        ),
        (
            alone.modify(&entry(&[], EntryTarget::Action(call(0, &[5])))),
            "give `member N` or `group N` in place of action `I.add`",
        ),
    ];
    for (result, wanted) in failures {
        let message = result.unwrap_err().to_string();
        assert!(message.contains(wanted), "{message}\nnot {wanted}");
        assert_eq!(state(), before, "{wanted}");
    }
    // A set of changes of which the second names what is not there: the first is not made either.
    let insert = |key, member| {
        p4xdp_runtime::tables::Change::Entry(p4xdp_runtime::storage::Change::Insert(entry(
            &[key],
            EntryTarget::Member(member),
        )))
    };
    let message = of_array.apply(&[insert(3, 4), insert(4, 8)]).unwrap_err().to_string();
    assert!(message.contains("has no member 8"), "{message}");
    assert_eq!(state(), before);
    // As many groups as the selector holds.
    for number in 20..29 {
        same.write_group(number, &[], Write::Insert).unwrap();
    }
    let message = same.write_group(29, &[], Write::Insert).unwrap_err().to_string();
    assert_eq!(message, "`I.same` is full: it holds 10 groups");
    // What nothing names any more goes.
    alone.clear().unwrap();
    same.delete_group(7).unwrap();
    same.delete_member(3).unwrap();
    assert_eq!(same.members().unwrap().len(), 9);
}

/// Members and groups of two devices' programs live on in one, under their numbers; those that differ are refused; a profile that is laid out
/// otherwise takes what it has room for, and entries that name the rest are lost with it.
#[test]
fn members_and_groups_of_several_programs_live_on_in_one() {
    inside("members_and_groups_of_several_programs_live_on_in_one", &TWO_PAIRS, || {
        let options = |reset_tables| Options { no_pins: true, reset_tables, ..Options::default() };
        let made = |text: &str| {
            let output = generate(of_text("carried", text), &p4xdp::driver::Codegen::default()).unwrap();
            let file = object("carried", &output);
            let opened = Object::open(&file.path).unwrap();
            (file, opened)
        };
        let (_file, plain) = made(TEXT);
        let fresh = |device: &str| {
            let program = load(&plain, &[&format!("1={device}")], &options(true)).unwrap().program;
            let crc = program.profile("crc").unwrap();
            for number in 1..4 {
                crc.write_member(number, &call(0, &[number]), Write::Insert).unwrap();
            }
            crc.write_group(2, &[1, 2], Write::Insert).unwrap();
            program
        };
        let trie = |program: &Program, prefix: u32, target| {
            let keys = vec![KeyMatch::Prefix((prefix << 24).into(), 8)];
            program.table("of_trie").unwrap().insert(&Entry::new(keys, None, target)).unwrap();
        };
        let (a, b) = (fresh("a0"), fresh("a1"));
        trie(&a, 1, EntryTarget::Group(2));
        let of_b = b.profile("crc").unwrap();
        of_b.write_member(8, &call(2, &[]), Write::Insert).unwrap();
        of_b.write_group(9, &[8, 3, 8], Write::Insert).unwrap();
        trie(&b, 2, EntryTarget::Group(9));
        trie(&b, 3, EntryTarget::Member(8));
        let report = load(&plain, &["1=a0", "2=a1"], &options(false)).unwrap();
        let devices = vec![vec!["a0".to_owned()], vec!["a1".to_owned()]];
        // Four members and two groups.
        let joined = |entries| Carried::Joined { devices: devices.clone(), entries, lost: 0 };
        assert_eq!([&report.carried["I.crc"], &report.carried["I.plain"]], [&joined(6), &joined(0)]);
        let both = report.program;
        let crc = both.profile("crc").unwrap();
        assert_eq!(crc.groups().unwrap(), [(2, vec![1, 2]), (9, vec![8, 3, 8])]);
        assert_eq!(crc.members().unwrap().len(), 4);
        let entries = |program: &Program| {
            let table = program.table("of_trie").unwrap();
            let entries = table.entries().unwrap().into_iter();
            entries.map(|(_, entry)| table.target_text(&entry.target)).collect::<Vec<_>>()
        };
        assert_eq!(entries(&both), ["group 2", "group 9", "member 8"]);

        // The same program again: all of it stays where it is.
        let again = load(&plain, &["1=a0", "2=a1"], &options(false)).unwrap();
        assert_eq!((&again.carried["I.crc"], &again.carried["I.of_trie"]), (&Carried::Kept, &Carried::Kept));

        // Room for three members: the one with the highest number has none, and neither what names it.
        let (_small, small) = made(&TEXT.replace("crc32, 9, 14", "crc32, 3, 14"));
        let report = load(&small, &["1=a0", "2=a1"], &options(false)).unwrap();
        let reason = "its size was 9 and is 3".to_owned();
        assert_eq!(report.carried["I.crc"], Carried::Moved { reason, moved: 4, lost: 2 });
        let reason = "its action profile differs".to_owned();
        assert_eq!(report.carried["I.of_trie"], Carried::Moved { reason, moved: 1, lost: 2 });
        assert_eq!(entries(&report.program), ["group 2"]);

        // Members and groups that differ.
        let (a, b) = (fresh("a0"), fresh("a1"));
        b.profile("crc").unwrap().write_member(3, &call(2, &[]), Write::Modify).unwrap();
        b.profile("crc").unwrap().write_group(2, &[2, 1], Write::Modify).unwrap();
        let refused = load(&plain, &["1=a0", "2=a1"], &options(false)).unwrap_err().to_string();
        for what in [
            "I.crc: member 3 is I.set(by=3) on `a0`, I.leave() on `a1`",
            "I.crc: group 2 is [1, 2] on `a0`, [2, 1] on `a1`",
            "all stays as it was",
        ] {
            assert!(refused.contains(what), "{what}: {refused}");
        }
        let running = |device: &str| Program::by_device(device).unwrap().id();
        assert_eq!([running("a0"), running("a1")], [a.id(), b.id()]);
    });
}

#[test]
fn members_and_groups_are_changed_from_the_command_line_and_survive_a_new_program() {
    let Some((_dir, object, space)) = with_object("testdata/packets/v1model_profiles.p4", "profiles") else {
        return;
    };
    let load = || space.run(&[binary(), "load", "--no-pins", &object, "1=sw"]);
    load();
    let command = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        space.try_run(&[&[binary(), words[0], words[1], "--dev", "sw"], &words[2..]].concat())
    };
    let said = |line: &str| {
        let output = command(line);
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let refused = |line: &str| {
        let output = command(line);
        assert!(!output.status.success(), "{line}");
        String::from_utf8(output.stderr).unwrap()
    };
    said("member insert by_flow 1 set v=0xc1");
    said("member insert by_flow 2 set 0xc2");
    said("member insert by_flow 3 twice low=3 high=0xc");
    said("member modify by_flow 2 set 0xc4");
    said("group insert by_flow 9 1 2 1");
    said("group insert by_flow 8");
    said("group modify by_flow 9 3:2 2 1:3");
    assert!(said("group dump by_flow").contains("  group 9 -> members 3:2 2 1:3\n"));
    said("group modify by_flow 9 3 3:1 2");
    assert!(said("group dump by_flow").contains("  group 9 -> members 3:2 2\n"));
    said("group modify by_flow 9 3 2");
    said("table insert groups key=0x10/4 group 9");
    said("table insert groups 0x20/4 member 1");
    said("member insert profile 7 twice 1 2");
    said("table insert members 5 member 7");
    let members = "Ing.by_flow\n  member 1 -> Ing.set(v=193)\n  member 2 -> Ing.set(v=196)\n  \
                   member 3 -> Ing.twice(high=12, low=3)\n";
    assert_eq!(said("member dump by_flow"), members);
    let groups = "Ing.by_flow\n  group 8 -> members\n  group 9 -> members 3 2\n";
    assert_eq!(said("group dump by_flow"), groups);
    let entries = said("table dump groups");
    assert!(
        entries.contains("key=16/4 -> group 9\n") && entries.contains("key=32/4 -> member 1\n"),
        "{entries}"
    );
    let list = said("member list");
    let flows = "Ing.by_flow (3 of 8 members, 2 of 8 groups of at most 128 members)\n  table   Ing.groups\n  \
                 action  Ing.set(v: bit<8>)\n";
    assert!(list.contains(flows), "{list}");
    assert!(
        list.contains("Ing.profile (1 of 8 members)\n  table   Ing.members\n  table   Ing.again\n"),
        "{list}"
    );

    for (line, message) in [
        ("member insert by_flow 1 set 1", "`Ing.by_flow` has member 1 already; modify it instead"),
        ("member insert by_flow x set 1", "`x` is not a value for `member`"),
        ("member insert by_flow 4 set 256", "`256` does not fit `v`, which has 8 bits"),
        (
            "member insert by_flow 4 sets 1",
            "there is no action `sets` in `Ing.by_flow`; did you mean `Ing.set`?",
        ),
        (
            "member insert by_flaw 4 set 1",
            "there is no action profile `by_flaw`; did you mean `Ing.by_flow`?",
        ),
        ("member delete by_flow 2", "member 2 of `Ing.by_flow` is in use: group 9 names it"),
        ("group delete by_flow 9", "group 9 of `Ing.by_flow` is in use: an entry of table `Ing.groups` ("),
        ("group insert by_flow 4 1 6", "`Ing.by_flow` has no member 6, which group 4 names"),
        ("group insert by_flow 4 1:0", "the weight of member 1 is 0: leave it out of the group"),
        ("group insert by_flow 4 1:x", "`x`"),
        (
            "group insert by_flow 4 1:100 2:4294967295",
            "group 4 of `Ing.by_flow` has 4294967395 members; a group holds 128",
        ),
        ("group insert profile 4 7", "`Ing.profile` is an action profile, which has no groups"),
        (
            "table insert members 6 set 3",
            "entries of table `Ing.members` run members of `Ing.profile`: give `member N`",
        ),
        ("table insert members 6 group 3", "give `member N` for table `Ing.members`"),
        (
            "table insert members 6 member 3",
            "`Ing.profile` has no member 3, which an entry of table `Ing.members` names",
        ),
        ("table insert members 6 member", "`member` has 1 number, 0 given"),
        ("table modify members 5 member 4294967296", "`4294967296` does not fit `member`, which has 32 bits"),
    ] {
        let said = refused(line);
        assert!(said.contains(message), "{line}: {said}");
    }

    let kept = load();
    assert!(kept.contains("Ing.by_flow") && kept.contains("kept"), "{kept}");
    assert_eq!(said("member dump by_flow"), members);
    assert_eq!(said("group dump by_flow"), groups);
    assert_eq!(said("table dump groups"), entries);
    said("table clear groups");
    said("group delete by_flow 9");
    said("member delete by_flow 2");
    assert_eq!(said("group dump by_flow"), "Ing.by_flow\n  group 8 -> members\n");
}
