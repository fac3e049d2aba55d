//! Counters, meters and registers by index (P4Runtime specification, sections "CounterEntry", "MeterEntry" and "RegisterEntry"): in, messages; out, cells, and back. Without an
//! index all cells are meant, without an id all of a kind.

use super::batch::{AllCells, Planned};
use super::data::Data;
use super::{Context, Found, no_such};
use crate::pipeline::At;
use crate::problem::Problem;
use num_bigint::BigUint;
use p4xdp_control::entry::Count;
use p4xdp_control::manifest::cells::BYTES;
use p4xdp_control::view::{ExternKind, Param};
use p4xdp_p4runtime::p4::config::v1::P4DataTypeSpec;
use p4xdp_p4runtime::p4::v1 as proto;
use p4xdp_runtime::cells::{Cell, CellError, CellKind, Cells};
use p4xdp_runtime::transaction::Change;
use proto::entity::Entity;
use proto::update::Type;

/// Sets what a counter has counted.
pub(super) fn write_counter(
    context: &Context<'_>,
    kind: Type,
    given: &proto::CounterEntry,
) -> Result<Planned, Problem> {
    let counter = of_id(context, CellKind::Counter, given.counter_id)?;
    let index = written(counter.1, kind, given.index.as_ref())?;
    let Some(data) = &given.data else { return Ok(Planned::default()) };
    let count = count(data, &|| called(counter.1))?;
    Ok(planned(counter, index, cell_of(counter.1, count)))
}

/// Sets the rates of a meter, or takes them away.
pub(super) fn write_meter(
    context: &Context<'_>,
    kind: Type,
    given: &proto::MeterEntry,
) -> Result<Planned, Problem> {
    if given.counter_data.is_some() {
        return Err(Problem::unimplemented("meters do not count packets by colour"));
    }
    let meter = of_id(context, CellKind::Meter, given.meter_id)?;
    let index = written(meter.1, kind, given.index.as_ref())?;
    let cell = match &given.config {
        Some(config) => Cell(rates(meter.1, config)?),
        None => zero(meter.1),
    };
    Ok(planned(meter, index, cell))
}

/// Sets the value of a register.
pub(super) fn write_register(
    context: &Context<'_>,
    kind: Type,
    given: &proto::RegisterEntry,
) -> Result<Planned, Problem> {
    let register = of_id(context, CellKind::Register, given.register_id)?;
    let index = written(register.1, kind, given.index.as_ref())?;
    let of = || called(register.1);
    let data = given.data.as_ref().ok_or_else(|| Problem::invalid(format!("{}: no data is given", of())))?;
    let numbers = Data::of(context.pipeline).read(type_of(context, given.register_id)?, data, &of)?;
    Ok(planned(register, index, Cell(numbers)))
}

