//! Members, groups and action sets.

use super::{DISCARD, Device, attached, device, entry, exact, group, member};
use p4xdp_p4runtime::p4::v1::update::Type;
use tonic::Code;

#[test]
fn members_and_groups() {
    let Some(device) = device() else { return };
    let run = |value: u8| {
        format!(
            r#"action {{ action_id: 0x01000001 params {{ param_id: 1 value: "\{value:03o}" }} params {{ param_id: 2 value: "\001" }} }}"#
        )
    };
    let discard = "action { action_id: 0x01000002 }";
    for profile in [1, 2] {
        device.insert(&member(profile, 1, &run(1)));
        device.insert(&member(profile, 2, discard));
    }
    device.reads(
        "action_profile_member { }",
        &[&member(1, 1, &run(1)), &member(1, 2, discard), &member(2, 1, &run(1)), &member(2, 2, discard)],
    );
    device.modify(&member(1, 1, &run(9)));
    device.reads(&member(1, 1, ""), &[&member(1, 1, &run(9))]);
    device.reads(&member(1, 5, ""), &[]);
    let wrong = [
        (Type::Insert, member(1, 1, discard), Code::AlreadyExists, "has member 1 already"),
        (Type::Modify, member(1, 3, discard), Code::NotFound, "has no member 3"),
        (Type::Delete, member(1, 3, discard), Code::NotFound, "has no member 3"),
        (Type::Insert, member(1, 3, ""), Code::InvalidArgument, "a member needs an action"),
        (Type::Insert, member(1, 0, discard), Code::InvalidArgument, "0 is no member"),
        (Type::Insert, member(1, 0x8000_0000, discard), Code::InvalidArgument, "are the server's own"),
        (Type::Insert, member(9, 1, discard), Code::InvalidArgument, "no action profile with id 0x11000009"),
        (
            Type::Insert,
            member(1, 3, "action { action_id: 0x01000003 }"),
            Code::InvalidArgument,
            "has no action with id",
        ),
    ];
    for (kind, given, code, says) in wrong {
        device.refuses(kind, &given, code, says);
    }
    let both = group(7, "members { member_id: 1 weight: 3 } members { member_id: 2 weight: 1 } max_size: 4");
    device.insert(&both);
    let empty = group(8, "max_size: 1");
    device.insert(&empty);
    device.reads("action_profile_group { }", &[&both, &empty]);
    device.modify(&group(8, "members { member_id: 2 weight: 1 } max_size: 1"));
    device.reads(&group(8, ""), &[&group(8, "members { member_id: 2 weight: 1 } max_size: 1")]);
    let wrong = [
        (Type::Insert, both.clone(), Code::AlreadyExists, "has group 7 already"),
        (Type::Modify, group(9, "max_size: 1"), Code::NotFound, "has no group 9"),
        (Type::Delete, group(9, ""), Code::NotFound, "has no group 9"),
        (Type::Modify, group(8, "max_size: 2"), Code::InvalidArgument, "was made with `max_size` 1"),
        (Type::Insert, group(9, ""), Code::InvalidArgument, "`max_size` of a group is 1 to 4, 0 is given"),
        (
            Type::Insert,
            group(9, "max_size: 5"),
            Code::InvalidArgument,
            "`max_size` of a group is 1 to 4, 5 is given",
        ),
        (
            Type::Insert,
            group(9, "max_size: 1 members { member_id: 1 weight: 2 }"),
            Code::ResourceExhausted,
            "the group has 2 members",
        ),
        (
            Type::Insert,
            group(9, "max_size: 1 members { member_id: 1 }"),
            Code::InvalidArgument,
            "0 is no weight",
        ),
        (
            Type::Insert,
            group(9, "max_size: 1 members { member_id: 5 weight: 1 }"),
            Code::NotFound,
            "has no member 5",
        ),
        (
            Type::Insert,
            group(9, "max_size: 4 members { member_id: 1 weight: 1 } members { member_id: 1 weight: 1 }"),
            Code::InvalidArgument,
            "twice",
        ),
        (Type::Delete, member(2, 1, ""), Code::FailedPrecondition, "is in use"),
        (
            Type::Insert,
            "action_profile_group { action_profile_id: 0x11000001 group_id: 1 }".into(),
            Code::InvalidArgument,
            "it is no selector",
        ),
    ];
    for (kind, given, code, says) in wrong {
        device.refuses(kind, &given, code, says);
    }
    let of_member = entry(8, &format!("{} action {{ action_profile_member_id: 1 }}", exact(1, r"\001")));
    let of_group = entry(9, &format!("{} action {{ action_profile_group_id: 7 }}", exact(1, r"\001")));
    device.insert(&of_member);
    device.insert(&of_group);
    device.reads(&entry(8, ""), &[&of_member]);
    device.reads(&entry(9, ""), &[&of_group]);
    let on_member = entry(9, &format!("{} action {{ action_profile_member_id: 2 }}", exact(1, r"\001")));
    device.modify(&on_member);
    device.reads(&entry(9, ""), &[&on_member]);
    let other = |action: &str| format!("{} {action}", exact(1, r"\002"));
    let wrong = [
        (entry(8, &other("action { action_profile_member_id: 5 }")), Code::NotFound, "has no member 5"),
        (entry(8, &other("action { action_profile_member_id: 0 }")), Code::InvalidArgument, "0 is no member"),
        (
            entry(8, &other("action { action_profile_group_id: 1 }")),
            Code::InvalidArgument,
            "it is no selector",
        ),
        (entry(9, &other("action { action_profile_group_id: 5 }")), Code::NotFound, "has no group 5"),
        (entry(9, &other(DISCARD)), Code::InvalidArgument, "name members"),
        (entry(9, &other("action { action_profile_action_set { } }")), Code::InvalidArgument, "do not mix"),
        (
            entry(8, &other("action { action_profile_action_set { } }")),
            Code::InvalidArgument,
            "it is no selector",
        ),
    ];
    for (given, code, says) in wrong {
        device.refuses(Type::Insert, &given, code, says);
    }
    device.refuses(Type::Delete, &member(2, 2, ""), Code::FailedPrecondition, "is in use");
    device.delete(&of_group);
    for gone in [group(7, ""), group(8, ""), member(2, 2, ""), member(2, 1, "")] {
        device.delete(&gone);
    }
    device.reads("action_profile_group { }", &[]);
}

