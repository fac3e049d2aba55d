//! Batches that are made as a whole or not at all, and notes that outlive a server.

use super::{DISCARD, Device, device, entry, exact, group, member, set, text};
use p4xdp_p4runtime::p4::v1::update::Type;
use p4xdp_p4runtime::p4::v1::write_request::Atomicity;
use p4xdp_server::Problem;
use p4xdp_server::entities::Notes;
use tonic::Code;

fn codes(results: Vec<Result<(), Problem>>) -> Vec<Code> {
    results.into_iter().map(|result| result.err().map_or(Code::Ok, |problem| problem.code)).collect()
}

const ALL: [&str; 9] = [
    "table_entry { counter_data { } meter_config { } }",
    "counter_entry { }",
    "meter_entry { }",
    "register_entry { }",
    "value_set_entry { }",
    "action_profile_member { }",
    "action_profile_group { }",
    "digest_entry { }",
    "table_entry { is_default_action: true }",
];

/// All that can be read.
fn all(device: &Device) -> Vec<String> {
    ALL.iter().flat_map(|wanted| device.try_read(wanted).unwrap()).map(|entity| text(&entity)).collect()
}

#[test]
fn a_batch_is_rolled_back() {
    let Some(device) = device() else { return };
    let keys = exact(1, r"\001") + " " + &exact(2, r"\002");
    let with_counter = entry(1, &format!("{keys} {} counter_data {{ packet_count: 7 }}", set(1, 1)));
    device.insert(&with_counter);
    device.insert(&member(2, 1, "action { action_id: 0x01000002 }"));
    let before = all(&device);
    let digest = device.pipeline.p4info.digests[0].preamble.as_ref().unwrap().id;
    let choice = "action_profile_actions { action { action_id: 0x01000002 } weight: 1 }";
    let updates = [
        (Type::Modify, entry(1, &format!("{keys} {DISCARD} counter_data {{ packet_count: 1 }} metadata: \"new\""))),
        (Type::Insert, entry(2, &format!("{DISCARD} metadata: \"new\""))),
        (Type::Modify, entry(2, &format!("is_default_action: true {}", set(9, 9)))),
        (Type::Modify, "counter_entry { counter_id: 0x12000001 data { packet_count: 5 } }".into()),
        (Type::Modify, "meter_entry { meter_id: 0x14000001 index { index: 1 } config { cir: 1 cburst: 1 pir: 1 pburst: 1 } }".into()),
        (Type::Modify, "register_entry { register_id: 0x16000001 index { } data { bitstring: \"x\" } }".into()),
        (Type::Modify, format!("value_set_entry {{ value_set_id: 0x03000001 members {{ {} }} }}", exact(1, r"\001"))),
        (Type::Insert, member(2, 2, "action { action_id: 0x01000002 }")),
        (Type::Insert, member(1, 2, "action { action_id: 0x01000002 }")),
        (Type::Insert, group(1, "max_size: 1")),
        (Type::Insert, format!("digest_entry {{ digest_id: {digest} }}")),
    ];
    let mut updates: Vec<(Type, &str)> = updates.iter().map(|(kind, text)| (*kind, text.as_str())).collect();
    // One that is refused when it comes to be made: it is there.
    updates.push((Type::Insert, &with_counter));
    let results = codes(device.batch_as(Atomicity::RollbackOnError, &updates).unwrap());
    let (last, others) = results.split_last().unwrap();
    assert_eq!(*last, Code::AlreadyExists);
    assert!(others.iter().all(|code| *code == Code::Aborted), "{others:?}");
    assert_eq!(all(&device), before);
    // One that is refused for what it says.
    updates.pop();
    updates.push((Type::Insert, "table_entry { }"));
    let results = codes(device.batch_as(Atomicity::RollbackOnError, &updates).unwrap());
    assert_eq!(results.last(), Some(&Code::InvalidArgument));
    assert_eq!(all(&device), before);
    updates.pop();
    let results = codes(device.batch_as(Atomicity::RollbackOnError, &updates).unwrap());
    assert!(results.iter().all(|code| *code == Code::Ok), "{results:?}");
    assert_ne!(all(&device), before);
    let set =
        entry(9, &format!("{} action {{ action_profile_action_set {{ {choice} }} }}", exact(1, r"\001")));
    let mixed = codes(device.batch_as(Atomicity::RollbackOnError, &[(Type::Insert, &set)]).unwrap());
    assert_eq!(mixed, [Code::InvalidArgument]);
}

