//! Value sets, multicast groups and clone sessions.

use super::{Device, attached, device, exact};
use p4xdp_p4runtime::p4::v1::update::Type;
use tonic::Code;

#[test]
fn value_sets_are_replaced_as_a_whole() {
    let Some(device) = device() else { return };
    let member = |value: &str| format!("members {{ {} }}", exact(1, value));
    let set = |id: u32, members: &str| {
        format!("value_set_entry {{ value_set_id: {} {members} }}", 0x0300_0000 + id)
    };
    let pair = r#"members {
        match { field_id: 1 ternary { value: "\001\000" mask: "\377\000" } } match { field_id: 2 exact { value: "\005" } } }"#;
    let any = format!("members {{ {} }}", exact(2, r"\005"));
    device.reads("value_set_entry { }", &[&set(1, ""), &set(2, "")]);
    let two = set(1, &(member(r"\001") + " " + &member(r"\002")));
    device.modify(&two);
    device.reads(&set(1, ""), &[&two]);
    let others = set(1, &(member(r"\002") + " " + &member(r"\003")));
    device.modify(&others);
    device.reads(&set(1, ""), &[&others]);
    device.modify(&set(2, &format!("{pair} {any}")));
    device.reads(&set(2, ""), &[&set(2, &format!("{pair} {any}"))]);
    let five: Vec<String> = (1..6).map(|value| member(&format!("\\{value:03o}"))).collect();
    device.refuses(
        Type::Modify,
        &set(1, &five.join(" ")),
        Code::ResourceExhausted,
        "value set `Prs.kinds` is full: it holds 4 members, 5 are given",
    );
    let twice = set(1, &(member(r"\001") + " " + &member(r"\000\001")));
    device.refuses(Type::Modify, &twice, Code::AlreadyExists, "a member is there twice");
    device.refuses(Type::Insert, &two, Code::InvalidArgument, "can only be modified");
    device.refuses(Type::Delete, &two, Code::InvalidArgument, "can only be modified");
    device.refuses(
        Type::Modify,
        &set(1, "members { }"),
        Code::InvalidArgument,
        "an exact match has to be given",
    );
    device.refuses(Type::Modify, &set(7, ""), Code::InvalidArgument, "no value set with id 0x03000007");
    device.reads(&set(1, ""), &[&others]);
    device.modify(&set(1, ""));
    device.reads(&set(1, ""), &[&set(1, "")]);
}

#[test]
fn multicast_groups_and_clone_sessions() {
    attached("multicast_groups_and_clone_sessions", copies);
}

fn copies(device: Device) {
    let group = |id: u32, rest: &str| {
        format!(
            "packet_replication_engine_entry {{ multicast_group_entry {{ multicast_group_id: {id} {rest} }} }}"
        )
    };
    let session = |id: u32, rest: &str| {
        format!("packet_replication_engine_entry {{ clone_session_entry {{ session_id: {id} {rest} }} }}")
    };
    let first = r#"replicas { port: "\001" }"#;
    let again = r#"replicas { port: "\002" instance: 5 }"#;
    let one = group(3, &format!("{first} {again} metadata: \"ours\""));
    device.insert(&one);
    let old = group(4, "replicas { egress_port: 1 instance: 7 }");
    device.insert(&old);
    device.reads(&group(0, ""), &[&one, &old]);
    device.reads(&group(4, ""), &[&old]);
    device.reads(&group(9, ""), &[]);
    device.modify(&group(3, again));
    device.reads(&group(3, ""), &[&group(3, again)]);
    device.delete(&group(4, ""));
    let wrong = [
        (Type::Insert, group(3, ""), Code::AlreadyExists, "is there already"),
        (Type::Modify, group(4, ""), Code::NotFound, "there is no multicast group 4"),
        (Type::Delete, group(4, ""), Code::NotFound, "there is no multicast group 4"),
        (Type::Insert, group(0, ""), Code::InvalidArgument, "0 is no multicast group"),
        (Type::Insert, group(0x8000_0000, ""), Code::InvalidArgument, "is no multicast group"),
        (
            Type::Insert,
            group(5, r#"replicas { port: "\003" }"#),
            Code::InvalidArgument,
            "`3` is no port of the program, which has 1=eth1 2=eth2",
        ),
        (
            Type::Insert,
            session(5, r#"replicas { port: "\003" }"#),
            Code::InvalidArgument,
            "`3` is no port of the program, which has 1=eth1 2=eth2",
        ),
        (Type::Insert, group(5, "replicas { }"), Code::InvalidArgument, "a replica has no port"),
        (Type::Insert, group(5, r#"replicas { port: "" }"#), Code::OutOfRange, "the value has no byte"),
        (
            Type::Insert,
            group(5, &format!("{first} {first}")),
            Code::InvalidArgument,
            "two replicas of instance 0 for port 1",
        ),
        (
            Type::Insert,
            group(5, r#"replicas { port: "\001" instance: 65536 }"#),
            Code::InvalidArgument,
            "instance 65536",
        ),
        (
            Type::Insert,
            group(5, r#"replicas { port: "\001" backup_replicas { port: "\002" } }"#),
            Code::Unimplemented,
            "no backups",
        ),
        (
            Type::Insert,
            group(5, &format!("metadata: \"{}\"", "x".repeat(300))),
            Code::ResourceExhausted,
            "the server keeps 240",
        ),
        (Type::Insert, session(0, ""), Code::InvalidArgument, "0 is no clone session"),
        (Type::Modify, session(9, ""), Code::NotFound, "there is no clone session 9"),
        (Type::Delete, session(9, ""), Code::NotFound, "there is no clone session 9"),
        (Type::Insert, session(9, "packet_length_bytes: -1"), Code::InvalidArgument, "-1 is no length"),
        (
            Type::Insert,
            "packet_replication_engine_entry { }".into(),
            Code::InvalidArgument,
            "neither a group nor a session",
        ),
    ];
    for (kind, given, code, says) in wrong {
        device.refuses(kind, &given, code, says);
    }
    let to_port = session(5, &format!("{first} class_of_service: 2 packet_length_bytes: 64"));
    device.insert(&to_port);
    let to_several = session(6, &format!("{first} {again}"));
    device.insert(&to_several);
    device.reads(&session(0, ""), &[&to_port, &to_several]);
    device.reads(&group(0, ""), &[&group(3, again)]);
    device.refuses(Type::Insert, &to_port, Code::AlreadyExists, "is there already");
    device.modify(&session(6, first));
    device.modify(&session(5, again));
    device.reads(&session(0, ""), &[&session(5, again), &session(6, first)]);
    device.reads(
        "packet_replication_engine_entry { }",
        &[&group(3, again), &session(5, again), &session(6, first)],
    );
    device.delete(&session(5, ""));
    device.delete(&session(6, ""));
    device.delete(&group(3, ""));
    device.reads("packet_replication_engine_entry { }", &[]);
    assert_eq!(
        device.pipeline.program.copies().unwrap().config().unwrap(),
        p4xdp_runtime::copies::Config::default()
    );
}