/// A cell is to hold this, or all are.
fn planned((cells, _): (usize, &Cells<'_>), index: Option<u64>, cell: Cell) -> Planned {
    match index {
        Some(index) => Planned::one(Change::Cell { cells, index, cell }),
        None => Planned { all: Some(AllCells { cells, cell }), ..Planned::default() },
    }
}

/// Lets all cells hold this.
pub(super) fn set_all(cells: &Cells<'_>, cell: &Cell) -> Result<(), Problem> {
    if cells.kind().adds_up() {
        cells.reset()?;
        if cell.is_zero() {
            return Ok(());
        }
    }
    let write = |index| match cells.kind() {
        CellKind::Meter if cell.is_zero() => cells.clear(index),
        CellKind::Counter | CellKind::Meter | CellKind::Register => cells.write(index, cell),
    };
    if cells.layout().sparse {
        let known = cells.dump()?;
        return known.into_iter().try_for_each(|(index, _)| Ok(write(index)?));
    }
    (0..u64::from(cells.size())).try_for_each(|index| Ok(write(index)?))
}

/// The cell of a counter that counted so much.
pub(super) fn cell_of(cells: &Cells<'_>, count: Count) -> Cell {
    let number = |field: &Param| if field.name == BYTES { count.bytes } else { count.packets };
    Cell(cells.fields().map(|field| number(field).into()).collect())
}

/// A cell that nobody has written: of a meter, one without rates.
pub(super) fn zero(cells: &Cells<'_>) -> Cell {
    Cell(cells.fields().map(|_| BigUint::ZERO).collect())
}

/// Reads counters.
pub(super) fn read_counters(
    context: &Context<'_>,
    wanted: &proto::CounterEntry,
    found: &mut Found<'_>,
) -> Result<(), Problem> {
    read(
        context,
        CellKind::Counter,
        wanted.counter_id,
        wanted.index.as_ref(),
        &mut |counter, id, index, cell| {
            let data = Some(counter_data(counter.count(&cell)));
            let index = Some(index);
            Ok(found.push(Entity::CounterEntry(proto::CounterEntry { counter_id: id, index, data })))
        },
    )
}

/// Reads the rates of meters.
pub(super) fn read_meters(
    context: &Context<'_>,
    wanted: &proto::MeterEntry,
    found: &mut Found<'_>,
) -> Result<(), Problem> {
    if wanted.counter_data.is_some() {
        return Err(Problem::unimplemented("meters do not count packets by colour"));
    }
    read(context, CellKind::Meter, wanted.meter_id, wanted.index.as_ref(), &mut |meter, id, index, cell| {
        let config = meter_config(meter, &cell);
        let (index, counter_data) = (Some(index), None);
        Ok(found.push(Entity::MeterEntry(proto::MeterEntry { meter_id: id, index, config, counter_data })))
    })
}

/// Reads registers.
pub(super) fn read_registers(
    context: &Context<'_>,
    wanted: &proto::RegisterEntry,
    found: &mut Found<'_>,
) -> Result<(), Problem> {
    let data = Data::of(context.pipeline);
    read(context, CellKind::Register, wanted.register_id, wanted.index.as_ref(), &mut |_, id, index, cell| {
        let data = Some(data.write(type_of(context, id)?, &cell.0)?);
        let index = Some(index);
        Ok(found.push(Entity::RegisterEntry(proto::RegisterEntry { register_id: id, index, data })))
    })
}

/// Takes cells, their extern's id, an index and what the cell holds; false once it wants no more.
type Take<'t> = dyn FnMut(&Cells<'_>, u32, proto::Index, Cell) -> Result<bool, Problem> + 't;

fn read(
    context: &Context<'_>,
    kind: CellKind,
    id: u32,
    index: Option<&proto::Index>,
    take: &mut Take<'_>,
) -> Result<(), Problem> {
    let all = if id == 0 { all_ids(context, kind)? } else { vec![id] };
    if id == 0 && index.is_some() {
        return Err(Problem::invalid(format!("an index is of one {}, and none is said", kind.noun())));
    }
    for id in all {
        let (_, cells) = of_id(context, kind, id)?;
        let mut give = |at: u64, cell| take(cells, id, index_message(at), cell);
        match index {
            Some(index) => {
                let at = place(cells, index)?;
                give(at, cells.read(at)?)?;
            }
            // Any index is one there, and those that nobody used are 0.
            None if cells.layout().sparse => {
                for (at, cell) in cells.dump()? {
                    if !give(at, cell)? {
                        return Ok(());
                    }
                }
            }
            None => {
                let mut known = cells.dump()?.into_iter().peekable();
                for at in 0..u64::from(cells.size()) {
                    let cell = known.next_if(|(known, _)| *known == at).map(|(_, cell)| cell);
                    if !give(at, cell.unwrap_or_else(|| zero(cells)))? {
                        return Ok(());
                    }
                }
            }
        }
    }
    Ok(())
}

fn index_message(at: u64) -> proto::Index {
    proto::Index { index: i64::try_from(at).unwrap_or(i64::MAX) }
}

/// The index that an update is of; none for all.
fn written(cells: &Cells<'_>, kind: Type, index: Option<&proto::Index>) -> Result<Option<u64>, Problem> {
    match kind {
        Type::Modify => index.map(|index| place(cells, index)).transpose(),
        Type::Insert | Type::Delete | Type::Unspecified => {
            let message = format!("{}: its cells are always there, and can only be modified", called(cells));
            Err(Problem::invalid(message))
        }
    }
}

fn place(cells: &Cells<'_>, index: &proto::Index) -> Result<u64, Problem> {
    let negative = |_| Problem::invalid(format!("{}: {} is no index", called(cells), index.index));
    let at = u64::try_from(index.index).map_err(negative)?;
    if !cells.layout().sparse && at >= u64::from(cells.size()) {
        let (what, name) = (cells.kind().noun(), cells.name().to_owned());
        let error = CellError::Index { what, name, size: cells.size(), index: at };
        return Err(Problem::out_of_range(error.to_string()));
    }
    Ok(at)
}

fn called(cells: &Cells<'_>) -> String {
    format!("{} `{}`", cells.kind().noun(), cells.name())
}

