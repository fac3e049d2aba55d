//! Entries and default actions that are written and read again.

use super::{DISCARD, device, entry, exact, set};
use p4xdp_p4runtime::p4::v1::update::Type;
use tonic::Code;

#[test]
fn entries_are_read_as_they_are_written() {
    let Some(device) = device() else { return };
    let keys = exact(1, r"\022\064") + " " + &exact(2, r"\001\377");
    let one = entry(1, &format!("{keys} {}", set(7, 3)));
    device.insert(&one);
    device.reads(&entry(1, ""), &[&one]);
    device.reads(&entry(1, &keys), &[&one]);
    device.reads(&entry(1, &(exact(1, r"\022\064") + " " + &exact(2, r"\001"))), &[]);
    // Zeros in front are no part of a number.
    let other = entry(
        1,
        &format!(
            "{} {} {DISCARD} metadata: \"note\" idle_timeout_ns: 5000000000",
            exact(1, r"\000\000\005"),
            exact(2, r"\000\006")
        ),
    );
    device.insert(&other);
    let other = entry(
        1,
        &format!(
            "{} {} {DISCARD} metadata: \"note\" idle_timeout_ns: 5000000000",
            exact(1, r"\005"),
            exact(2, r"\006")
        ),
    );
    device.reads(&entry(1, ""), &[&other, &one]);
    device.reads(&entry(1, "metadata: \"note\""), &[&other]);
    device.reads(&entry(1, "action { action { action_id: 0x01000001 } }"), &[&one]);
    // All of it is said anew.
    let changed = entry(1, &format!("{} {} {}", exact(1, r"\005"), exact(2, r"\006"), set(1, 1)));
    device.modify(&changed);
    device.reads(&entry(1, ""), &[&changed, &one]);
    device.delete(&entry(1, &keys));
    device.reads(&entry(1, ""), &[&changed]);
    device.refuses(Type::Delete, &entry(1, &keys), Code::NotFound, "has no entry for headers.all.a=4660");
    device.refuses(Type::Insert, &changed, Code::AlreadyExists, "has an entry for");
    device.refuses(Type::Modify, &one, Code::NotFound, "has no entry for");
}