#[test]
fn action_sets_are_rolled_back() {
    let Some(device) = device() else { return };
    let choice = |value: u8| {
        let params = format!(
            r#"params {{ param_id: 1 value: "\{value:03o}" }} params {{ param_id: 2 value: "\001" }}"#
        );
        format!("action_profile_actions {{ action {{ action_id: 0x01000001 {params} }} weight: 1 }}")
    };
    let set = |key: &str, value| {
        entry(9, &format!("{} action {{ action_profile_action_set {{ {} }} }}", exact(1, key), choice(value)))
    };
    device.insert(&set(r"\001", 1));
    let (one, other) = (set(r"\001", 2), set(r"\002", 3));
    let wrong = [(Type::Modify, one.as_str()), (Type::Insert, other.as_str()), (Type::Insert, one.as_str())];
    let results = codes(device.batch_as(Atomicity::RollbackOnError, &wrong).unwrap());
    assert_eq!(results, [Code::Aborted, Code::Aborted, Code::AlreadyExists]);
    device.reads(&entry(9, ""), &[&set(r"\001", 1)]);
    let results = codes(device.batch_as(Atomicity::RollbackOnError, &wrong[..2]).unwrap());
    assert_eq!(results, [Code::Ok, Code::Ok]);
    device.reads(&entry(9, ""), &[&one, &other]);
    let profile = device.pipeline.program.profile("groups").unwrap();
    assert_eq!((profile.members().unwrap().len(), profile.groups().unwrap().len()), (2, 2));
}

#[test]
fn what_packets_see_at_once() {
    let Some(device) = device() else { return };
    let colour = r#"action { action { action_id: 0x01000003 params { param_id: 1 value: "\002" } } }"#;
    let of_fixed = |value: u8, priority: u32| {
        entry(
            10,
            &format!(
                r#"match {{ field_id: 1 exact {{ value: "\{value:03o}" }} }} priority: {priority} {}"#,
                r#"action { action { action_id: 0x01000004 params { param_id: 1 value: "\001" } } }"#
            ),
        )
    };
    let (one, other) = (of_fixed(1, 1), of_fixed(2, 2));
    let both = [(Type::Insert, one.as_str()), (Type::Insert, other.as_str())];
    let answer = device.batch_as(Atomicity::DataplaneAtomic, &both);
    assert_eq!(answer, Ok(vec![Ok(()), Ok(())]));
    device.reads(&entry(10, ""), &[&other, &one]);
    // A second time none of it is made.
    let third = of_fixed(3, 3);
    let again = [(Type::Insert, third.as_str()), (Type::Insert, one.as_str())];
    let results = codes(device.batch_as(Atomicity::DataplaneAtomic, &again).unwrap());
    assert_eq!(results, [Code::Aborted, Code::AlreadyExists]);
    device.reads(&entry(10, ""), &[&other, &one]);
    // Of two tables, packets would see one first.
    let elsewhere = entry(3, &format!("{} priority: 1 {colour}", exact(4, r"\000")));
    let two = [(Type::Insert, third.as_str()), (Type::Insert, elsewhere.as_str())];
    let problem = device.batch_as(Atomicity::DataplaneAtomic, &two).unwrap_err();
    assert_eq!(problem.code, Code::Unimplemented, "{problem}");
    device.reads(&entry(3, ""), &[]);
    device.reads(&entry(10, ""), &[&other, &one]);
}

#[test]
fn notes_outlive_a_server() {
    let Some(mut device) = device() else { return };
    let program = device.pipeline.program.clone();
    device.notes = Notes::of(program.clone()).unwrap();
    let one = entry(2, &format!("{DISCARD} metadata: \"first\""));
    device.insert(&one);
    // Another process finds the program by its number.
    let again = |device: &mut Device| {
        let found = p4xdp_runtime::Program::by_id(program.id()).unwrap();
        device.notes = Notes::of(found.into()).unwrap();
    };
    again(&mut device);
    device.reads(&entry(2, ""), &[&one]);
    let changed = entry(2, &format!("{DISCARD} metadata: \"second\" controller_metadata: 5"));
    device.modify(&changed);
    again(&mut device);
    device.reads(&entry(2, ""), &[&changed]);
    device.delete(&one);
    device.insert(&entry(2, DISCARD));
    again(&mut device);
    device.reads(&entry(2, ""), &[&entry(2, DISCARD)]);
    let long = entry(2, &format!("{DISCARD} metadata: \"{}\"", "x".repeat(241)));
    device.refuses(Type::Modify, &long, Code::ResourceExhausted, "the server keeps 240");
    let other = super::device().unwrap();
    device.modify(&one);
    other.notes.take_over(&device.notes).unwrap();
    other.insert(&entry(2, &format!("{DISCARD} metadata: \"first\"")));
    other.reads(&entry(2, ""), &[&one]);
}
