//! Random lists of changes: with errors that others survive, and with roll-back, which leaves all as it was.

use super::compiled;
use num_bigint::BigUint;
use p4xdp_runtime::cells::{Cell, CellKind};
use p4xdp_runtime::copies::{Mirror, MulticastNode, Session};
use p4xdp_runtime::load::{Options, load};
use p4xdp_runtime::profiles::Write;
use p4xdp_runtime::storage;
use p4xdp_runtime::tables::{self, ActionCall, Entry, KeyMatch, Target};
use p4xdp_runtime::transaction::{Atomicity, Change, Failure, Objects, To};
use p4xdp_test_support::random::Random;
use p4xdp_test_support::space::{TWO_PAIRS, inside};
use std::fmt::Write as _;

const HASH: usize = 0;
const ARRAY: usize = 1;
const TRIE: usize = 2;
const MASKS: usize = 3;
const CHOSEN: usize = 4;
const SET: usize = 5;

fn number(number: u32) -> BigUint {
    number.into()
}

fn write(random: &mut Random) -> Write {
    [Write::Insert, Write::Modify, Write::Set][random.below(3) as usize]
}

fn keys(table: usize, random: &mut Random) -> Vec<KeyMatch> {
    match table {
        HASH => vec![KeyMatch::Exact(number(random.small(3))), KeyMatch::Exact(number(random.small(6)))],
        ARRAY | CHOSEN | SET => vec![KeyMatch::Exact(number(random.small(7)))],
        TRIE => {
            vec![KeyMatch::Prefix(number(random.small(4) << 24), [0, 8, 24, 32][random.below(4) as usize])]
        }
        _ => {
            let mask = [0xff, 0xff00, 0][random.below(3) as usize];
            let low = random.small(3);
            // Bits beside the mask do not tell entries apart.
            let value = KeyMatch::Masked(number(random.small(0x200) & (mask | 0x100)), number(mask));
            vec![value, KeyMatch::Range(number(low), number(low + 5))]
        }
    }
}

fn priority(table: usize, random: &mut Random) -> Option<u32> {
    (table == MASKS).then(|| random.small(3) + 1)
}

fn target(objects: &Objects<'_>, table: usize, random: &mut Random) -> Target {
    let opened = &objects.tables()[table];
    let by = random.small(256).to_string();
    let call = |action: &str, args: &[&str]| opened.call(action, args).unwrap().into();
    match (table, random.below(8)) {
        (SET, _) => ActionCall::default().into(),
        (CHOSEN, kind) => match kind {
            0..4 => Target::Member(random.small(5)),
            _ => Target::Group(random.small(4)),
        },
        // An action that the table has not.
        (_, 0) => ActionCall { action: 77, args: Vec::new() }.into(),
        (_, 1) => call("NoAction", &[]),
        (HASH, 2) => call("far", &["2", "7"]),
        (TRIE, _) => call("read", &[&by]),
        (_, _) => call("set", &[&by]),
    }
}

fn rates(random: &mut Random) -> Vec<BigUint> {
    (0..4).map(|at| number(random.small(9) * 100 + 100 + at)).collect()
}

fn entry(objects: &Objects<'_>, table: usize, random: &mut Random) -> Entry {
    let target = target(objects, table, random);
    let mut entry = Entry::new(keys(table, random), priority(table, random), target);
    let opened = &objects.tables()[table];
    if opened.direct(CellKind::Counter).is_some() && random.below(2) == 0 {
        entry.count.packets = random.below(1000);
    }
    if opened.direct(CellKind::Meter).is_some() && random.below(2) == 0 {
        entry.rates = rates(random);
    }
    if opened.has_idle_timeout() && random.below(2) == 0 {
        entry.idle.timeout = Some(random.below(50) * 1_000_000_000 + 100_000_000_000);
    }
    entry
}

fn change(objects: &Objects<'_>, random: &mut Random) -> Change {
    let table = random.below(6) as usize;
    match random.below(20) {
        0..10 => {
            let change = match random.below(6) {
                0..3 => storage::Change::Insert(entry(objects, table, random)),
                3 => storage::Change::Modify(entry(objects, table, random)),
                _ => {
                    let priority = priority(table, random).filter(|_| random.below(3) > 0);
                    storage::Change::Delete(keys(table, random), priority)
                }
            };
            Change::Table { table, change: tables::Change::Entry(change) }
        }
        10 => {
            let call = match target(objects, table % CHOSEN, random) {
                Target::Action(call) => call,
                other => panic!("{other:?}"),
            };
            Change::Table { table: table % CHOSEN, change: tables::Change::SetDefault(call) }
        }
        11 => {
            let elements = (0..random.below(6)).map(|_| keys(SET, random)).collect();
            Change::Elements { table: SET, elements }
        }
        12 | 13 => {
            let table = [HASH, TRIE, MASKS][random.below(3) as usize];
            let kind = if random.below(3) == 0 { CellKind::Meter } else { CellKind::Counter };
            let counted = || if table == HASH { vec![number(7), number(700)] } else { vec![number(7)] };
            let cell = Cell(if kind == CellKind::Meter { rates(random) } else { counted() });
            let (keys, priority) = (keys(table, random), priority(table, random));
            Change::Direct { table, direct: 0, kind, keys, priority, cell }
        }
        14 => {
            let cells = random.below(3) as usize;
            let cell = Cell(match cells {
                0 => vec![number(random.small(99)), number(random.small(9999))],
                1 => rates(random),
                _ => vec![number(random.small(9999))],
            });
            Change::Cell { cells, index: random.below(9), cell }
        }
        15 | 16 => {
            let call = objects.profiles()[0].call("set", &[&random.small(256).to_string()]).unwrap();
            let to = if random.below(3) == 0 { To::Delete } else { To::Write(write(random), call) };
            Change::Member { profile: 0, number: random.small(5), to }
        }
        17 => {
            let members = (0..random.below(4)).map(|_| random.small(5).into()).collect();
            let to = if random.below(3) == 0 { To::Delete } else { To::Write(write(random), members) };
            Change::Group { profile: 0, number: random.small(4), to }
        }
        18 => {
            let node = |random: &mut Random| MulticastNode {
                replication_id: random.small(3),
                ports: vec![random.small(600)],
            };
            let mut nodes: Vec<MulticastNode> = (0..random.below(3)).map(|_| node(random)).collect();
            nodes.dedup_by_key(|node| node.replication_id);
            let to = if random.below(3) == 0 { To::Delete } else { To::Write(write(random), nodes) };
            Change::Multicast { number: random.small(3) + 1, to }
        }
        _ => {
            let target = match random.below(2) {
                0 => Mirror::Port(random.small(3)),
                _ => Mirror::Group(random.small(3) + 1),
            };
            let session = Session { target, class_of_service: random.small(2), truncate: None };
            let to = if random.below(3) == 0 { To::Delete } else { To::Write(write(random), session) };
            Change::Session { number: 5 + random.small(2), to }
        }
    }
}

