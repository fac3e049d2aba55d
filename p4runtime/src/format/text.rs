//! protobuf's text format, laid out as protobuf's own library does it: a field a line, elements of lists one by one, so that files can be compared
//! with those of other compilers line by line.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, Value};
use std::fmt::Write;

/// The message's fields, in the order of their numbers.
pub(super) fn text(message: &DynamicMessage) -> String {
    let mut out = String::new();
    fields(message, 0, &mut out);
    out
}

fn fields(message: &DynamicMessage, depth: usize, out: &mut String) {
    for (field, value) in message.fields() {
        match value {
            Value::List(values) => {
                values.iter().for_each(|value| one(field.name(), &field.kind(), value, depth, out));
            }
            Value::Map(entries) => {
                let mut entries: Vec<(&MapKey, &Value)> = entries.iter().collect();
                entries.sort_by_key(|(key, _)| key_text(key));
                entries.into_iter().for_each(|(key, value)| entry(&field, key, value, depth, out));
            }
            value => one(field.name(), &field.kind(), value, depth, out),
        }
    }
}

/// An entry of a map is a message with a key and a value.
fn entry(field: &FieldDescriptor, key: &MapKey, value: &Value, depth: usize, out: &mut String) {
    line(depth, &format!("{} {{", field.name()), out);
    line(depth + 1, &format!("key: {}", key_text(key)), out);
    if let Kind::Message(of) = field.kind()
        && let Some(part) = of.get_field_by_name("value")
    {
        one("value", &part.kind(), value, depth + 1, out);
    }
    line(depth, "}", out);
}

fn one(name: &str, kind: &Kind, value: &Value, depth: usize, out: &mut String) {
    if let Value::Message(message) = value {
        line(depth, &format!("{name} {{"), out);
        fields(message, depth + 1, out);
        line(depth, "}", out);
    } else {
        line(depth, &format!("{name}: {}", scalar(kind, value)), out);
    }
}

fn line(depth: usize, text: &str, out: &mut String) {
    // Writing to a string does not fail.
    let _ = writeln!(out, "{:1$}{text}", "", 2 * depth);
}

fn scalar(kind: &Kind, value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::I32(value) => value.to_string(),
        Value::I64(value) => value.to_string(),
        Value::U32(value) => value.to_string(),
        Value::U64(value) => value.to_string(),
        Value::F32(value) => value.to_string(),
        Value::F64(value) => value.to_string(),
        Value::String(text) => quoted(text.as_bytes()),
        Value::Bytes(bytes) => quoted(bytes),
        Value::EnumNumber(number) => match kind {
            Kind::Enum(values) => {
                values.get_value(*number).map_or_else(|| number.to_string(), |value| value.name().to_owned())
            }
            _ => number.to_string(),
        },
        Value::Message(_) | Value::List(_) | Value::Map(_) => String::new(),
    }
}

fn key_text(key: &MapKey) -> String {
    match key {
        MapKey::Bool(value) => value.to_string(),
        MapKey::I32(value) => value.to_string(),
        MapKey::I64(value) => value.to_string(),
        MapKey::U32(value) => value.to_string(),
        MapKey::U64(value) => value.to_string(),
        MapKey::String(text) => quoted(text.as_bytes()),
    }
}

/// Bytes in quotes: what is no printable ASCII in octal digits.
fn quoted(bytes: &[u8]) -> String {
    let mut out = String::from("\"");
    for byte in bytes {
        match byte {
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            b'"' => out.push_str("\\\""),
            b'\'' => out.push_str("\\'"),
            b'\\' => out.push_str("\\\\"),
            0x20..0x7f => out.push(char::from(*byte)),
            other => {
                let _ = write!(out, "\\{other:03o}");
            }
        }
    }
    out.push('"');
    out
}
