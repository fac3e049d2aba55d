//! Random changes of members, groups, links and entries, right and wrong ones, in tables of every storage: the interpreter and the kernel agree in what
//! is refused, and in what packets meet.

use super::{TEXT, exact};
use p4xdp_packet_tests::engine::{ActionCall, Engine, Entry, EntryKey, EntryTarget, GroupMember, KeyMatch};
use p4xdp_packet_tests::interp::InterpEngine;
use p4xdp_packet_tests::kernel;
use p4xdp_runtime::Object;
use p4xdp_test_support::needs::{Need, met};
use p4xdp_test_support::program::{generate, object, of_text};
use p4xdp_test_support::random::Random;
use std::collections::BTreeMap;

/// What is done on both engines.
#[derive(Debug)]
enum Step {
    Member(&'static str, u32, ActionCall),
    Group(&'static str, u32, Vec<GroupMember>),
    Link(u32, bool),
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
            // Ports from 2 on are nobody's way out; one is too large.
            let port = |random: &mut Random| match random.below(60) {
                0..30 => None,
                30..59 => Some(2 + random.small(3)),
                _ => Some(512),
            };
            let member =
                |random: &mut Random| GroupMember { member: random.small(14), watch_port: port(random) };
            let members = (0..random.below(8)).map(|_| member(random)).collect();
            Step::Group(profile, random.small(11), members)
        }
        12..=13 => Step::Link(2 + random.small(3), random.below(2) == 0),
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
        Step::Link(port, up) => engine.set_port(*port, *up),
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
