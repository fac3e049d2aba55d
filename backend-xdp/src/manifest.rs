//! The manifest: program and layout in, a [`Manifest`] out, and its bytes as C.
//!
//! What the fields mean is said in the crate `p4xdp_control::manifest`; here is only where they come from.

use crate::layout::tables::{DEFAULTS_SECTION, DefaultPlace, TableLayout, Tables};
use num_bigint::BigUint;
use p4xdp_control::manifest::{
    Action, ActionCall, Default, DefaultData, Entry, Key, KeyValue, Manifest, MatchKind, Param, Place, Ports,
    SECTION, Table, TableAction,
};
use p4xdp_frontend::ast::{Annotation, AnnotationBody};
use p4xdp_midend::analysis;
use p4xdp_midend::ir::{self, ActionId, Keyset, Program, ScalarType, TableId};
use std::fmt::Write;

/// What the manifest says of the program as a whole.
#[derive(Clone, Debug)]
pub struct Whole {
    /// Base name of the P4 file.
    pub source: String,
    /// Name of the BPF program.
    pub entry: String,
    /// Oldest kernel.
    pub kernel: String,
    /// Port numbers.
    pub ports: Ports,
}

/// Describes a program.
pub fn describe(
    program: &Program,
    tables: &Tables,
    externs: Vec<p4xdp_control::manifest::Extern>,
    found: &analysis::ports::Ports,
    whole: Whole,
) -> Manifest {
    Manifest {
        compiler: env!("CARGO_PKG_VERSION").to_owned(),
        source: whole.source,
        architecture: program.architecture.to_string(),
        entry: whole.entry,
        kernel: whole.kernel,
        actions: program
            .actions
            .iter()
            .map(|(id, action)| describe_action(program, id, action, found))
            .collect(),
        tables: program
            .tables
            .iter()
            .map(|(id, table)| describe_table(program, (id, table), &tables.layouts[id], found))
            .collect(),
        externs,
        ports: whole.ports,
        errors: program.errors.iter().map(ToString::to_string).collect(),
    }
}

fn describe_action(
    program: &Program,
    id: ActionId,
    action: &ir::Action,
    found: &analysis::ports::Ports,
) -> Action {
    let port = |position| found.params.contains(&(id, position));
    Action {
        name: action.name.to_string(),
        params: (action.params.iter().enumerate())
            .map(|(i, p)| Param { port: port(i), ..param(program, &p.name, p.ty) })
            .collect(),
        annotations: annotations(&action.annotations),
    }
}

/// A number as the control plane sees it.
pub fn param(program: &Program, name: &str, ty: ScalarType) -> Param {
    let members = match ty {
        ScalarType::Enum(id) => program.enums[id].members.iter().map(ToString::to_string).collect(),
        ScalarType::Error => program.errors.iter().map(ToString::to_string).collect(),
        ScalarType::Bool | ScalarType::Bits { .. } | ScalarType::Varbit { .. } => Vec::new(),
    };
    Param { name: name.to_owned(), width: ty.width(), signed: ty.is_signed(), members, port: false }
}

fn describe_table(
    program: &Program,
    (id, table): (TableId, &ir::Table),
    layout: &TableLayout,
    found: &analysis::ports::Ports,
) -> Table {
    let places = layout.storage.as_ref().map(|s| s.key_places()).unwrap_or_default();
    let nowhere = Place { offset: 0, size: 0, order: p4xdp_control::manifest::ByteOrder::Host };
    let keys = table
        .keys
        .iter()
        .enumerate()
        .map(|(position, key)| Key {
            param: Param {
                port: found.keys.contains(&(id, position)),
                ..param(program, &key.name, key.expr.ty)
            },
            match_kind: match_kind(&key.match_kind),
            place: places.get(position).unwrap_or(&nowhere).clone(),
        })
        .collect();
    let actions = table
        .actions
        .iter()
        .zip(&layout.value.actions)
        .map(|(action, layout)| TableAction {
            action: action.action.as_u32() as usize,
            places: layout.params.list.iter().map(|member| member.place()).collect(),
            table_only: action.table_only,
            default_only: action.default_only,
        })
        .collect();
    let entries: Vec<Entry> =
        table.entries.iter().rev().enumerate().map(|(from_end, e)| entry(table, e, from_end)).rev().collect();
    let (const_entries, initial_entries) =
        if layout.storage.is_none() { (entries, Vec::new()) } else { (Vec::new(), entries) };
    Table {
        name: table.name.to_string(),
        keys,
        actions,
        size: layout.storage.as_ref().map_or(table.entries.len() as u64, |s| s.capacity()),
        storage: layout.storage.as_ref().map(|s| s.manifest(&layout.value)),
        default: Default {
            initial: call(&table.default_action),
            is_const: table.default_is_const,
            data: match layout.default {
                DefaultPlace::Code => None,
                DefaultPlace::Data(offset) => Some(DefaultData {
                    section: DEFAULTS_SECTION.to_owned(),
                    offset,
                    size: layout.value.size,
                    action: layout.value.action_place(),
                }),
            },
        },
        const_entries,
        initial_entries,
        direct_counter: None,
        annotations: annotations(&table.annotations),
    }
}