/// All that there is, as text. How long entries have been idle is another time each time.
fn state(objects: &Objects<'_>) -> String {
    let mut text = String::new();
    for table in objects.tables() {
        for (_, mut entry) in table.entries().unwrap() {
            entry.idle.unused = 0;
            writeln!(text, "{}: {entry:?}", table.view().name()).unwrap();
        }
        writeln!(text, "{:?}", table.default_action().unwrap()).unwrap();
    }
    for profile in objects.profiles() {
        writeln!(text, "{:?} {:?}", profile.members().unwrap(), profile.groups().unwrap()).unwrap();
    }
    for cells in objects.cells() {
        writeln!(text, "{}: {:?}", cells.name(), cells.dump().unwrap()).unwrap();
    }
    writeln!(text, "{:?}", objects.copies().unwrap().config().unwrap()).unwrap();
    text
}

fn texts(answers: &[Result<(), Failure>]) -> Vec<Option<String>> {
    answers.iter().map(|answer| answer.as_ref().err().map(ToString::to_string)).collect()
}

/// Makes changes in lists of one: a transaction of its own each, as long as `go_on` and the last one was made.
fn one_by_one(objects: &Objects<'_>, changes: &[Change], go_on: bool) -> Vec<Option<String>> {
    let mut all = Vec::new();
    for change in changes {
        all.extend(texts(&objects.apply(std::slice::from_ref(change), Atomicity::default()).unwrap()));
        if !go_on && all.last().is_some_and(Option::is_some) {
            break;
        }
    }
    all
}

#[test]
fn lists_are_made_as_single_changes_are_or_not_at_all() {
    inside("lists_are_made_as_single_changes_are_or_not_at_all", &TWO_PAIRS, || {
        let object = compiled();
        let loaded = |device| {
            load(&object, &[device], &Options { no_pins: true, ..Options::default() }).unwrap().program
        };
        let (program, other) = (loaded("1=a0"), loaded("1=b0"));
        let open = |program| Objects::open(program).unwrap().with_any_port();
        let (objects, model) = (open(&program), open(&other));
        let mut random = Random(0x7a5a_ac71);
        let (mut undone, mut made) = (0, 0);
        for round in 0..130 {
            let length = random.below(10) + 1;
            let changes: Vec<Change> = (0..length).map(|_| change(&objects, &mut random)).collect();
            if random.below(3) == 0 {
                let answers = objects.apply(&changes, Atomicity::ContinueOnError).unwrap();
                assert_eq!(texts(&answers), one_by_one(&model, &changes, true), "{round}: {changes:#?}");
            } else {
                let before = state(&objects);
                let answers = objects.apply(&changes, Atomicity::RollbackOnError).unwrap();
                let failed = answers.iter().position(|answer| matches!(answer, Err(Failure::Refused(_))));
                let Some(at) = failed else {
                    made += 1;
                    assert!(answers.iter().all(Result::is_ok), "{round}: {answers:?}");
                    assert!(one_by_one(&model, &changes, true).iter().all(Option::is_none), "{round}");
                    assert_eq!(state(&objects), state(&model), "{round}: {changes:#?}");
                    continue;
                };
                undone += 1;
                for (position, answer) in answers.iter().enumerate() {
                    let right = match answer {
                        Err(Failure::Undone { at: why }) => position < at && *why == at,
                        Err(Failure::Refused(_)) => position == at,
                        Err(Failure::NotTried { at: why }) => position > at && *why == at,
                        Err(Failure::NotUndone { .. }) | Ok(()) => false,
                    };
                    assert!(right, "{round}: {position}: {answer:?} of {changes:#?}");
                }
                assert_eq!(state(&objects), before, "{round}: {changes:#?}");
            }
            assert_eq!(state(&objects), state(&model), "{round}: {changes:#?}");
        }
        assert!(undone > 30 && made > 5, "{undone} undone, {made} made");
    });
}
