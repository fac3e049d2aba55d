//! What is wrong with entries, and what becomes of a batch with some that are.

use super::{DISCARD, device, entity, entry, exact, set, text};
use p4xdp_p4runtime::p4::v1 as proto;
use p4xdp_p4runtime::p4::v1::update::Type;
use p4xdp_server::Problem;
use p4xdp_server::entities::write;
use proto::write_request::Atomicity;
use tonic::Code;

#[test]
fn what_is_wrong_with_entries() {
    let Some(device) = device() else { return };
    let set = set(1, 1);
    let a = exact(1, r"\001");
    let b = exact(2, r"\001");
    let colour = r#"action { action { action_id: 0x01000003 params { param_id: 1 value: "\002" } } }"#;
    let of_masks = |rest: &str| entry(3, &format!("{} priority: 1 {colour} {rest}", exact(4, r"\000")));
    let of_prefixes = |rest: &str| entry(2, &format!("{rest} {set}"));
    let of_exacts = |rest: &str| entry(1, &format!("{a} {b} {rest}"));
    let cases: [(String, Code, &str); 40] = [
        ("table_entry { }".into(), Code::InvalidArgument, "the program has no table with id 0x00000000"),
        (entry(99, ""), Code::InvalidArgument, "the program has no table with id 0x02000063"),
        (of_exacts(""), Code::InvalidArgument, "table `Ing.exacts`: a new entry needs an action"),
        (of_exacts("action { }"), Code::InvalidArgument, "the action is none"),
        (
            entry(1, &format!("{a} {set}")),
            Code::InvalidArgument,
            "match field `headers.all.b`: an exact match has to be given",
        ),
        (
            of_exacts(&format!("{a} {set}")),
            Code::InvalidArgument,
            "match field `headers.all.a`: it is there twice",
        ),
        (
            of_exacts(&format!("{} {set}", exact(7, "x"))),
            Code::InvalidArgument,
            "has no match field with id 7",
        ),
        (
            entry(1, &format!("{a} {} {set}", exact(2, r"\002\000"))),
            Code::OutOfRange,
            "`headers.all.b`: 0x0200 does not fit 9 bits",
        ),
        (
            entry(1, &format!("{a} {} {set}", exact(2, ""))),
            Code::OutOfRange,
            "`headers.all.b`: the value has no byte",
        ),
        (
            entry(1, &format!("{a} match {{ field_id: 2 }} {set}")),
            Code::InvalidArgument,
            "`headers.all.b`: nothing is said of it",
        ),
        (
            entry(1, &format!("{a} match {{ field_id: 2 optional {{ value: \"x\" }} }} {set}")),
            Code::InvalidArgument,
            "its match kind is exact",
        ),
        (
            of_exacts(&format!("{set} priority: 3")),
            Code::InvalidArgument,
            "its entries have no priority, 3 is given",
        ),
        (of_exacts(&format!("{set} priority: -3")), Code::InvalidArgument, "-3 is no priority"),
        (
            of_exacts(&format!("{set} is_const: true")),
            Code::InvalidArgument,
            "`is_const` is for what is read",
        ),
        (
            of_exacts(&format!("{set} time_since_last_hit {{ }}")),
            Code::InvalidArgument,
            "`time_since_last_hit` is for what is read",
        ),
        (
            of_exacts(&format!("{set} meter_counter_data {{ }}")),
            Code::Unimplemented,
            "meters do not count packets by colour",
        ),
        (of_exacts(&format!("{set} meter_config {{ }}")), Code::InvalidArgument, "it has no direct meter"),
        (of_exacts(&format!("{set} idle_timeout_ns: -1")), Code::InvalidArgument, "-1 ns is no idle timeout"),
        (
            of_exacts(&format!("{set} counter_data {{ byte_count: -1 }}")),
            Code::InvalidArgument,
            "-1 is no count",
        ),
        (
            of_exacts("action { action { action_id: 0x01000003 } }"),
            Code::InvalidArgument,
            "table `Ing.exacts` has no action with id 0x01000003",
        ),
        (
            of_exacts("action { action { action_id: 21257015 } }"),
            Code::PermissionDenied,
            "is an action for misses alone",
        ),
        (
            of_exacts("action { action { action_id: 0x01000001 params { param_id: 1 value: \"x\" } } }"),
            Code::InvalidArgument,
            "`Ing.set` needs a value for `port`",
        ),
        (
            of_exacts("action { action { action_id: 0x01000002 params { param_id: 1 value: \"x\" } } }"),
            Code::InvalidArgument,
            "`Ing.discard` has no parameter with id 1",
        ),
        (
            of_exacts(
                "action { action { action_id: 0x01000001 params { param_id: 1 value: \"x\" } params { param_id: 1 value: \"x\" } } }",
            ),
            Code::InvalidArgument,
            "parameter `value` of `Ing.set`: it is there twice",
        ),
        (
            of_exacts("action { action { action_id: 0x01000001 params { param_id: 1 } } }"),
            Code::InvalidArgument,
            "parameter `value` of `Ing.set`: the value has no byte",
        ),
        (
            of_exacts("action { action { action_id: 0x01000001 params { param_id: 2 value: \"abc\" } } }"),
            Code::OutOfRange,
            "parameter `port` of `Ing.set`: 0x616263 does not fit 9 bits",
        ),
        (
            of_exacts("action { action_profile_member_id: 1 }"),
            Code::InvalidArgument,
            "it has no action profile",
        ),
        (of_prefixes("idle_timeout_ns: 1"), Code::InvalidArgument, "it has no idle timeout"),
        (of_prefixes("counter_data { }"), Code::InvalidArgument, "it has no direct counter"),
        (
            of_prefixes("match { field_id: 1 lpm { value: \"\\000\" } }"),
            Code::InvalidArgument,
            "a prefix of no bits matches anything",
        ),
        (
            of_prefixes("match { field_id: 1 lpm { value: \"\\000\" prefix_len: 33 } }"),
            Code::InvalidArgument,
            "it has no prefix of 33 bits, but 32",
        ),
        (
            of_prefixes("match { field_id: 1 lpm { value: \"\\000\" prefix_len: -1 } }"),
            Code::InvalidArgument,
            "it has no prefix of -1 bits",
        ),
        (
            of_prefixes("match { field_id: 1 lpm { value: \"\\001\" prefix_len: 31 } }"),
            Code::InvalidArgument,
            "0x01 has ones behind its prefix of 31 bits",
        ),
        (
            of_masks("match { field_id: 1 ternary { value: \"\\000\" mask: \"\\000\" } }"),
            Code::InvalidArgument,
            "a mask without ones matches anything",
        ),
        (
            of_masks("match { field_id: 1 ternary { value: \"\\003\" mask: \"\\001\" } }"),
            Code::InvalidArgument,
            "0x03 has ones that its mask 0x01 has not",
        ),
        (
            of_masks("match { field_id: 2 range { low: \"\\003\" high: \"\\001\" } }"),
            Code::InvalidArgument,
            "the range 0x03 to 0x01 is empty",
        ),
        (
            of_masks("match { field_id: 2 range { low: \"\\000\" high: \"\\377\" } }"),
            Code::InvalidArgument,
            "a range of all values matches anything",
        ),
        (
            entry(3, &format!("{} {colour}", exact(4, r"\000"))),
            Code::InvalidArgument,
            "its entries need a priority above 0",
        ),
        (entry(5, DISCARD), Code::InvalidArgument, "it has no key"),
        (entry(4, &format!("priority: 9 {DISCARD}")), Code::PermissionDenied, "its entries are `const`"),
    ];
    for (given, code, says) in cases {
        device.refuses(Type::Insert, &given, code, says);
    }
    device.refuses(Type::Unspecified, &of_exacts(&set), Code::InvalidArgument, "an update has no type");
    device.reads("table_entry { table_id: 0x02000001 }", &[]);
    // Of an entry that goes nothing but its key is looked at.
    device.insert(&of_exacts(&set));
    device.delete(&of_exacts("action { } idle_timeout_ns: -1 time_since_last_hit { }"));
}