#[test]
fn action_sets_are_read_as_they_are_written() {
    let Some(device) = device() else { return };
    let choice = |value: u8, weight: i32| {
        let (first, second) = (
            format!(r#"params {{ param_id: 1 value: "\{value:03o}" }}"#),
            r#"params { param_id: 2 value: "\001" }"#,
        );
        format!(
            "action_profile_actions {{ action {{ action_id: 0x01000001 {first} {second} }} weight: {weight} }}"
        )
    };
    let set = |key: &str, rest: &str| {
        entry(9, &format!("{} action {{ action_profile_action_set {{ {rest} }} }}", exact(1, key)))
    };
    let one = set(r"\001", &(choice(5, 2) + " " + &choice(6, 1) + " " + &choice(5, 1)));
    device.insert(&one);
    device.reads(&entry(9, ""), &[&one]);
    device.reads("action_profile_member { }", &[]);
    device.reads("action_profile_group { }", &[]);
    device.refuses(Type::Insert, &one, Code::AlreadyExists, "has an entry for");
    let other = set(r"\002", &(choice(7, 1) + " action_selection_mode: HASH size_semantics: SUM_OF_WEIGHTS"));
    device.insert(&other);
    device.reads(&entry(9, ""), &[&one, &other]);
    let changed = set(r"\001", &choice(8, 4));
    device.modify(&changed);
    device.reads(&entry(9, ""), &[&changed, &other]);
    // The program has room for 16 members: what is replaced is gone.
    for turn in 0..20 {
        device.modify(&set(r"\001", &choice(turn, 1)));
    }
    device.delete(&entry(9, &exact(1, r"\001")));
    device.reads(&entry(9, ""), &[&other]);
    let wrong = [
        (set(r"\003", &choice(1, 0)), Code::InvalidArgument, "0 is no weight"),
        (
            set(r"\003", &choice(1, 5)),
            Code::InvalidArgument,
            "a group holds 4 members at most, the set has 5",
        ),
        (
            set(r"\003", "action_profile_actions { weight: 1 }"),
            Code::InvalidArgument,
            "an action of a set is none",
        ),
        (set(r"\003", "action_selection_mode: RANDOM"), Code::Unimplemented, "none is RANDOM"),
        (set(r"\003", "size_semantics: SUM_OF_MEMBERS"), Code::Unimplemented, "none is SUM_OF_MEMBERS"),
        (
            set(r"\003", "group_action { action_id: 0x01000002 }"),
            Code::Unimplemented,
            "no action of their own",
        ),
        (
            entry(9, &format!("{} action {{ action_profile_member_id: 1 }}", exact(1, r"\003"))),
            Code::InvalidArgument,
            "do not mix",
        ),
        (member(2, 1, "action { action_id: 0x01000002 }"), Code::InvalidArgument, "do not mix"),
        (group(1, "max_size: 1"), Code::InvalidArgument, "do not mix"),
    ];
    for (given, code, says) in wrong {
        device.refuses(Type::Insert, &given, code, says);
    }
    device.refuses(Type::Modify, &set(r"\003", &choice(1, 1)), Code::NotFound, "has no entry for");
    device.delete(&other);
    // All of them are gone, and members of controllers may be there.
    device.insert(&member(2, 1, "action { action_id: 0x01000002 }"));
}

/// Groups and action sets that watch ports, and ports by the names of their devices.
#[test]
fn ports_that_are_watched_or_named() {
    attached("ports_that_are_watched_or_named", ports);
}

fn ports(device: Device) {
    let watching =
        |port: &str| format!(r#"members {{ member_id: 1 weight: 2 watch_port: "{port}" }} max_size: 4"#);
    device.insert(&member(2, 1, "action { action_id: 0x01000002 }"));
    device.insert(&group(1, &watching(r"\002")));
    device.reads(&group(1, ""), &[&group(1, &watching(r"\002"))]);
    device.refuses(
        Type::Insert,
        &group(2, &watching(r"\003")),
        Code::InvalidArgument,
        "watch port: `3` is no port of the program",
    );
    device.delete(&group(1, ""));
    device.delete(&member(2, 1, ""));
    let set = |port: &str| {
        let action = "action { action_id: 0x01000002 }";
        let choice = format!(r#"action_profile_actions {{ {action} weight: 1 watch_port: "{port}" }}"#);
        entry(9, &format!("{} action {{ action_profile_action_set {{ {choice} }} }}", exact(1, r"\001")))
    };
    device.insert(&set(r"\001"));
    device.reads(&entry(9, ""), &[&set(r"\001")]);
    device.refuses(
        Type::Modify,
        &set(r"\003"),
        Code::InvalidArgument,
        "watch port: `3` is no port of the program",
    );
    device.reads(&entry(9, ""), &[&set(r"\001")]);

    let named = |name: &str| entry(11, &format!("{} {DISCARD}", exact(1, name)));
    device.insert(&named("eth2"));
    device.reads(&entry(11, ""), &[&named("eth2")]);
    device.reads(&entry(11, &exact(1, "eth1")), &[]);
    device.refuses(Type::Insert, &named("eth3"), Code::InvalidArgument, "there is no device `eth3`");
}
