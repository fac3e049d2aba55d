//! `direct_counter(CounterType type)` and `direct_meter<T>(MeterType type)` of v1model: each entry of the table that they belong to has a cell.
//! A match of an entry counts the packet, or finds its colour, before the action runs and whether or not the action calls them; a miss does
//! neither. `count()` does nothing more, and `read(result)` gives the colour, which is green for a miss.
//!
//! `DirectCounter<W>` and `DirectMeter` of PSA and PNA count and meter where an action calls them, in the cell of the entry that runs the action, or
//! in that of misses.

use super::counter::{self, Counts};
use super::{PORTABLE, V1MODEL, meter};
use crate::c::code::{Code, Name, ToCode, code};
use crate::c::expr::{CExpr, CType};
use crate::emit::expr::slice;
use crate::emit::externs::{Call, Entry, Extern, Laying, Made, OtherShape};
use crate::emit::{Colour, Cx};
use crate::lacking;
use crate::layout::cell::CellShape;
use crate::layout::extern_facts::{Attached, Facts, Shared};
use p4xdp_frontend::diagnostic::{Diagnostics, ErrorsReported};
use p4xdp_midend::ir::{Arg, ExternInstance};

pub(super) const DIRECT_COUNTER: Entry = Entry::of_type("direct_counter", counter)
    .of(V1MODEL)
    .with(Facts { attached: Some(Attached::Direct(counter_cells)), ..Facts::none() });
pub(super) const PORTABLE_DIRECT_COUNTER: Entry = Entry::of_type("DirectCounter", portable_counter)
    .of(PORTABLE)
    .with(Facts { attached: Some(Attached::Direct(counter_cells)), ..Facts::none() });
pub(super) const PORTABLE_DIRECT_METER: Entry = Entry::of_type("DirectMeter", portable_meter)
    .of(PORTABLE)
    .with(Facts { attached: Some(Attached::Direct(meter_cells)), shared: Shared::State, ..Facts::none() });
pub(super) const DIRECT_METER: Entry = Entry::of_type("direct_meter", meter).of(V1MODEL).with(Facts {
    attached: Some(Attached::Direct(meter_cells)),
    shared: Shared::State,
    ..Facts::none()
});

fn counter_cells(instance: &ExternInstance, sink: &mut Diagnostics) -> Result<CellShape, ErrorsReported> {
    Ok(Counts::of(instance, 0, sink)?.cells(false))
}

fn meter_cells(instance: &ExternInstance, sink: &mut Diagnostics) -> Result<CellShape, ErrorsReported> {
    Ok(meter::cells(meter::is_of_bytes(instance, 0, sink)?))
}

#[derive(Debug)]
struct DirectCounter(Counts);

fn counter(instance: &ExternInstance, laying: &mut Laying<'_>) -> Made {
    Ok(Box::new(DirectCounter(Counts::of(instance, 0, laying.diagnostics)?)))
}

impl Extern for DirectCounter {
    fn matched(&self, cx: &mut Cx<'_>, map: &Name, number: &Code) {
        let length = counter::length(cx, None);
        cx.out.line(self.0.count(map, number, &length));
    }

    fn call(&self, _: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
        match (call.name, call.args) {
            ("count", []) => Ok(()),
            _ => Err(OtherShape),
        }
    }
}

/// PSA's and PNA's.
#[derive(Debug)]
struct CountsByCall(Counts);

fn portable_counter(instance: &ExternInstance, laying: &mut Laying<'_>) -> Made {
    Ok(Box::new(CountsByCall(Counts::of(instance, 0, laying.diagnostics)?)))
}

impl Extern for CountsByCall {
    fn is_by_call(&self) -> bool {
        true
    }

    fn call(&self, cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
        let given = call.given().ok_or(OtherShape)?;
        let said = match (call.name, given.as_slice()) {
            ("count", []) => None,
            ("count", [length]) => Some(*length),
            _ => return Err(OtherShape),
        };
        // Outside of tables there is no cell.
        if let Some((map, Some(number))) = cx.direct_cell(call) {
            let length = counter::length(cx, said);
            cx.out.line(self.0.count(&map, &number, &length));
        }
        Ok(())
    }
}

#[derive(Debug)]
struct DirectMeter {
    /// Bytes are metered, not packets.
    bytes: bool,
}

fn meter(instance: &ExternInstance, laying: &mut Laying<'_>) -> Made {
    Ok(Box::new(DirectMeter { bytes: meter::is_of_bytes(instance, 0, laying.diagnostics)? }))
}

impl Extern for DirectMeter {
    fn before_match(&self, cx: &mut Cx<'_>) {
        let colour = cx.fresh("colour", CType::U32.name());
        cx.out.assignment(&colour, 0u32);
        cx.colour = Some(Colour::Variable(colour));
    }

    fn matched(&self, cx: &mut Cx<'_>, map: &Name, number: &Code) {
        let call = code!("@xdp_meter_colour(&{}, {}, {})", map, number, meter::units(cx, self.bytes));
        if let Some(Colour::Variable(colour)) = cx.colour.clone() {
            cx.out.call(&colour, &call);
        }
    }

    fn call(&self, cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
        let ("read", [Arg::Out(target)]) = (call.name, call.args) else { return Err(OtherShape) };
        let colour = match cx.colour.clone() {
            Some(Colour::Variable(colour)) => colour.code(),
            Some(Colour::Green) => code!("0"),
            None => {
                cx.module.sink.emit(lacking::DIRECT_METER_READ.at(call.span));
                return Ok(());
            }
        };
        // At least the two bits that a colour has, whatever the program keeps of them.
        let width = cx.lvalue_width(target);
        let colour = CExpr::atom(colour, CType::U32, width.clamp(2, 32));
        let colour = match width {
            0..2 => slice(colour, 0, 0),
            2..=32 => colour,
            _ => CExpr { width, ..colour.converted(CType::of_width(width)) },
        };
        cx.assign(target, colour, call.span);
        Ok(())
    }
}

/// PSA's and PNA's.
#[derive(Debug)]
struct MetersByCall {
    /// Bytes are metered, not packets.
    bytes: bool,
}

fn portable_meter(instance: &ExternInstance, laying: &mut Laying<'_>) -> Made {
    Ok(Box::new(MetersByCall { bytes: meter::is_of_bytes(instance, 0, laying.diagnostics)? }))
}

impl Extern for MetersByCall {
    fn is_by_call(&self) -> bool {
        true
    }

    fn call(&self, cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
        let ("execute" | "dpdk_execute", Some(given)) = (call.name, call.given()) else {
            return Err(OtherShape);
        };
        // Outside of tables it is a miss, too.
        let cell = cx.direct_cell(call).map(|(map, number)| (map, number.unwrap_or_else(|| code!("0"))));
        meter::execute(cx, call, self.bytes, cell.as_ref().map(|(map, number)| (map, number)), &given)
    }
}
