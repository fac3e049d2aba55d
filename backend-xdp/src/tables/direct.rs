//! What hangs on a table's entries, direct counters and meters, and when they matched last: in, the table and what its properties name; out,
//! numbers for its entries, and the maps with a cell for each number. How packets change a cell is the extern's, and [`super::idle`]'s.
//!
//! ```text
//! struct routes_value {
//!         __u32 action;
//!         __u32 number;       a cell in each of the table's counters and meters
//!         union { .. };
//! };
//! ```
//!
//! It is the same for all storages: they know no more than that a value has a number. See [`p4xdp_control::storage::Direct`] for who gets which.

use super::idle::{self, IdleMap};
use super::short_name;
use crate::c::code::{Name, code};
use crate::c::map::{MapDefinition, MapType};
use crate::layout::cell::CellShape;
use crate::layout::extern_facts::{Attached, ExternFacts};
use crate::names::Names;
use p4xdp_control::manifest;
use p4xdp_control::storage::Place;
use p4xdp_frontend::diagnostic::{Diagnostic, Diagnostics, codes};
use p4xdp_midend::ir::{ExternId, Program, PropertyValue, Table};

/// Numbers beyond those of as many entries as the table has: a share of these, and some. When they have all been used, the control plane looks
/// at all entries to find those that are free.
const SPARE_SHARE: u32 = 4;
const SPARE: u32 = 64;

/// What hangs on the entries of a table.
#[derive(Clone, Debug)]
pub(crate) struct Direct {
    /// The first number that an entry of a control plane can have. Those of the program have the numbers from 1 on.
    first: u32,
    /// Numbers in all.
    numbers: u32,
    /// Where the table's free numbers are listed: elements in front of it.
    free: Option<u32>,
    /// The externs.
    pub(crate) externs: Vec<Hanging>,
    /// When entries matched last, if they may be idle.
    pub(crate) idle: Option<IdleMap>,
}

/// An extern that hangs on entries.
#[derive(Clone, Debug)]
pub(crate) struct Hanging {
    /// Which.
    pub(crate) id: ExternId,
    /// Its map.
    pub(crate) map: Name,
    shape: CellShape,
}

/// The map in which free numbers of all tables are listed.
#[derive(Clone, Debug)]
pub(crate) struct FreeNumbers {
    map: Name,
    elements: u32,
}

impl FreeNumbers {
    /// The map.
    pub(crate) fn definition(&self) -> MapDefinition {
        MapDefinition {
            name: self.map.clone(),
            kind: MapType::Array,
            key: code!("__u32"),
            value: code!("__u64"),
            max_entries: Some(self.elements),
        }
    }
}

/// Lays out what hangs on the entries of a table that holds so many of a control plane's; `None` if nothing does.
pub(crate) fn lay_out(
    program: &Program,
    externs: &ExternFacts,
    table: &Table,
    capacity: Option<u64>,
    free: &mut Option<FreeNumbers>,
    (names, diagnostics): (&mut Names, &mut Diagnostics),
) -> Option<Direct> {
    let mut hanging = Vec::new();
    let first = u32::try_from(table.entries.len()).unwrap_or(u32::MAX).saturating_add(1);
    let own = capacity.map(|capacity| {
        let capacity = u32::try_from(capacity).unwrap_or(u32::MAX);
        capacity.saturating_add(capacity / SPARE_SHARE).saturating_add(SPARE)
    });
    let numbers = first.saturating_add(own.unwrap_or(0));
    for (_, value) in &table.properties {
        let PropertyValue::Extern(id) = value else { continue };
        let instance = &program.externs[*id];
        let Some(Attached::Direct(shape)) = externs.of(&instance.extern_type).attached else { continue };
        // Refusals are in the sink; what is written then is thrown away.
        let Ok(shape) = shape(instance, diagnostics) else { continue };
        if numbers > shape.most {
            let message = format!("table `{}` has too many entries for `{}`", table.name, instance.name);
            let note =
                format!("with {numbers} cells, some of which are spare; at most {} are possible", shape.most);
            diagnostics.emit(Diagnostic::error(codes::E0524, table.span, message).with_note(note));
        }
        let last = instance.name.rsplit('.').next().unwrap_or(&instance.name);
        hanging.push(Hanging { id: *id, map: short_name(names, last), shape });
    }
    // Entries of the program have no timeout, and a table with no others nobody asks.
    let idle = capacity.and_then(|_| idle::lay_out(program, table, names));
    if idle.is_some() {
        idle::check(table, numbers, diagnostics);
    }
    if hanging.is_empty() && idle.is_none() {
        return None;
    }
    let free = own.map(|own| {
        let free =
            free.get_or_insert_with(|| FreeNumbers { map: short_name(names, "free_numbers"), elements: 0 });
        let base = free.elements;
        free.elements = base.saturating_add(own).saturating_add(1);
        base
    });
    Some(Direct { first, numbers, free, externs: hanging, idle })
}

impl Direct {
    /// The number of an entry of the program, by its position.
    pub(crate) fn of_program(position: usize) -> u32 {
        u32::try_from(position).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// The maps with the cells.
    pub(crate) fn maps(&self) -> impl Iterator<Item = MapDefinition> {
        let idle = self.idle.iter().map(|idle| idle.definition(self.numbers));
        let externs = self.externs.iter().map(|hanging| MapDefinition {
            name: hanging.map.clone(),
            kind: hanging.shape.map,
            key: code!("__u32"),
            value: hanging.shape.slot.ty.clone(),
            max_entries: Some(self.numbers),
        });
        externs.chain(idle)
    }

    /// What the runtime needs to know; values have the number there.
    pub(crate) fn manifest(
        &self,
        program: &Program,
        free: Option<&FreeNumbers>,
        number: Option<Place>,
    ) -> manifest::Direct {
        manifest::Direct {
            number,
            first: self.first,
            numbers: self.numbers,
            free: self
                .free
                .zip(free)
                .map(|(base, free)| manifest::FreeNumbers { map: free.map.to_string(), base }),
            externs: (self.externs.iter())
                .map(|hanging| manifest::DirectExtern {
                    name: program.externs[hanging.id].name.to_string(),
                    cells: hanging.shape.describe(&hanging.map, self.numbers),
                })
                .collect(),
            idle: self.idle.as_ref().map(IdleMap::manifest),
        }
    }
}