#[test]
fn batches_go_on_behind_what_is_wrong() {
    let Some(device) = device() else { return };
    let prefix = |first: u8| {
        entry(
            2,
            &format!(
                r#"match {{ field_id: 1 lpm {{ value: "\{first:03o}\000\000\000" prefix_len: 8 }} }} {DISCARD}"#
            ),
        )
    };
    let entries: Vec<String> = (1..20).map(prefix).collect();
    let wrong = entry(2, "match { field_id: 9 }");
    let mut updates: Vec<(Type, &str)> =
        entries.iter().take(5).map(|it| (Type::Insert, it.as_str())).collect();
    updates.insert(2, (Type::Insert, &wrong));
    updates.insert(4, (Type::Insert, &entries[0]));
    updates.push((Type::Delete, &entries[9]));
    updates.push((Type::Modify, &entries[1]));
    updates.push((Type::Modify, "meter_entry { meter_id: 1 }"));
    let codes = |results: Vec<Result<(), Problem>>| -> Vec<Code> {
        results.into_iter().map(|result| result.err().map_or(Code::Ok, |problem| problem.code)).collect()
    };
    let wanted = [
        Code::Ok,
        Code::Ok,
        Code::InvalidArgument,
        Code::Ok,
        Code::AlreadyExists,
        Code::Ok,
        Code::Ok,
        Code::NotFound,
        Code::Ok,
        Code::InvalidArgument,
    ];
    assert_eq!(codes(device.batch(&updates)), wanted);
    assert_eq!(device.try_read(&entry(2, "")).unwrap().len(), 5);
    // The table holds 16 entries.
    let all: Vec<(Type, &str)> = entries.iter().map(|it| (Type::Insert, it.as_str())).collect();
    let codes = codes(device.batch(&all));
    assert_eq!(codes[..5], [Code::AlreadyExists; 5]);
    assert_eq!(codes[5..16], [Code::Ok; 11]);
    assert_eq!(codes[16..], [Code::ResourceExhausted; 3]);
    // A wildcard read gives all that a client has to delete.
    let all = device.try_read("table_entry { }").unwrap();
    let own: Vec<String> = all.iter().map(text).filter(|it| !it.contains("is_const")).collect();
    let own: Vec<(Type, &str)> = own.iter().map(|it| (Type::Delete, it.as_str())).collect();
    assert!(device.batch(&own).iter().all(Result::is_ok));
    assert_eq!(device.try_read("table_entry { }").unwrap().len(), 4);
}

