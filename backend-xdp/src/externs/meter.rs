//! `meter(bit<32> size, MeterType type)` of v1model: two rates, three colours (RFC 2698), for all processors together.
//! `execute_meter(index, colour)` takes the packet, or its bytes, out of the buckets of meter `index`, and gives 0 (green), 1 (yellow) or 2 (red).
//! A meter without rates and an index beyond the end are green, as on the interpreter.
//!
//! `Meter<S>` of PSA and PNA gives the colour as a result, whose members are `RED`, `GREEN`, `YELLOW`, and may be given the colour that the packet
//! has already and its length.
//!
//! The buckets are in the cell behind the rates, guarded by its lock: `backend-xdp/src/c/prelude/xdp_meter.h` has the arithmetic. Who writes
//! rates writes zeros there, which are full buckets.

use super::cells::{Cells, Slot, at, constant};
use super::{PORTABLE, V1MODEL, counter};
use crate::c::code::{Code, Name, code};
use crate::c::expr::{CExpr, CType};
use crate::c::map::{MapDefinition, MapType};
use crate::emit::Cx;
use crate::emit::expr::slice;
use crate::emit::externs::{Call, Entry, Extern, Laying, Made, OtherShape};
use crate::layout::cell::CellShape;
use crate::layout::extern_facts::Shared;
use p4xdp_control::manifest::cells::{BYTES, Field, PACKETS};
use p4xdp_control::manifest::{CellKind, ExternKind};
use p4xdp_control::view::Param;
use p4xdp_frontend::diagnostic::{Diagnostic, Diagnostics, ErrorsReported, codes};
use p4xdp_midend::ir::{Arg, Expr, ExternInstance, Program, ScalarType};

pub(super) const METER: Entry = Entry::of_type("meter", lay_out).of(V1MODEL).shared(Shared::State);
pub(super) const PORTABLE_METER: Entry = Entry::of_type("Meter", lay_out).of(PORTABLE).shared(Shared::State);

#[derive(Debug)]
struct Meter {
    cells: Cells,
    /// Bytes are metered, not packets.
    bytes: bool,
}

/// Meters of an extern at most.
const MOST: u32 = 1 << 23;

/// Whether the `MeterType` that is this argument of an instance is that of bytes.
///
/// # Errors
/// When it is not constant, which is reported.
pub(super) fn is_of_bytes(
    instance: &ExternInstance,
    position: usize,
    diagnostics: &mut Diagnostics,
) -> Result<bool, ErrorsReported> {
    Ok(constant(instance, position, diagnostics)? == 1)
}

/// What the packet takes out of a bucket.
pub(super) fn units(cx: &Cx<'_>, bytes: bool) -> Code {
    if bytes { cx.packet_bytes() } else { code!("1") }
}

/// Cells of meters.
pub(super) fn cells(bytes: bool) -> CellShape {
    let unit = if bytes { BYTES } else { PACKETS };
    let rate = |name, offset| Field::new(Param::new(name, 64), at(offset, 8)).of(format!("{unit}/s"));
    let burst = |name, offset| Field::new(Param::new(name, 32), at(offset, 4)).of(unit).at_least(1);
    let fields = vec![
        rate("committed_rate", 8),
        burst("committed_burst", 4),
        rate("peak_rate", 16).not_below("committed_rate"),
        burst("peak_burst", 24),
    ];
    let slot = Slot { ty: code!("struct @xdp_meter"), bytes: 56, locked: true };
    CellShape { kind: CellKind::Meter, map: MapType::Array, slot, fields, most: MOST }
}

