//! `counter(bit<32> size, CounterType type)` of v1model, and `Counter<W, S>` of PSA and PNA, where `W` tells no more than how wide a reader takes it:
//! `count(i)` adds the packet to counter `i` of this processor, its bytes or both; an index that is not there counts nowhere. With a second
//! argument, that is how many bytes there are.
//!
//! Counters of other architectures are laid out and described here too: one slot an index and processor.

use super::cells::{Cells, Slot, at, constant};
use super::{PORTABLE, V1MODEL};
use crate::c::code::{Code, Name, code};
use crate::c::expr::CType;
use crate::c::map::{MapDefinition, MapType};
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, Extern, Laying, Made, OtherShape};
use crate::layout::cell::CellShape;
use p4xdp_control::manifest::cells::{BYTES, Field, PACKETS};
use p4xdp_control::manifest::{CellKind, ExternKind};
use p4xdp_frontend::diagnostic::{Diagnostic, Diagnostics, ErrorsReported, codes};
use p4xdp_midend::ir::{Expr, ExternInstance, Program};

pub(super) const COUNTER: Entry = Entry::of_type("counter", lay_out).of(V1MODEL);
pub(super) const PORTABLE_COUNTER: Entry = Entry::of_type("Counter", lay_out).of(PORTABLE);

/// What a counter counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counts {
    /// Events, or packets.
    Packets,
    /// Bytes of packets.
    Bytes,
    /// Both.
    PacketsAndBytes,
}

/// Counters of an extern at most.
const MOST: u32 = 1 << 24;

impl Counts {
    /// What the `CounterType` says that is this argument of an instance.
    ///
    /// # Errors
    /// When it is not constant, which is reported.
    pub(super) fn of(
        instance: &ExternInstance,
        position: usize,
        diagnostics: &mut Diagnostics,
    ) -> Result<Counts, ErrorsReported> {
        Ok(match constant(instance, position, diagnostics)? {
            0 => Counts::Packets,
            1 => Counts::Bytes,
            _ => Counts::PacketsAndBytes,
        })
    }

    /// Cells that count so; `sparse` ones are made when they are first used.
    pub(super) fn cells(self, sparse: bool) -> CellShape {
        let (ty, bytes) = match self {
            Counts::Packets | Counts::Bytes => (code!("__u64"), 8),
            Counts::PacketsAndBytes => (code!("struct @packets_and_bytes"), 16),
        };
        let count = |unit, offset| Field::count(unit, at(offset, 8));
        let fields = match self {
            Counts::Packets => vec![count(PACKETS, 0)],
            Counts::Bytes => vec![count(BYTES, 0)],
            Counts::PacketsAndBytes => vec![count(PACKETS, 0), count(BYTES, 8)],
        };
        let map = if sparse { MapType::PerCpuHash } else { MapType::PerCpuArray };
        let slot = Slot { ty, bytes, locked: false };
        CellShape { kind: CellKind::Counter, map, slot, fields, most: MOST }
    }

    /// The statement that counts a packet of so many bytes in a cell.
    pub(super) fn count(self, map: &Name, index: &Code, length: &Code) -> Code {
        match self {
            Counts::Packets => code!("@xdp_count(&{}, {}, 1);", map, index),
            Counts::Bytes => code!("@xdp_count(&{}, {}, {});", map, index, length),
            Counts::PacketsAndBytes => code!("@xdp_count_packet(&{}, {}, {});", map, index, length),
        }
    }
}

/// The bytes of the packet at hand, or how many a program says that there are.
pub(super) fn length(cx: &mut Cx<'_>, said: Option<&Expr>) -> Code {
    match said {
        Some(said) => cx.value(said).text,
        None => cx.packet_bytes(),
    }
}

/// An array of counters.
#[derive(Debug)]
pub(super) struct Counters {
    /// Where they are.
    pub(super) cells: Cells,
    counts: Counts,
}

impl Counters {
    /// So many counters; `sparse` ones are made when they are first used.
    pub(super) fn new(
        instance: &ExternInstance,
        size: u64,
        counts: Counts,
        sparse: bool,
        laying: &mut Laying<'_>,
    ) -> Result<Counters, ErrorsReported> {
        let shape = counts.cells(sparse);
        let size = u32::try_from(size).ok().filter(|size| *size <= MOST).ok_or_else(|| {
            let message = format!("`{}` has {size} counters", instance.name);
            let note = format!(
                "each takes {} bytes for every processor; at most {MOST} are possible",
                shape.slot.bytes
            );
            laying.diagnostics.error(Diagnostic::error(codes::E0524, instance.span, message).with_note(note))
        })?;
        Ok(Counters { cells: Cells::new(instance, laying.names, shape.map, size, shape.slot), counts })
    }

    /// As the control plane sees them.
    pub(super) fn describe(&self) -> ExternKind {
        // Where the map is, the cells know.
        self.cells.describe(CellKind::Counter, self.counts.cells(false).fields)
    }
}

fn lay_out(instance: &ExternInstance, laying: &mut Laying<'_>) -> Made {
    let size = constant(instance, 0, laying.diagnostics)?;
    let counts = Counts::of(instance, 1, laying.diagnostics)?;
    Ok(Box::new(Counters::new(instance, size, counts, false, laying)?))
}

impl Extern for Counters {
    fn maps(&self) -> Vec<MapDefinition> {
        vec![self.cells.definition()]
    }

    fn describe(&self, _program: &Program) -> Option<ExternKind> {
        Some(Counters::describe(self))
    }

    fn call(&self, cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
        let given = call.given().ok_or(OtherShape)?;
        let (index, said) = match (call.name, given.as_slice()) {
            ("count", [index]) => (*index, None),
            ("count", [index, length]) => (*index, Some(*length)),
            _ => return Err(OtherShape),
        };
        let index = cx.cell_index(index);
        let index = index.converted(CType::U32).text;
        let length = length(cx, said);
        cx.out.line(self.counts.count(&self.cells.map, &index, &length));
        Ok(())
    }
}
