//! What a program has sent and kept, as `p4xdp run --state` shows it.

use super::trace::{hex, named};
use crate::cli::TraceFormat;
use p4xdp_packet_tests::engine::{Cell, CellAt, CellValue, Digest};
use serde_json::{Value, json};

/// The digests that a packet caused.
pub fn digests(packet: usize, digests: &[Digest], format: Option<TraceFormat>) -> String {
    let one = |digest: &Digest| match format {
        None => String::new(),
        Some(TraceFormat::Text) => {
            let fields = digest.fields.iter().map(|(name, value)| format!("{name}={value:#x}"));
            let fields: Vec<String> = fields.collect();
            format!("packet {packet}: digest {} ({})\n", digest.name, fields.join(", "))
        }
        Some(TraceFormat::Json) => {
            let fields = named(&digest.fields);
            format!(
                "{}\n",
                json!({ "state": "digest", "name": digest.name, "packet": packet, "fields": fields })
            )
        }
    };
    digests.iter().map(one).collect()
}

/// The cells of counters and registers.
pub fn cells(cells: &[Cell], format: Option<TraceFormat>) -> String {
    let one = |cell: &Cell| match format {
        None => String::new(),
        Some(TraceFormat::Text) => text(cell),
        Some(TraceFormat::Json) => format!("{}\n", object(cell)),
    };
    cells.iter().map(one).collect()
}

fn text(cell: &Cell) -> String {
    let at = match &cell.at {
        CellAt::Index(index) => index.to_string(),
        CellAt::Entry(keys) => {
            let keys: Vec<String> = keys.iter().map(|(name, key)| format!("{name}={key}")).collect();
            keys.join(" ")
        }
        CellAt::Misses => "default".to_owned(),
    };
    match &cell.value {
        CellValue::Counter(value) => {
            let (packets, bytes) = (value.packets, value.bytes);
            format!("counter {}[{at}] = {packets} packets, {bytes} bytes\n", cell.name)
        }
        CellValue::Register(value) => format!("register {}[{at}] = {value:#x}\n", cell.name),
    }
}

fn object(cell: &Cell) -> Value {
    let mut object = match &cell.value {
        CellValue::Counter(value) => {
            json!({ "state": "counter", "name": &*cell.name, "packets": value.packets, "bytes": value.bytes })
        }
        CellValue::Register(value) => {
            json!({ "state": "register", "name": &*cell.name, "value": hex(value) })
        }
    };
    let (field, value) = match &cell.at {
        CellAt::Index(index) => ("index", json!(index)),
        CellAt::Entry(keys) => {
            let keys = keys.iter().map(|(name, key)| (name.to_string(), json!(key.to_string())));
            ("entry", Value::Object(keys.collect()))
        }
        CellAt::Misses => ("entry", json!("default")),
    };
    if let Some(fields) = object.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
    object
}
