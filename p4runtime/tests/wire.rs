//! The messages and the service are P4Runtime's: names, numbers and types of all fields, and methods, are held against a table.
#![allow(clippy::unwrap_used, reason = "it is a test")]

use p4xdp_p4runtime::descriptors;
use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor};
use std::collections::BTreeSet;

/// A field's type as the table has it.
fn type_of(field: &FieldDescriptor) -> String {
    fn name(kind: &Kind) -> String {
        match kind {
            Kind::Message(message) => message.full_name().to_owned(),
            Kind::Enum(values) => values.full_name().to_owned(),
            scalar => format!("{scalar:?}").to_lowercase(),
        }
    }
    let oneof = field.containing_oneof().map_or(String::new(), |oneof| format!(" of {}", oneof.name()));
    let kind = field.kind();
    match &kind {
        Kind::Message(entry) if field.is_map() => {
            let part = |name: &str| self::kind(entry, name);
            format!("map<{},{}>", part("key"), part("value"))
        }
        kind if field.is_list() => format!("repeated {}{oneof}", name(kind)),
        kind => name(kind) + &oneof,
    }
}

fn kind(entry: &MessageDescriptor, part: &str) -> String {
    type_of(&entry.get_field_by_name(part).unwrap())
}

/// What is defined elsewhere.
fn is_protobufs_own(package: &str) -> bool {
    package == "google.protobuf"
}

fn lines_of_message(message: &MessageDescriptor, lines: &mut BTreeSet<String>) {
    if message.is_map_entry() || is_protobufs_own(message.package_name()) {
        return;
    }
    if message.fields().len() == 0 {
        lines.insert(message.full_name().to_owned());
    }
    for field in message.fields() {
        lines.insert(format!("{} {} {}", field.full_name(), field.number(), type_of(&field)));
    }
}

fn lines_of_enum(values: &EnumDescriptor, lines: &mut BTreeSet<String>) {
    if is_protobufs_own(values.package_name()) {
        return;
    }
    for value in values.values() {
        lines.insert(format!("{}.{} {}", values.full_name(), value.name(), value.number()));
    }
}

fn line_of_method(method: &MethodDescriptor) -> String {
    let message = |message: MessageDescriptor, is_stream: bool| {
        format!("{}{}", if is_stream { "stream " } else { "" }, message.full_name())
    };
    let request = message(method.input(), method.is_client_streaming());
    let response = message(method.output(), method.is_server_streaming());
    format!("{} ({request}) ({response})", method.full_name())
}

#[test]
fn names_numbers_and_types() {
    let mut ours = BTreeSet::new();
    for message in descriptors().all_messages() {
        lines_of_message(&message, &mut ours);
    }
    for values in descriptors().all_enums() {
        lines_of_enum(&values, &mut ours);
    }
    for service in descriptors().services() {
        ours.extend(service.methods().map(|method| line_of_method(&method)));
    }
    let table = include_str!("fields.txt").lines().filter(|line| !line.starts_with('#'));
    let table: BTreeSet<String> = table.map(str::to_owned).collect();
    assert!(table.len() > 500, "{}", table.len());
    let missing: Vec<&String> = table.difference(&ours).collect();
    let unknown: Vec<&String> = ours.difference(&table).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "missing {missing:#?}, unknown {unknown:#?}");
}