#[test]
fn roles_and_kinds_of_batches() {
    let Some(device) = device() else { return };
    let one = entry(2, DISCARD);
    let updates = [proto::Update { r#type: Type::Insert.into(), entity: Some(entity(&one)) }];
    let may_not = |_: &proto::Entity| Err(Problem::denied("another role's"));
    let result =
        write(&device.pipeline, &device.notes, &updates, Atomicity::ContinueOnError, &may_not).unwrap();
    assert_eq!(result, [Err(Problem::denied("another role's"))]);
    device.refuses(Type::Insert, "extern_entry { }", Code::Unimplemented, "externs");
    device.does_not_read("", Code::InvalidArgument, "an entity to read is none");
    device.does_not_read("extern_entry { }", Code::Unimplemented, "externs");
    device.does_not_read("table_entry { priority: 3 }", Code::InvalidArgument, "without any other filter");
    device.does_not_read(
        &entry(2, "time_since_last_hit { }"),
        Code::InvalidArgument,
        "it has no idle timeout",
    );
    device.does_not_read(&entry(2, "meter_counter_data { }"), Code::Unimplemented, "by colour");
    device.does_not_read(
        &entry(2, "action { action { action_id: 5 } }"),
        Code::InvalidArgument,
        "no action with id",
    );
    device.does_not_read(
        &entry(8, "action { action_profile_member_id: 5 }"),
        Code::InvalidArgument,
        "chosen by actions alone",
    );
    let used = exact(1, r"\001") + " " + &exact(2, r"\002");
    device.insert(&entry(1, &format!("{used} {DISCARD} idle_timeout_ns: 1")));
    let found = device.try_read("table_entry { time_since_last_hit { } }").unwrap();
    let Some(proto::entity::Entity::TableEntry(found)) = &found[0].entity else { panic!("it is no entry") };
    assert!(found.time_since_last_hit.is_some());
}
