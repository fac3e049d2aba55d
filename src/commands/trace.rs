//! What happened to packets, as `--trace` shows it.

use crate::cli::TraceFormat;
use num_bigint::BigUint;
use p4xdp_frontend::source::SourceMap;
use p4xdp_midend::interp::Outcome;
use p4xdp_midend::interp::trace::{Event, EventKind};
use serde_json::{Value, json};

/// The events of each packet with the P4 line that they come from; `first` is the number of the first packet.
pub fn text(outcomes: &[Outcome], first: usize, sources: &SourceMap, format: TraceFormat) -> String {
    let mut out = String::new();
    for (packet, outcome) in (first..).zip(outcomes) {
        if format == TraceFormat::Text {
            out += &format!("packet {packet}\n");
        }
        for event in &outcome.trace {
            let written = sources.text(event.span).map(one_line);
            let Some(kind) = shown(event, written.as_deref()) else { continue };
            let place = sources.location(event.span.lo);
            match format {
                TraceFormat::Text => {
                    let text = kind;
                    let place = place.map(|p| format!("{}:{}", p.file, p.line)).unwrap_or_default();
                    out += format!("  {text:<60} {place}").trim_end();
                    out.push('\n');
                }
                TraceFormat::Json => {
                    let mut object = describe(&event.kind, written.as_deref());
                    if let Some(fields) = object.as_object_mut() {
                        fields.retain(|_, value| !value.is_null());
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

/// What people are shown; nothing of a step that the program's text does not have. `written` is the text that the event is about.
fn shown(event: &Event, written: Option<&str>) -> Option<String> {
    match (&event.kind, written) {
        (EventKind::Leave, written) => jump(written?).map(|word| format!("    {word}")),
        (EventKind::Condition { taken }, Some(written)) => Some(format!("    if {written}: {taken}")),
        (kind, _) => Some(kind.to_string()),
    }
}

/// The statement, if it is one that goes elsewhere.
fn jump(written: &str) -> Option<&str> {
    let word = written.split(|c: char| !c.is_ascii_alphabetic()).next()?;
    ["exit", "return", "break", "continue"].contains(&word).then_some(word)
}

/// White space as single spaces, and no more than fits a line.
fn one_line(text: &str) -> String {
    const MOST: usize = 60;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= MOST { text } else { text.chars().take(MOST).chain("..".chars()).collect() }
}

/// An event as an object: `event` says which kind, the rest belongs to the kind. Numbers are hexadecimal strings, as
/// they may be wider than JSON's.
fn describe(kind: &EventKind, written: Option<&str>) -> Value {
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
        EventKind::Condition { taken } => json!({ "event": "condition", "text": written, "taken": taken }),
        EventKind::Switch { value, default } => {
            json!({ "event": "switch", "value": hex(value), "default": default })
        }
        EventKind::Select { keys, to } => {
            let keys: Vec<String> = keys.iter().map(hex).collect();
            json!({ "event": "select", "keys": keys, "to": &**to })
        }
        EventKind::Leave => json!({ "event": "leave", "text": written.and_then(jump) }),
        EventKind::Call(name) => json!({ "event": "call", "name": &**name }),
        EventKind::Checksum { found, wanted } => {
            json!({ "event": "checksum", "found": hex(found), "wanted": hex(wanted) })
        }
        EventKind::Output { port, length, verdict } => {
            json!({ "event": "output", "port": port, "length": length, "verdict": verdict })
        }
        EventKind::Verdict { text, why } => json!({ "event": "verdict", "text": text, "why": why }),
    }
}

pub(super) fn hex(value: &BigUint) -> String {
    format!("{value:#x}")
}

pub(super) fn named<N: ToString>(values: &[(N, BigUint)]) -> Value {
    values.iter().map(|(name, v)| (name.to_string(), json!(hex(v)))).collect::<serde_json::Map<_, _>>().into()
}