fn extern_kind(kind: CellKind) -> ExternKind {
    match kind {
        CellKind::Counter => ExternKind::Counter,
        CellKind::Meter => ExternKind::Meter,
        CellKind::Register => ExternKind::Register,
    }
}

/// The ids of all that the program uses.
fn all_ids(context: &Context<'_>, kind: CellKind) -> Result<Vec<u32>, Problem> {
    let cells = context.objects()?.cells();
    let is_used = |name: &str| cells.iter().any(|cells| cells.kind() == kind && cells.name() == name);
    let externs = context.view().externs.iter().filter(|it| it.kind == extern_kind(kind));
    Ok(externs.filter(|it| is_used(&it.preamble.name)).map(|it| it.preamble.id).collect())
}

/// The cells of an extern, and their position among the library's.
fn of_id<'p>(context: &Context<'p>, kind: CellKind, id: u32) -> Result<(usize, &'p Cells<'p>), Problem> {
    let seen = match context.pipeline.at(id) {
        Some(At::Extern(at)) => context.view().externs.get(at).filter(|it| it.kind == extern_kind(kind)),
        Some(At::Table(_) | At::ValueSet(_)) | None => None,
    };
    let name = &seen.ok_or_else(|| no_such(kind.noun(), id))?.preamble.name;
    let mut all = context.objects()?.cells().iter().enumerate();
    let found = all.find(|(_, cells)| cells.kind() == kind && cells.name() == name);
    // One that the program never uses lies nowhere.
    found.ok_or_else(|| Problem::unimplemented(format!("the program never uses {} `{name}`", kind.noun())))
}

/// The type of what a register holds.
fn type_of<'p>(context: &Context<'p>, id: u32) -> Result<&'p P4DataTypeSpec, Problem> {
    let is_it =
        |of: &Option<p4xdp_p4runtime::p4::config::v1::Preamble>| of.as_ref().is_some_and(|of| of.id == id);
    let register = context.pipeline.p4info.registers.iter().find(|it| is_it(&it.preamble));
    register.and_then(|it| it.type_spec.as_ref()).ok_or_else(|| no_such("register", id))
}

/// What is to have been counted.
pub(super) fn count(data: &proto::CounterData, of: &dyn Fn() -> String) -> Result<Count, Problem> {
    let number = |number: i64| {
        u64::try_from(number).map_err(|_| Problem::invalid(format!("{}: {number} is no count", of())))
    };
    Ok(Count { packets: number(data.packet_count)?, bytes: number(data.byte_count)? })
}

/// What was counted.
pub(super) fn counter_data(count: Count) -> proto::CounterData {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    proto::CounterData { byte_count: number(count.bytes), packet_count: number(count.packets) }
}

/// Fields of a meter's cell, in words of the library and of P4Runtime.
fn rate<'c>(config: &'c mut proto::MeterConfig, name: &str) -> Option<&'c mut i64> {
    match name {
        "committed_rate" => Some(&mut config.cir),
        "committed_burst" => Some(&mut config.cburst),
        "peak_rate" => Some(&mut config.pir),
        "peak_burst" => Some(&mut config.pburst),
        _ => None,
    }
}

/// The rates of a configuration, which suit the meter.
pub(super) fn rates(meter: &Cells<'_>, config: &proto::MeterConfig) -> Result<Vec<BigUint>, Problem> {
    let wrong = |what: String| Problem::invalid(format!("{}: {what}", called(meter)));
    if config.eburst != 0 {
        return Err(wrong("it has two rates, and so no excess burst".to_owned()));
    }
    let mut config = *config;
    let mut numbers = Vec::new();
    for field in meter.fields() {
        let number = rate(&mut config, &field.name).map_or(0, |number| *number);
        let number = u64::try_from(number).map_err(|_| wrong(format!("{number} is no `{}`", field.name)))?;
        numbers.push(BigUint::from(number));
    }
    let check = meter.layout().check(meter.name(), &numbers);
    check.map_err(|unfit| Problem::from(p4xdp_runtime::Error::from(CellError::from(unfit))))?;
    Ok(numbers)
}

/// The configuration of a meter's cell; none if it has no rates.
pub(super) fn meter_config(meter: &Cells<'_>, cell: &Cell) -> Option<proto::MeterConfig> {
    if cell.is_zero() {
        return None;
    }
    let mut config = proto::MeterConfig::default();
    for (field, number) in meter.fields().zip(&cell.0) {
        if let Some(place) = rate(&mut config, &field.name) {
            *place = i64::try_from(number).unwrap_or(i64::MAX);
        }
    }
    Some(config)
}