#[test]
fn prefixes_masks_ranges_and_optional_keys() {
    let Some(device) = device() else { return };
    let prefix = |value: &str, length: u32| {
        format!(r#"match {{ field_id: 1 lpm {{ value: "{value}" prefix_len: {length} }} }}"#)
    };
    let first = entry(2, &format!("{} {}", prefix(r"\012\000\000\000", 8), set(1, 2)));
    let second = entry(2, &format!("{} {DISCARD}", prefix(r"\012\001\000\000", 16)));
    let all = entry(2, DISCARD);
    for entry in [&first, &second, &all] {
        device.insert(entry);
    }
    device.reads(&entry(2, ""), &[&all, &first, &second]);
    device.reads(&entry(2, &prefix(r"\012\000\000\000", 8)), &[&first]);
    device.delete(&all);
    device.reads(&entry(2, ""), &[&first, &second]);

    let read_colour = r#"action { action { action_id: 0x01000003 params { param_id: 1 value: "\002" } } }"#;
    let masked = entry(
        3,
        &format!(
            r#"match {{ field_id: 1 ternary {{ value: "\020\000" mask: "\360\000" }} }}
            match {{ field_id: 2 range {{ low: "\001" high: "\011" }} }}
            match {{ field_id: 3 optional {{ value: "\003" }} }}
            match {{ field_id: 4 exact {{ value: "\000" }} }}
            match {{ field_id: 5 lpm {{ value: "\200\000\000\000" prefix_len: 1 }} }} priority: 10 {read_colour}"#
        ),
    );
    let bare = entry(3, &format!("{} priority: 5 {read_colour}", exact(4, r"\000")));
    device.insert(&bare);
    device.insert(&masked);
    device.reads(&entry(3, ""), &[&masked, &bare]);
    device.reads(&entry(3, "priority: 10"), &[&masked]);
    // The same keys at another priority are another entry.
    let above = entry(3, &format!("{} priority: 6 {read_colour}", exact(4, r"\000")));
    device.insert(&above);
    device.reads(&entry(3, &exact(4, r"\000")), &[&above, &bare]);
    device.reads(&entry(3, &(exact(4, r"\000") + " priority: 5")), &[&bare]);
    device.delete(&entry(3, &(exact(4, r"\000") + " priority: 6")));
    device.reads(&entry(3, ""), &[&masked, &bare]);
}

#[test]
fn default_actions() {
    let Some(device) = device() else { return };
    let default = |table, rest: &str| entry(table, &format!("is_default_action: true {rest}"));
    let own = default(2, &set(7, 2));
    device.reads(&default(2, ""), &[&own]);
    let changed = default(2, &format!("{} metadata: \"mine\"", set(1, 1)));
    device.modify(&changed);
    device.reads(&default(2, ""), &[&changed]);
    // Wildcards have no default actions, as clients delete what they are given.
    device.reads(&entry(2, ""), &[]);
    device.modify(&default(2, ""));
    device.reads(&default(2, ""), &[&own]);
    device.refuses(Type::Insert, &own, Code::InvalidArgument, "can only be modified");
    device.refuses(Type::Delete, &own, Code::InvalidArgument, "can only be modified");
    device.refuses(
        Type::Modify,
        &default(2, "priority: 1"),
        Code::InvalidArgument,
        "neither a match nor a priority",
    );
    device.refuses(Type::Modify, &default(1, "idle_timeout_ns: 1"), Code::InvalidArgument, "no idle timeout");
    device.refuses(
        Type::Modify,
        &default(6, DISCARD),
        Code::PermissionDenied,
        "its default action is `const`",
    );
    device.refuses(Type::Modify, &default(6, ""), Code::PermissionDenied, "its default action is `const`");
    let only_in_entries = default(1, "action { action { action_id: 0x01000005 } }");
    device.refuses(Type::Modify, &only_in_entries, Code::PermissionDenied, "is no action for misses");
    device.refuses(
        Type::Modify,
        &default(2, "action { action_profile_group_id: 1 }"),
        Code::InvalidArgument,
        "is an action",
    );
    device.modify(&default(5, &set(4, 4)));
    device.reads(&default(5, ""), &[&default(5, &set(4, 4))]);
}

#[test]
fn constant_and_initial_entries() {
    let Some(device) = device() else { return };
    let masked = |value: &str, mask: &str| {
        format!(r#"match {{ field_id: 1 ternary {{ value: "{value}" mask: "{mask}" }} }}"#)
    };
    let first = format!("{} {}", masked(r"\020", r"\360"), set(1, 1));
    let entries = [
        entry(4, &format!("{first} priority: 3 is_const: true")),
        entry(4, &format!("{} priority: 2 is_const: true {DISCARD}", masked(r"\001", r"\377"))),
        entry(4, &format!("priority: 1 is_const: true {}", set(3, 3))),
    ];
    device.reads(&entry(4, ""), &entries.each_ref().map(String::as_str));
    let key = format!("{} priority: 3", masked(r"\020", r"\360"));
    device.reads(&entry(4, &key), &[&entries[0]]);
    let says = "its entries are `const`";
    device.refuses(Type::Insert, &entry(4, &format!("{first} priority: 9")), Code::PermissionDenied, says);
    device.refuses(Type::Modify, &entry(4, &format!("{first} priority: 3")), Code::PermissionDenied, says);
    device.refuses(Type::Delete, &entry(4, &key), Code::PermissionDenied, says);
    // What hangs on them is not.
    device.modify(&entry(4, &format!("{key} counter_data {{ packet_count: 5 }}")));
    device.reads(
        &entry(4, &format!("{key} counter_data {{ }}")),
        &[&entry(4, &format!("{first} priority: 3 is_const: true counter_data {{ packet_count: 5 }}"))],
    );
    let other = entry(4, &format!("{} priority: 8 counter_data {{ }}", masked(r"\020", r"\360")));
    device.refuses(Type::Modify, &other, Code::NotFound, "has no entry for");

    let one = entry(7, &format!("{} {}", exact(1, r"\001"), set(1, 1)));
    let two = entry(7, &format!("{} {DISCARD}", exact(1, r"\002")));
    let three = entry(7, &format!("{} {DISCARD} is_const: true", exact(1, r"\003")));
    device.reads(&entry(7, ""), &[&one, &two, &three]);
    device.delete(&two);
    device.reads(&entry(7, ""), &[&one, &three]);
    let says = "table `Ing.initial`: the entry is `const`";
    device.refuses(Type::Delete, &entry(7, &exact(1, r"\003")), Code::PermissionDenied, says);
    let change = entry(7, &format!("{} {}", exact(1, r"\003"), set(1, 1)));
    device.refuses(Type::Modify, &change, Code::PermissionDenied, says);
    device.refuses(Type::Insert, &change, Code::AlreadyExists, "has an entry for");
    // Nor does anybody else remove it.
    let table = device.pipeline.program.table("initial").unwrap();
    let by_name = table.delete(&table.keys(&["3"]).unwrap(), None).unwrap_err().to_string();
    assert_eq!(by_name, "table `Ing.initial` cannot be changed: the entry is `const`");
    assert_eq!(table.clear().unwrap(), 1);
    device.reads(&entry(7, ""), &[&three]);
}

#[test]
fn translated_numbers_and_names() {
    let Some(device) = device() else { return };
    let to = |port: &str| {
        format!(r#"action {{ action {{ action_id: 0x01000004 params {{ param_id: 1 value: "{port}" }} }} }}"#)
    };
    let one = entry(10, &format!("{} priority: 1 {}", exact(1, r"\001\000"), to(r"\007")));
    device.insert(&one);
    device.reads(&entry(10, ""), &[&one]);
    let wide = entry(10, &format!("{} priority: 1 {}", exact(1, r"\002\000"), to(r"\007")));
    device.refuses(Type::Insert, &wide, Code::OutOfRange, "0x0200 does not fit 9 bits");
    let wide = entry(10, &format!("{} priority: 1 {}", exact(1, r"\001\000\000\000\000"), to(r"\007")));
    device.refuses(Type::Insert, &wide, Code::OutOfRange, "does not fit 32 bits");
    let nobody = entry(11, &format!("{} {DISCARD}", exact(1, "no-such-device")));
    device.refuses(Type::Insert, &nobody, Code::InvalidArgument, "no-such-device");
}