fn match_kind(kind: &ir::MatchKind) -> MatchKind {
    match kind {
        // Kinds of the program's own have no meaning to us; a table with one is refused unless its entries are constant,
        // and then they say themselves what they match.
        ir::MatchKind::Exact | ir::MatchKind::Other(_) => MatchKind::Exact,
        ir::MatchKind::Lpm => MatchKind::Lpm,
        ir::MatchKind::Ternary => MatchKind::Ternary,
        ir::MatchKind::Range => MatchKind::Range,
        ir::MatchKind::Optional => MatchKind::Optional,
        ir::MatchKind::Selector => MatchKind::Selector,
    }
}

/// An entry that has so many behind it.
fn entry(table: &ir::Table, entry: &ir::Entry, from_end: usize) -> Entry {
    let prioritised = table.keys.iter().any(|key| match key.match_kind {
        ir::MatchKind::Exact | ir::MatchKind::Lpm => false,
        ir::MatchKind::Ternary
        | ir::MatchKind::Range
        | ir::MatchKind::Optional
        | ir::MatchKind::Selector
        | ir::MatchKind::Other(_) => true,
    });
    // Entries stand by falling precedence, so the position is the priority.
    Entry {
        keys: table.keys.iter().zip(&entry.keysets).map(|(key, keyset)| key_value(key, keyset)).collect(),
        call: call(&entry.action),
        priority: if prioritised { u32::try_from(from_end + 1).unwrap_or(u32::MAX) } else { 0 },
    }
}

fn key_value(key: &ir::KeyElement, keyset: &Keyset) -> KeyValue {
    let is_lpm = key.match_kind == ir::MatchKind::Lpm;
    match keyset {
        Keyset::Universal if is_lpm => KeyValue::Prefix("0x0".to_owned(), 0),
        Keyset::Universal | Keyset::ValueSet(_) => KeyValue::Any,
        Keyset::Value(value) if is_lpm => KeyValue::Prefix(hex(value), key.expr.ty.width()),
        Keyset::Value(value) => KeyValue::Exact(hex(value)),
        Keyset::Mask { value, mask } if is_lpm => {
            KeyValue::Prefix(hex(&(value & mask)), u32::try_from(mask.count_ones()).unwrap_or(0))
        }
        Keyset::Mask { value, mask } => KeyValue::Masked(hex(&(value & mask)), hex(mask)),
        Keyset::Range { lo, hi } => KeyValue::Range(hex(lo), hex(hi)),
    }
}

fn call(call: &ir::ActionCall) -> ActionCall {
    ActionCall { action: call.action, args: call.args.iter().map(hex).collect() }
}

fn hex(value: &BigUint) -> String {
    format!("{value:#x}")
}

/// Annotations as they were written, as far as they are made of tokens.
fn annotations(list: &[Annotation]) -> Vec<String> {
    list.iter()
        .filter_map(|annotation| match &annotation.body {
            AnnotationBody::Empty => Some(format!("@{}", annotation.name.text)),
            AnnotationBody::Unstructured(tokens) => {
                let tokens: Vec<&str> = tokens.iter().map(|token| &*token.text).collect();
                Some(format!("@{}({})", annotation.name.text, tokens.join(" ")))
            }
            AnnotationBody::Expressions(_) | AnnotationBody::KeyValues(_) => None,
        })
        .collect()
}

/// The manifest as initialised data: a string literal that one can read.
///
/// # Errors
/// As [`Manifest::encode`].
pub fn to_c(manifest: &Manifest) -> Result<String, serde_json::Error> {
    const COLUMNS: usize = 100;
    let bytes = manifest.encode()?;
    let mut out = format!(
        "/* All that a control plane needs to know; see `p4xdp status`. */\nconst char p4xdp_manifest[] SEC(\"{SECTION}\") =\n"
    );
    for line in bytes.chunks(COLUMNS) {
        out.push_str("\t\"");
        for &byte in line {
            match byte {
                b'"' => out.push_str("\\\""),
                b'\\' => out.push_str("\\\\"),
                // Not `?`, for the sake of trigraphs.
                b' '..=b'>' | b'@'..=b'~' => out.push(char::from(byte)),
                // Three octal digits end by themselves, hexadecimal ones do not.
                _ => write!(out, "\\{byte:03o}").unwrap_or(()),
            }
        }
        out.push_str("\"\n");
    }
    if out.ends_with('\n') {
        out.pop();
    }
    out.push_str(";\n");
    Ok(out)
}
