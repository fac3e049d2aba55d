//! Counters, meters and registers, by index and of entries, and digests.

use super::{device, entity, entry, exact, set};
use p4xdp_p4runtime::p4::v1 as proto;
use p4xdp_p4runtime::p4::v1::update::Type;
use p4xdp_server::entities::digest_data;
use tonic::Code;

#[test]
fn direct_counters_and_meters() {
    let Some(device) = device() else { return };
    let keys = exact(1, r"\001") + " " + &exact(2, r"\002");
    let counter = |keys: &str, data: &str| format!("direct_counter_entry {{ {} {data} }}", entry(1, keys));
    device.insert(&entry(
        1,
        &format!("{keys} {} counter_data {{ byte_count: 600 packet_count: 9 }}", set(1, 1)),
    ));
    device.reads(&counter(&keys, ""), &[&counter(&keys, "data { byte_count: 600 packet_count: 9 }")]);
    device.modify(&counter(&keys, "data { byte_count: 60 packet_count: 1 }"));
    device.modify(&counter(&keys, ""));
    let counted =
        entry(1, &format!("{keys} {} counter_data {{ byte_count: 60 packet_count: 1 }}", set(1, 1)));
    device.reads(&entry(1, "counter_data { }"), &[&counted]);
    // A change leaves what is counted.
    device.modify(&entry(1, &format!("{keys} {}", set(1, 1))));
    device.reads(&entry(1, "counter_data { }"), &[&counted]);
    device.modify(&entry(1, &format!("{keys} counter_data {{ packet_count: 4 }}")));
    device.reads(
        "direct_counter_entry { }",
        &[
            &counter(&keys, "data { packet_count: 4 }"),
            &of_fixed(r#"match { field_id: 1 ternary { value: "\020" mask: "\360" } } priority: 3"#),
            &of_fixed(r#"match { field_id: 1 ternary { value: "\001" mask: "\377" } } priority: 2"#),
            &of_fixed("priority: 1"),
        ],
    );
    let nobody = exact(1, r"\011") + " " + &exact(2, r"\002");
    device.does_not_read(&counter(&nobody, ""), Code::NotFound, "has no such entry");
    device.does_not_read(
        &format!("direct_counter_entry {{ {} }}", entry(2, "")),
        Code::InvalidArgument,
        "has no direct counter",
    );
    device.refuses(Type::Insert, &counter(&keys, ""), Code::InvalidArgument, "can only be modified");
    device.refuses(Type::Modify, &counter(&nobody, "data { }"), Code::NotFound, "has no entry");
    device.refuses(Type::Modify, &counter(&nobody, ""), Code::NotFound, "has no entry");
    device.refuses(Type::Modify, "direct_counter_entry { }", Code::InvalidArgument, "without an entry");
    let of_misses = counter("is_default_action: true", "data { packet_count: 3 }");
    device.modify(&of_misses);
    device.reads(&counter("is_default_action: true", ""), &[&of_misses]);

    let colour = r#"action { action { action_id: 0x01000003 params { param_id: 1 value: "\002" } } }"#;
    let config = "{ cir: 1000 cburst: 100 pir: 2000 pburst: 200 }";
    let key = exact(4, r"\000") + " priority: 1";
    let metered = entry(3, &format!("{key} {colour} meter_config {config}"));
    let meter = |config: &str| format!("direct_meter_entry {{ {} {config} }}", entry(3, &key));
    device.insert(&metered);
    device.reads(&entry(3, "meter_config { }"), &[&metered]);
    device.reads(&entry(3, ""), &[&entry(3, &format!("{key} {colour}"))]);
    device.reads(&meter(""), &[&meter(&format!("config {config}"))]);
    // Unset rates are taken away.
    device.modify(&entry(3, &format!("{key} {colour}")));
    device.reads(&entry(3, "meter_config { }"), &[&entry(3, &format!("{key} {colour}"))]);
    device.modify(&meter(&format!("config {config}")));
    device.reads("direct_meter_entry { }", &[&meter(&format!("config {config}"))]);
    device.modify(&meter(""));
    device.reads(&meter(""), &[&meter("")]);
    device.refuses(Type::Modify, &meter("config { eburst: 1 }"), Code::InvalidArgument, "no excess burst");
    device.refuses(
        Type::Modify,
        &meter("config { cir: 5 cburst: 1 pir: 4 pburst: 1 }"),
        Code::InvalidArgument,
        "`peak_rate`",
    );
    device.refuses(
        Type::Modify,
        &meter("config { cir: -5 }"),
        Code::InvalidArgument,
        "-5 is no `committed_rate`",
    );
    device.refuses(Type::Modify, &meter("counter_data { }"), Code::Unimplemented, "by colour");
    device.refuses(Type::Delete, &meter(""), Code::InvalidArgument, "can only be modified");
}

fn of_fixed(key: &str) -> String {
    format!("direct_counter_entry {{ {} data {{ }} }}", entry(4, key))
}

#[test]
fn counters_meters_and_registers() {
    let Some(device) = device() else { return };
    let counter =
        |id: u32, rest: &str| format!("counter_entry {{ counter_id: {} {rest} }}", 0x1200_0000 + id);
    let two = counter(1, "index { index: 2 } data { byte_count: 100 packet_count: 2 }");
    device.modify(&two);
    device.reads(&counter(1, "index { index: 2 }"), &[&two]);
    device.reads(&counter(1, "index { }"), &[&counter(1, "index { } data { }")]);
    device.modify(&counter(2, "data { byte_count: 7 }"));
    device.modify(&counter(1, "index { index: 2 }"));
    let all: Vec<String> =
        (0..8)
            .map(|at| {
                if at == 2 { two.clone() } else { counter(1, &format!("index {{ index: {at} }} data {{ }}")) }
            })
            .chain((0..4).map(|at| counter(2, &format!("index {{ index: {at} }} data {{ byte_count: 7 }}"))))
            .collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    device.reads(&counter(1, ""), &all[..8]);
    device.reads("counter_entry { }", &all);
    device.refuses(
        Type::Insert,
        &two,
        Code::InvalidArgument,
        "counter `Ing.packets`: its cells are always there",
    );
    device.refuses(Type::Delete, &two, Code::InvalidArgument, "can only be modified");
    device.refuses(
        Type::Modify,
        &counter(1, "index { index: -1 } data { }"),
        Code::InvalidArgument,
        "-1 is no index",
    );
    device.refuses(
        Type::Modify,
        &counter(1, "index { index: 8 } data { }"),
        Code::OutOfRange,
        "has indices 0 to 7, not 8",
    );
    device.refuses(
        Type::Modify,
        &counter(9, "data { }"),
        Code::InvalidArgument,
        "no counter with id 0x12000009",
    );
    device.does_not_read(&counter(1, "index { index: 8 }"), Code::OutOfRange, "has indices 0 to 7, not 8");
    device.does_not_read("counter_entry { index { } }", Code::InvalidArgument, "an index is of one counter");

    let meter = |rest: &str| format!("meter_entry {{ meter_id: 0x14000001 {rest} }}");
    let one = meter("index { index: 1 } config { cir: 1 cburst: 2 pir: 3 pburst: 4 }");
    device.modify(&one);
    let nothing = |at: u32| meter(&format!("index {{ index: {at} }}"));
    device.reads("meter_entry { }", &[&nothing(0), &one, &nothing(2), &nothing(3)]);
    device.modify(&meter("config { cir: 1 cburst: 2 pir: 3 pburst: 4 }"));
    device.reads(&nothing(3), &[&meter("index { index: 3 } config { cir: 1 cburst: 2 pir: 3 pburst: 4 }")]);
    device.modify(&meter(""));
    device.reads(&meter(""), &[&nothing(0), &nothing(1), &nothing(2), &nothing(3)]);
    device.refuses(Type::Modify, &meter("config { }"), Code::InvalidArgument, "`committed_burst`");

    let register =
        |id: u32, rest: &str| format!("register_entry {{ register_id: {} {rest} }}", 0x1600_0000 + id);
    let number = register(1, r#"index { index: 7 } data { bitstring: "\001\002" }"#);
    device.modify(&number);
    device.reads(&register(1, "index { index: 7 }"), &[&number]);
    let structure = register(
        2,
        r#"index { index: 3 } data { struct {
            members { bitstring: "\001\000" } members { bool: true } members { enum: "busy" }
            members { enum_value: "\007" } members { bitstring: "\377" } } }"#,
    );
    device.modify(&structure);
    device.reads(&register(2, "index { index: 3 }"), &[&structure]);
    let negative = register(3, r#"index { } data { bitstring: "\377\177" }"#);
    device.modify(&negative);
    device.reads(&register(3, "index { }"), &[&negative]);
    device.modify(&register(3, r#"index { } data { bitstring: "\377\377\377" }"#));
    device.reads(&register(3, "index { }"), &[&register(3, r#"index { } data { bitstring: "\377" }"#)]);
    assert_eq!(device.try_read("register_entry { }").unwrap().len(), 16);
    device.modify(&register(1, r#"data { bitstring: "\011" }"#));
    device.reads(
        &register(1, "index { index: 7 }"),
        &[&register(1, r#"index { index: 7 } data { bitstring: "\011" }"#)],
    );
    let wrong = [
        ("", Code::InvalidArgument, "no data is given"),
        ("data { bool: true }", Code::InvalidArgument, "its type wants a bitstring"),
        (r#"data { bitstring: "\001\000\000\000\000" }"#, Code::OutOfRange, "does not fit 32 bits"),
        ("index { index: -1 } data { bitstring: \"x\" }", Code::InvalidArgument, "-1 is no index"),
        ("index { index: 8 } data { bitstring: \"x\" }", Code::OutOfRange, "has indices 0 to 7"),
    ];
    for (rest, code, says) in wrong {
        device.refuses(Type::Modify, &register(1, rest), code, says);
    }
    device.refuses(
        Type::Modify,
        &register(2, "data { struct { } }"),
        Code::InvalidArgument,
        "5 members, 0 are given",
    );
}

#[test]
fn digests_are_sent_when_they_are_configured() {
    let Some(device) = device() else { return };
    let id = device.pipeline.p4info.digests[0].preamble.as_ref().unwrap().id;
    let digest = |config: &str| format!("digest_entry {{ digest_id: {id} {config} }}");
    device.reads("digest_entry { }", &[]);
    device.refuses(Type::Modify, &digest(""), Code::NotFound, "is not sent");
    let one = digest("config { max_timeout_ns: 1000 max_list_size: 5 ack_timeout_ns: 7 }");
    device.insert(&one);
    device.refuses(Type::Insert, &one, Code::AlreadyExists, "is sent already");
    device.reads("digest_entry { }", &[&one]);
    device.modify(&digest("config { }"));
    device.reads(&digest(""), &[&digest("config { }")]);
    device.refuses(
        Type::Modify,
        &digest("config { max_list_size: -1 }"),
        Code::InvalidArgument,
        "-1 is neither",
    );
    device.delete(&digest(""));
    device.reads(&digest(""), &[]);
    device.does_not_read("digest_entry { digest_id: 1 }", Code::InvalidArgument, "no digest with id");

    let message = p4xdp_runtime::digests::Message {
        receiver: None,
        fields: vec![5u8.into(), 300u16.into(), 1u8.into()],
    };
    let data = digest_data(&device.pipeline, id, &message).unwrap();
    let wanted = entity(
        r#"register_entry { data { struct { members { bitstring: "\005" } members { bitstring: "\001\054" } members { bool: true } } } }"#,
    );
    let Some(proto::entity::Entity::RegisterEntry(wanted)) = wanted.entity else {
        panic!("it is another entity")
    };
    assert_eq!(Some(data), wanted.data);
}
