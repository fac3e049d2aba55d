//! The layout as text, for people: where each header is held, and what each deparser does.

use super::deparse::{Decision, Edit, Feature, Piece, Plan};
use super::headers::HeaderLayout;
use super::storage::{Holding, Storage};
use p4xdp_frontend::arena::Arena;
use p4xdp_midend::ir::{HeaderId, HeaderTypeId, Program};
use std::fmt::Write;
use std::sync::Arc;

/// All of it, of each section; the plans with the names of their deparsers.
pub fn layout(
    program: &Program,
    types: &Arena<HeaderTypeId, HeaderLayout>,
    storages: &[Storage],
    plans: &[(Arc<str>, String)],
) -> String {
    let mut text = String::new();
    for storage in storages {
        let holding = match storage.holding {
            Holding::Local => "local variables",
            Holding::Shared => "one structure a processor",
        };
        let _ = writeln!(text, "what is known of headers: in {holding}");
        for (id, header) in program.headers.iter() {
            let held = &storage.headers[id];
            let place = match (held.in_packet, held.in_memory, held.copied) {
                (false, false, _) => "nowhere: it is never valid",
                (true, false, _) => "in the packet",
                (false, true, false) => "in memory",
                (true, true, false) => "in the packet, or in memory",
                (_, true, true) => "in memory, copied from the packet",
            };
            let ty = &program.header_types[header.ty];
            let bytes = types[header.ty].bytes;
            let more = if ty.varbit_field().is_some() { " and more" } else { "" };
            let anew = if held.is_fetched_in_parsers() { ", found anew in each parser state" } else { "" };
            let _ = writeln!(text, "header {}: {}, {bytes} bytes{more}, {place}{anew}", header.name, ty.name);
        }
    }
    for (name, plan) in plans {
        let _ = write!(text, "deparser {name}\n{plan}");
    }
    text
}

/// A deparser's plan, each line indented.
pub fn plan(program: &Program, emits: &[HeaderId], plan: &Plan) -> String {
    let mut text = String::new();
    match plan {
        Plan::Unreachable => text.push_str("    is never reached\n"),
        Plan::Assembled => text.push_str("    puts the front of the packet together in memory\n"),
        Plan::Decided(decision) => Lines { program, emits }.decision(decision, 1, &mut text),
    }
    text
}

struct Lines<'a> {
    program: &'a Program,
    emits: &'a [HeaderId],
}

impl Lines<'_> {
    fn decision(&self, decision: &Decision, depth: usize, text: &mut String) {
        let indent = "    ".repeat(depth);
        match decision {
            Decision::Do(edit) => {
                let _ = writeln!(text, "{indent}{}", self.edit(edit));
            }
            Decision::Test(feature, yes, no) => {
                let _ = writeln!(text, "{indent}if {}", self.feature(*feature));
                self.decision(yes, depth + 1, text);
                let _ = writeln!(text, "{indent}else");
                self.decision(no, depth + 1, text);
            }
        }
    }

    fn edit(&self, edit: &Edit) -> String {
        if edit.is_nothing() {
            return "nothing moves".into();
        }
        let pieces: Vec<String> = edit
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Kept { from, bytes } => format!("bytes {from} to {}", from + bytes),
                Piece::Made { header, bytes } => format!("{} ({bytes} bytes)", self.name(*header)),
            })
            .collect();
        let pieces = if pieces.is_empty() { "nothing".into() } else { pieces.join(", ") };
        format!("the first {} bytes become {pieces}", edit.old)
    }

    fn feature(&self, feature: Feature) -> String {
        match feature {
            Feature::Valid(header) => format!("{} is valid", self.name(header)),
            Feature::InMemory(header) => format!("{} is in memory", self.name(header)),
            Feature::Parsed(header) => format!("{} was extracted", self.name(header)),
            Feature::Emitted(slot) => {
                let header = self.emits.get(usize::from(slot)).map_or("", |&header| self.name(header));
                format!("emit {} ({header}) was passed", slot + 1)
            }
            Feature::Bytes(bytes) => format!("{bytes} bytes were parsed"),
        }
    }

    fn name(&self, header: HeaderId) -> &str {
        &self.program.headers[header].name
    }
}
