//! What happened to packets, as `--trace` shows it.

use crate::cli::TraceFormat;
use num_bigint::BigUint;
use p4xdp_frontend::source::SourceMap;
use p4xdp_midend::interp::Outcome;
use p4xdp_midend::interp::trace::EventKind;
use serde_json::{Value, json};

/// The events of each packet with the P4 line that they come from; `first` is the number of the first packet.
pub fn text(outcomes: &[Outcome], first: usize, sources: &SourceMap, format: TraceFormat) -> String {
    let mut out = String::new();
    for (packet, outcome) in (first..).zip(outcomes) {
        if format == TraceFormat::Text {
            out += &format!("packet {packet}\n");
        }
        for event in &outcome.trace {
            let place = sources.location(event.span.lo);
            match format {
                TraceFormat::Text => {
                    let text = event.kind.to_string();
                    let place = place.map(|p| format!("{}:{}", p.file, p.line)).unwrap_or_default();
                    out += format!("  {text:<60} {place}").trim_end();
                    out.push('\n');
                }
                TraceFormat::Json => {
                    let mut object = describe(&event.kind);
                    if let Some(fields) = object.as_object_mut() {
                        fields.insert("packet".to_owned(), json!(packet));
                        if let Some(place) = place {
                            fields.insert("file".to_owned(), json!(place.file));
                            fields.insert("line".to_owned(), json!(place.line));
                            fields.insert("column".to_owned(), json!(place.column));
                        }
                    }
                    out += &object.to_string();
                    out.push('\n');
                }
            }
        }
    }
    out
}

/// An event as an object: `event` says which kind, the rest belongs to the kind. Numbers are hexadecimal strings, as
/// they may be wider than JSON's.
fn describe(kind: &EventKind) -> Value {
    match kind {
        EventKind::Input { port, length } => json!({ "event": "input", "port": port, "length": length }),
        EventKind::Path { path, port, instance } => {
            json!({ "event": "path", "path": path, "port": port, "instance": instance })
        }
        EventKind::Stage(name) => json!({ "event": "stage", "name": &**name }),
        EventKind::State(name) => json!({ "event": "state", "name": &**name }),
        EventKind::Extract { header, bits } => {
            json!({ "event": "extract", "header": &**header, "bits": bits })
        }
        EventKind::Failed(error) => json!({ "event": "failed", "error": &**error }),
        EventKind::Parsed { accepted, error } => {
            json!({ "event": "parsed", "accepted": accepted, "error": &**error })
        }
        EventKind::Table { table, keys, hit, action, args } => json!({
            "event": "table",
            "table": &**table,
            "keys": named(keys),
            "hit": hit,
            "action": &**action,
            "args": named(args),
        }),
        EventKind::Field { field, old, new } => {
            json!({ "event": "field", "field": field, "old": hex(old), "new": hex(new) })
        }
        EventKind::Validity { header, valid } => {
            json!({ "event": "validity", "header": &**header, "valid": valid })
        }
        EventKind::Emit(header) => json!({ "event": "emit", "header": &**header }),
        EventKind::Digest { name, fields } => {
            json!({ "event": "digest", "name": name, "fields": named(fields) })
        }
        EventKind::Message(text) => json!({ "event": "message", "text": text }),
        EventKind::Undefined(text) => json!({ "event": "undefined", "text": text }),
        EventKind::Output { port, length } => json!({ "event": "output", "port": port, "length": length }),
        EventKind::Verdict(text) => json!({ "event": "verdict", "text": text }),
    }
}

pub(super) fn hex(value: &BigUint) -> String {
    format!("{value:#x}")
}

pub(super) fn named<N: ToString>(values: &[(N, BigUint)]) -> Value {
    values.iter().map(|(name, v)| (name.to_string(), json!(hex(v)))).collect::<serde_json::Map<_, _>>().into()
}
