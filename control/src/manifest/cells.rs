//! Cells: what counters, registers and the like have in common. Where they lie, what a cell holds, and what they are called; all that
//! differs between kinds stands here.

use crate::storage::Place;
use crate::view::Param;
use serde::{Deserialize, Serialize};

/// Cells by index, in a map whose key is a `u32`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cells {
    /// What they are.
    pub kind: CellKind,
    /// Map name.
    pub map: String,
    /// The map is per CPU: a cell is the sum over CPUs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub per_cpu: bool,
    /// The map is a hash by index rather than an array: any index is one, and there is room for so many.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sparse: bool,
    /// Number of cells.
    pub size: u32,
    /// First index of these cells in the map (maps may be shared).
    #[serde(default)]
    pub base: u32,
    /// Bytes of a cell.
    pub value_size: u32,
    /// What a cell holds, and where.
    pub fields: Vec<(Param, Place)>,
}

/// Kinds of cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellKind {
    /// Packets add to them, so values of several programs can be summed up. The fields are [`PACKETS`], [`BYTES`] or both.
    Counter,
    /// Packets read and write them as wholes.
    Register,
}

/// A counter's field of packets, or plain counts.
pub const PACKETS: &str = "packets";
/// A counter's field of bytes.
pub const BYTES: &str = "bytes";

impl CellKind {
    /// As people call it.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            CellKind::Counter => "counter",
            CellKind::Register => "register",
        }
    }

    /// Values of cells can be added up: those of the CPUs, and those of programs that are replaced.
    #[must_use]
    pub fn adds_up(self) -> bool {
        match self {
            CellKind::Counter => true,
            CellKind::Register => false,
        }
    }
}

impl Cells {
    /// Where a field stands.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Place> {
        self.fields.iter().find(|(field, _)| field.name == name).map(|(_, place)| place)
    }
}
