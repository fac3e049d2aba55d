//! What a cell of an extern with state looks like, before it is known how many there are: its C type, its fields, and the map that it is in.

use crate::c::code::Code;
use crate::c::map::MapType;
use p4xdp_control::manifest::CellKind;
use p4xdp_control::manifest::cells::{self, Field};

/// A cell in C.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Its type.
    pub(crate) ty: Code,
    /// Its bytes.
    pub(crate) bytes: u32,
    /// It begins with a lock, which is held by who reads or changes it.
    pub(crate) locked: bool,
}

/// Cells of a kind.
#[derive(Clone, Debug)]
pub(crate) struct CellShape {
    /// What they are.
    pub(crate) kind: CellKind,
    /// Kind of their map; its keys are indices of 32 bits.
    pub(crate) map: MapType,
    /// A cell in C.
    pub(crate) slot: Slot,
    /// What a cell holds, and where.
    pub(crate) fields: Vec<Field>,
    /// So many a map holds at most.
    pub(crate) most: u32,
}

impl CellShape {
    /// As the control plane sees so many of them.
    pub(crate) fn describe(&self, map: &str, size: u32) -> cells::Cells {
        cells::Cells {
            kind: self.kind,
            map: map.to_owned(),
            per_cpu: matches!(self.map, MapType::PerCpuArray | MapType::PerCpuHash),
            sparse: matches!(self.map, MapType::Hash | MapType::PerCpuHash),
            locked: self.slot.locked,
            size,
            base: 0,
            value_size: self.slot.bytes,
            fields: self.fields.clone(),
        }
    }
}