fn lay_out(instance: &ExternInstance, laying: &mut Laying<'_>) -> Made {
    let size = constant(instance, 0, laying.diagnostics)?;
    let bytes = is_of_bytes(instance, 1, laying.diagnostics)?;
    let size = u32::try_from(size).ok().filter(|size| *size <= MOST).ok_or_else(|| {
        let message = format!("`{}` has {size} meters; at most {MOST} are possible", instance.name);
        laying.diagnostics.error(Diagnostic::error(codes::E0524, instance.span, message))
    })?;
    let shape = cells(bytes);
    Ok(Box::new(Meter { cells: Cells::new(instance, laying.names, shape.map, size, shape.slot), bytes }))
}

impl Extern for Meter {
    fn maps(&self) -> Vec<MapDefinition> {
        vec![self.cells.definition()]
    }

    fn describe(&self, _program: &Program) -> Option<ExternKind> {
        Some(self.cells.describe(CellKind::Meter, cells(self.bytes).fields))
    }

    fn call(&self, cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
        if let "execute" | "dpdk_execute" = call.name {
            let given = call.given().ok_or(OtherShape)?;
            let [index, more @ ..] = given.as_slice() else { return Err(OtherShape) };
            let index = cx.cell_index(index);
            return execute(cx, call, self.bytes, Some((&self.cells.map, &index.text)), more);
        }
        let ("execute_meter", [Arg::In(index), Arg::Out(target)]) = (call.name, call.args) else {
            return Err(OtherShape);
        };
        let index = cx.cell_index(index);
        let index = index.text;
        let units = units(cx, self.bytes);
        // At least the two bits that a colour has, whatever the program keeps of them.
        let width = cx.lvalue_width(target);
        let ty = CType::of_width(width.max(2));
        let colour = cx.fresh("colour", ty.name());
        cx.out.call(&colour, &code!("@xdp_meter_colour(&{}, {}, {})", self.cells.map, index, units));
        let colour = CExpr::atom(colour, ty, width.max(2));
        cx.assign(target, if width < 2 { slice(colour, 0, 0) } else { colour }, call.span);
        Ok(())
    }
}

/// Writes PSA's and PNA's `execute` on a cell of a map, given the colour that the packet has already, its length, both, or nothing. Without a cell
/// it keeps its colour.
pub(super) fn execute(
    cx: &mut Cx<'_>,
    call: &Call<'_>,
    bytes: bool,
    cell: Option<(&Name, &Code)>,
    given: &[&Expr],
) -> Result<(), OtherShape> {
    let is_colour = |given: &Expr| matches!(given.ty, ScalarType::Enum(_));
    let (before, length) = match given {
        [] => (None, None),
        [one] if is_colour(one) => (Some(*one), None),
        [one] => (None, Some(*one)),
        [colour, length] if is_colour(colour) => (Some(*colour), Some(*length)),
        _ => return Err(OtherShape),
    };
    // The call that changes the meter stands by itself.
    let result = Call { is_pure: true, ..*call };
    let before =
        before.filter(|before| before.as_const() != Some(&GREEN.into())).map(|before| cx.value(before));
    let Some((map, index)) = cell else {
        let before = before.unwrap_or_else(|| CExpr::atom(GREEN.to_string(), CType::Literal, 32));
        if call.result.is_some() {
            cx.give(&result, before);
        }
        return Ok(());
    };
    let units = if bytes { counter::length(cx, length) } else { code!("1") };
    let run = match before {
        None => code!("@xdp_meter_colour(&{}, {}, {})", map, index, units),
        // From one numbering to the other, and back.
        Some(before) => {
            let before = code!("({} + 2) % 3", before.operand());
            code!("@xdp_meter_aware(&{}, {}, {}, {})", map, index, units, before)
        }
    };
    let colour = cx.fresh("colour", CType::U32.name());
    cx.out.call(&colour, &run);
    if call.result.is_some() {
        cx.give(&result, CExpr::atom(code!("(({} + 1) % 3)", colour), CType::U32, 32));
    }
    Ok(())
}

/// `GREEN` of `PSA_MeterColor_t`, which has `RED` in front of it and `YELLOW` behind.
const GREEN: u32 = 1;
