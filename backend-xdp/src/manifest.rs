//! The manifest: program and layout in, a [`Manifest`] out, and its bytes as C.
//!
//! What the fields mean is said in `p4xdp_control::manifest`; here is only where they come from. What control planes see of the program
//! is `midend::control_plane`'s.

use crate::tables::profile::Indirect;
use crate::tables::{DEFAULTS_SECTION, DefaultPlace, TableLayout, Tables};
use p4xdp_control::kernel::Kernel;
use p4xdp_control::manifest;
use p4xdp_control::manifest::{BpfProgram, DefaultData, Manifest, Ports, SECTION};
use p4xdp_control::storage::{ByteOrder, Place};
use p4xdp_midend::ir::Program;
use p4xdp_midend::{analysis, control_plane};
use std::fmt::Write;

/// What the manifest says of the program as a whole.
#[derive(Clone, Debug)]
pub struct Whole {
    /// Base name of the P4 file.
    pub source: String,
    /// Name of the BPF program that devices get.
    pub entry: String,
    /// All BPF programs.
    pub programs: Vec<BpfProgram>,
    /// Packets may have fragments.
    pub frags: bool,
    /// What is asked of the receiving device.
    pub metadata: Vec<String>,
    /// Oldest kernel.
    pub kernel: Kernel,
    /// Port numbers.
    pub ports: Ports,
    /// The clone session to the CPU port that is there from the beginning.
    pub cpu_session: Option<u32>,
    /// Packets are copied.
    pub copies: bool,
    /// A packet may have clones of two sessions.
    pub clones_twice: bool,
    /// Widths of the custom CRCs that are computed.
    pub custom_crcs: Vec<u32>,
}

/// Describes a program.
pub fn describe(
    program: &Program,
    tables: &Tables,
    externs: Vec<p4xdp_control::manifest::Extern>,
    found: &analysis::ports::Ports,
    whole: Whole,
) -> Manifest {
    let profiles = tables.profiles.iter().map(|(id, profile)| profile.describe(&program.externs[*id]));
    let mut view = control_plane::view(program);
    control_plane::mark_ports(&mut view, found);
    let egress = whole.programs.iter().find(|program| program.role == manifest::Role::Egress);
    let copies = whole.copies.then(|| p4xdp_control::manifest::Copies {
        program: egress.map(|program| program.name.clone()),
        cpu_session: whole.cpu_session,
        twice: whole.clones_twice,
    });
    Manifest {
        compiler: env!("CARGO_PKG_VERSION").to_owned(),
        source: whole.source,
        programs: whole.programs,
        entry: whole.entry,
        frags: whole.frags,
        metadata: whole.metadata,
        kernel: whole.kernel,
        view,
        tables: program
            .tables
            .iter()
            .map(|(id, table)| {
                let direct = tables.layouts[id].direct.as_ref();
                let number = tables.layouts[id]
                    .has_values()
                    .then(|| tables.layouts[id].stored().number_place())
                    .flatten();
                let direct = direct.map(|direct| direct.manifest(program, tables.free.as_ref(), number));
                describe_table(table.entries.len(), table.match_keys().count(), &tables.layouts[id], direct)
            })
            .collect(),
        value_sets: tables.sets.values().map(|set| describe_set(&set.layout)).collect(),
        externs: externs.into_iter().chain(profiles).collect(),
        ports: whole.ports,
        copies,
        custom_crcs: whole.custom_crcs,
    }
}

/// Where a table of so many entries and keys lies.
fn describe_table(
    entries: usize,
    keys: usize,
    layout: &TableLayout,
    direct: Option<manifest::Direct>,
) -> manifest::TableLayout {
    // Entries that are code have keys nowhere.
    let nowhere = || vec![Place { offset: 0, size: 0, order: ByteOrder::Host }; keys];
    manifest::TableLayout {
        size: layout.storage.as_ref().map_or(entries as u64, |storage| storage.capacity()),
        storage: layout.storage.as_ref().map(|storage| storage.manifest(layout.stored())),
        keys: layout.storage.as_ref().map_or_else(nowhere, |storage| storage.key_places()),
        actions: layout.value.parameter_places(),
        target: layout.indirect.as_ref().filter(|_| layout.storage.is_some()).map(Indirect::target_place),
        default: match layout.default {
            DefaultPlace::Code => None,
            DefaultPlace::Data(offset) => Some(DefaultData {
                section: DEFAULTS_SECTION.to_owned(),
                offset,
                size: layout.value.size,
                action: layout.value.action_place(),
                numbers: layout.indirect.as_ref().map(Indirect::own_numbers).unwrap_or_default(),
            }),
        },
        direct,
    }
}

/// Where a value set lies, whose elements have no action to choose and no parameters.
fn describe_set(layout: &TableLayout) -> manifest::TableLayout {
    manifest::TableLayout { actions: vec![Vec::new()], ..describe_table(0, 0, layout, None) }
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
