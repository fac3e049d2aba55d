//! What a running program says of itself, where no controller has given a P4Info: in, its manifest; out, a description to make P4Info of. Headers of
//! packets to and from controllers, and names of types, are in no object, so they are not there.

use p4xdp_control::description::{Description, ExternDetails, KeyDetails, Package, TableDetails, Unit};
use p4xdp_control::manifest::cells::{BYTES, PACKETS};
use p4xdp_control::manifest::{CellKind, Cells, ExternKind, Manifest, Table};
use p4xdp_control::types::TypeSpec;
use p4xdp_control::view::Param;

/// The description.
#[must_use]
pub fn description(manifest: &Manifest) -> Description {
    let tables = manifest.tables().take(manifest.view.tables.len());
    let named = manifest.view.externs.iter().map(|seen| extern_details(manifest, &seen.preamble.name));
    Description {
        package: Some(Package::default()),
        tables: tables.map(|table| table_details(&table)).collect(),
        externs: named.collect(),
        view: manifest.view.clone(),
        ..Description::default()
    }
}

fn table_details(table: &Table<'_>) -> TableDetails {
    let named = |name: &str| KeyDetails { name: name.to_owned(), declared_kind: None };
    TableDetails {
        notifies_idle: table.layout.direct.as_ref().is_some_and(|direct| direct.idle.is_some()),
        capacity: table.view.size.is_none().then_some(table.layout.size),
        keys: table.view.keys.iter().map(|key| named(&key.param.name)).collect(),
        const_entries: (0..table.view.entries.len()).map(|at| table.view.is_const(at)).collect(),
    }
}

fn extern_details(manifest: &Manifest, name: &str) -> ExternDetails {
    let named = manifest.externs.iter().find(|item| item.name == name);
    match named.map(|item| &item.kind) {
        Some(ExternKind::Cells(cells)) => of_cells(cells, (!cells.sparse).then_some(cells.size)),
        Some(ExternKind::Digest(digest)) => ExternDetails {
            data: together(digest.fields.iter().map(|(field, _)| field)),
            ..ExternDetails::default()
        },
        Some(ExternKind::Profile(_) | ExternKind::Events { .. }) => ExternDetails::default(),
        None => {
            let directs = manifest.tables().filter_map(|table| table.layout.direct.as_ref());
            let mut directs = directs.flat_map(|direct| &direct.externs);
            let direct = directs.find(|direct| direct.name == name);
            direct.map(|direct| of_cells(&direct.cells, None)).unwrap_or_default()
        }
    }
}

fn of_cells(cells: &Cells, size: Option<u32>) -> ExternDetails {
    let has = |name: &str| cells.field(name).is_some();
    let unit = match (has(PACKETS), has(BYTES)) {
        (true, true) => Unit::Both,
        (false, true) => Unit::Bytes,
        _ => Unit::Packets,
    };
    let in_bytes =
        cells.fields.iter().any(|field| field.unit.as_deref().is_some_and(|unit| unit.starts_with(BYTES)));
    ExternDetails {
        unit: Some(if cells.kind == CellKind::Meter && in_bytes { Unit::Bytes } else { unit }),
        size: size.map(u64::from),
        data: match cells.kind {
            CellKind::Register => together(cells.fields.iter().map(|field| &field.param)),
            CellKind::Counter | CellKind::Meter => None,
        },
        index_type: None,
    }
}

/// The type of a value with these fields.
fn together<'a>(fields: impl ExactSizeIterator<Item = &'a Param>) -> Option<TypeSpec> {
    let of = |field: &Param| TypeSpec::Bits { width: field.width, signed: field.signed };
    let mut types: Vec<TypeSpec> = fields.map(of).collect();
    if types.len() > 1 { Some(TypeSpec::Tuple(types)) } else { types.pop() }
}
