//! When entries matched last: in, a table whose entries may be idle; out, the map with a cell for the number of each. See `xdp_idle.h` of the
//! prelude for what packets do: they read the kernel's tick, which the verifier makes one load of (`bpf_jiffies64`; the coarse clock would be
//! a call of 20 ns), and write it where it is new. Who looks at the cells, and tells, is the runtime.

use super::short_name;
use crate::c::code::{Code, Name, code};
use crate::c::map::{MapDefinition, MapType};
use crate::c::tree::Tree;
use crate::names::Names;
use p4xdp_control::manifest::IdleCells;
use p4xdp_control::storage::{ByteOrder, Place};
use p4xdp_frontend::diagnostic::{Diagnostic, Diagnostics, codes};
use p4xdp_midend::ir::{Idle, Program, Table};

/// Bytes of a cell: two numbers of 64 bits.
const CELL: u32 = 16;
/// The kernel gives an array less than 2 GiB.
const MOST: u32 = i32::MAX.unsigned_abs() / CELL;

/// The map with the cells.
#[derive(Clone, Debug)]
pub(crate) struct IdleMap {
    map: Name,
}

/// The map of a table of which packets take note when entries match. In pna a match alone does not count, only the program's word for it.
pub(super) fn lay_out(program: &Program, table: &Table, names: &mut Names) -> Option<IdleMap> {
    let keeps_time = table.idle(program) == Some(Idle::Notify) && &*program.architecture != "pna";
    keeps_time.then(|| {
        let last = table.name.rsplit('.').next().unwrap_or(&table.name);
        IdleMap { map: short_name(names, &format!("{last}_idle")) }
    })
}

/// Refuses what has more numbers than there can be cells.
pub(super) fn check(table: &Table, numbers: u32, diagnostics: &mut Diagnostics) {
    if numbers > MOST {
        let message = format!("table `{}` has too many entries for an idle timeout", table.name);
        let note = format!("with {numbers} cells, some of which are spare; at most {MOST} are possible");
        diagnostics.emit(Diagnostic::error(codes::E0524, table.span, message).with_note(note));
    }
}

impl IdleMap {
    /// The map.
    pub(crate) fn definition(&self, numbers: u32) -> MapDefinition {
        MapDefinition {
            name: self.map.clone(),
            kind: MapType::Array,
            key: code!("__u32"),
            value: code!("struct @xdp_idle"),
            max_entries: Some(numbers),
        }
    }

    /// What a match of the entry with this number does.
    pub(crate) fn matched(&self, number: &Code, out: &mut Tree) {
        out.line(code!("@xdp_matched(&{}, {});", self.map, number));
    }

    /// What the runtime needs to know.
    pub(crate) fn manifest(&self) -> IdleCells {
        let place = |offset| Place { offset, size: 8, order: ByteOrder::Host };
        IdleCells { map: self.map.to_string(), value_size: CELL, seen: place(0), timeout: place(8) }
    }
}
