//! Changes of members and groups of a loaded program: a packet meets no group between two of them, and what is wrong is told.

use super::{call, exact, loaded};
use p4xdp_packet_tests::engine::{Entry, EntryTarget, KeyMatch};
use p4xdp_runtime::profiles::Write;
use p4xdp_test_support::needs::{Need, met};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

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
