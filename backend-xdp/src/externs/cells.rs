//! Cells: an array of equal values in a map, one an index, which packets change and the control plane reads or writes. In goes an instance
//! with the number and shape of its cells, out come its map and where things stand. Counters and registers are such arrays; what a cell means
//! and how packets change it is theirs.

use crate::c::code::{Name, code};
use crate::c::map::{MapDefinition, MapType};
pub(super) use crate::layout::cell::Slot;
use crate::names::Names;
use crate::tables::short_name;
use num_traits::ToPrimitive;
use p4xdp_control::manifest::cells::Field;
use p4xdp_control::manifest::{self, CellKind, ExternKind};
use p4xdp_control::storage::{ByteOrder, Place};
use p4xdp_frontend::diagnostic::{Diagnostic, Diagnostics, ErrorsReported, codes};
use p4xdp_midend::ir::ExternInstance;

/// An array of cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cells {
    /// Name of the map.
    pub(super) map: Name,
    /// Kind of the map; its keys are indices of 32 bits.
    kind: MapType,
    /// Cells.
    pub(super) size: u32,
    /// A cell.
    pub(super) slot: Slot,
}

impl Cells {
    /// The cells of an instance: so many. A map has at least one.
    pub(super) fn new(
        instance: &ExternInstance,
        names: &mut Names,
        kind: MapType,
        size: u32,
        slot: Slot,
    ) -> Cells {
        let last = instance.name.rsplit('.').next().unwrap_or(&instance.name);
        Cells { map: short_name(names, last), kind, size: size.max(1), slot }
    }

    /// As the control plane sees them: what a cell holds, and where.
    pub(super) fn describe(&self, kind: CellKind, fields: Vec<Field>) -> ExternKind {
        ExternKind::Cells(manifest::Cells {
            kind,
            map: self.map.to_string(),
            per_cpu: matches!(self.kind, MapType::PerCpuArray | MapType::PerCpuHash),
            sparse: matches!(self.kind, MapType::Hash | MapType::PerCpuHash),
            locked: self.slot.locked,
            size: self.size,
            base: 0,
            value_size: self.slot.bytes,
            fields,
        })
    }

    /// Their map.
    pub(super) fn definition(&self) -> MapDefinition {
        MapDefinition {
            name: self.map.clone(),
            kind: self.kind,
            key: code!("__u32"),
            value: self.slot.ty.clone(),
            max_entries: Some(self.size),
        }
    }
}

/// A number in host order within a cell.
pub(super) fn at(offset: u32, size: u32) -> Place {
    Place { offset, size, order: ByteOrder::Host }
}

/// Constant arguments of an instance's constructor, as many as it needs.
///
/// # Errors
/// When one of them is not constant, which is reported.
pub(super) fn constants<const N: usize>(
    instance: &ExternInstance,
    diagnostics: &mut Diagnostics,
) -> Result<[u64; N], ErrorsReported> {
    let mut values = [0; N];
    for (position, value) in values.iter_mut().enumerate() {
        *value = constant(instance, position, diagnostics)?;
    }
    Ok(values)
}

/// A constant argument of an instance's constructor.
///
/// # Errors
/// When it is not constant, which is reported.
pub(super) fn constant(
    instance: &ExternInstance,
    position: usize,
    diagnostics: &mut Diagnostics,
) -> Result<u64, ErrorsReported> {
    let argument = || instance.args.get(position)?.value()?.as_const()?.to_u64();
    argument().ok_or_else(|| {
        let message = format!("`{}` needs a constant size and kind", instance.name);
        diagnostics.error(Diagnostic::error(codes::E0524, instance.span, message))
    })
}
