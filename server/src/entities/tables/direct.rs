//! Direct counters and meters by themselves (P4Runtime specification, sections "DirectCounterEntry" and "DirectMeterEntry"): in, an entry's keys; out, what is counted of it or
//! its rates, or these changed.

use super::super::batch::Planned;
use super::super::{Context, Found, cells, keys};
use super::default_key;
use super::read::{Filter, select};
use crate::problem::Problem;
use p4xdp_control::entry::{Entry, KeyMatch};
use p4xdp_control::view::Table as View;
use p4xdp_p4runtime::p4::v1 as proto;
use p4xdp_runtime::cells::{Cell, CellKind, Cells};
use p4xdp_runtime::tables::{OF_MISSES, Table};
use p4xdp_runtime::transaction::Change;
use proto::entity::Entity;
use proto::update::Type;

/// Sets what an entry has counted.
pub(in super::super) fn write_counter(
    context: &Context<'_>,
    kind: Type,
    given: &proto::DirectCounterEntry,
) -> Result<Planned, Problem> {
    only_modified(kind, CellKind::Counter)?;
    let one = One::of(context, given.table_entry.as_ref(), CellKind::Counter)?;
    let of = || keys::called(one.view);
    match &given.data {
        Some(data) => Ok(Planned::one(one.change(cells::cell_of(one.cells, cells::count(data, &of)?)))),
        None => {
            if let Some((keys, priority)) = &one.keys {
                one.table.find(keys, *priority)?;
            }
            Ok(Planned::default())
        }
    }
}

/// Sets the rates of an entry, or takes them away.
pub(in super::super) fn write_meter(
    context: &Context<'_>,
    kind: Type,
    given: &proto::DirectMeterEntry,
) -> Result<Planned, Problem> {
    only_modified(kind, CellKind::Meter)?;
    if given.counter_data.is_some() {
        return Err(super::no_meter_counts());
    }
    let one = One::of(context, given.table_entry.as_ref(), CellKind::Meter)?;
    if one.keys.is_none() {
        let message = format!("{}: its default action has no meter of its own", keys::called(one.view));
        return Err(Problem::unimplemented(message));
    }
    let cell = match &given.config {
        Some(config) => Cell(cells::rates(one.cells, config)?),
        None => cells::zero(one.cells),
    };
    Ok(Planned::one(one.change(cell)))
}

fn only_modified(kind: Type, of: CellKind) -> Result<(), Problem> {
    match kind {
        Type::Modify => Ok(()),
        Type::Insert | Type::Delete | Type::Unspecified => {
            let message =
                format!("a direct {} comes and goes with its entry, and can only be modified", of.noun());
            Err(Problem::invalid(message))
        }
    }
}

/// What an entry, or the default action, has in the first direct counter or meter.
struct One<'p> {
    at: usize,
    view: &'p View,
    table: &'p Table<'p>,
    cells: &'p Cells<'p>,
    keys: Option<(Vec<KeyMatch>, Option<u32>)>,
}

impl<'p> One<'p> {
    fn of(
        context: &Context<'p>,
        entry: Option<&proto::TableEntry>,
        kind: CellKind,
    ) -> Result<One<'p>, Problem> {
        let no_entry = || Problem::invalid(format!("a direct {} is written without an entry", kind.noun()));
        let entry = entry.ok_or_else(no_entry)?;
        let (at, view) = context.table_view(entry.table_id)?;
        let table = context.table(at)?;
        let Some(cells) = table.direct(kind) else {
            let message = format!("{} has no direct {}", keys::called(view), kind.noun());
            return Err(Problem::invalid(message));
        };
        let keys = if entry.is_default_action {
            if !entry.r#match.is_empty() || entry.priority != 0 {
                let message = "the default action has neither a match nor a priority";
                return Err(Problem::invalid(format!("{}: {message}", keys::called(view))));
            }
            None
        } else {
            let keys = keys::read(&context.numbers, view, &entry.r#match)?;
            Some((keys, super::priority(view, entry.priority)?))
        };
        Ok(One { at, view, table, cells, keys })
    }

    /// The change by which the cell holds this.
    fn change(&self, cell: Cell) -> Change {
        direct(self.at, self.cells.kind(), self.keys.clone(), cell)
    }
}

/// The change by which an entry's cell in the first counter or meter of a table, or that of misses, holds this.
pub(super) fn direct(
    table: usize,
    kind: CellKind,
    entry: Option<(Vec<KeyMatch>, Option<u32>)>,
    cell: Cell,
) -> Change {
    match entry {
        Some((keys, priority)) => Change::Direct { table, direct: 0, kind, keys, priority, cell },
        None => Change::Misses { table, direct: 0, kind, cell },
    }
}

/// Reads what entries have counted.
pub(in super::super) fn read_counters(
    context: &Context<'_>,
    wanted: &proto::DirectCounterEntry,
    found: &mut Found<'_>,
) -> Result<(), Problem> {
    read(context, wanted.table_entry.as_ref(), CellKind::Counter, &mut |_, key, entry, misses| {
        let count = entry.map_or(misses, |entry| entry.count);
        let data = Some(cells::counter_data(count));
        found.push(Entity::DirectCounterEntry(proto::DirectCounterEntry { table_entry: Some(key), data }))
    })
}

/// Reads the rates of entries.
pub(in super::super) fn read_meters(
    context: &Context<'_>,
    wanted: &proto::DirectMeterEntry,
    found: &mut Found<'_>,
) -> Result<(), Problem> {
    if wanted.counter_data.is_some() {
        return Err(super::no_meter_counts());
    }
    read(context, wanted.table_entry.as_ref(), CellKind::Meter, &mut |table, key, entry, _| {
        let meter = table.direct(CellKind::Meter);
        let config =
            entry.zip(meter).and_then(|(entry, meter)| cells::meter_config(meter, &table.cell(meter, entry)));
        let entry = proto::DirectMeterEntry { table_entry: Some(key), config, counter_data: None };
        found.push(Entity::DirectMeterEntry(entry))
    })
}

/// Takes the table, the key of an entry, and the entry or else what was counted of misses; false once it wants no more.
type Take<'t> =
    dyn FnMut(&Table<'_>, proto::TableEntry, Option<&Entry>, p4xdp_control::entry::Count) -> bool + 't;

/// Reads what hangs on the entries that a message matches.
fn read(
    context: &Context<'_>,
    wanted: Option<&proto::TableEntry>,
    kind: CellKind,
    take: &mut Take<'_>,
) -> Result<(), Problem> {
    let all = proto::TableEntry::default();
    let wanted = wanted.unwrap_or(&all);
    let none = p4xdp_control::entry::Count::default();
    for (at, view) in select(context, wanted)? {
        let table = context.table(at)?;
        let Some(cells) = table.direct(kind) else {
            if wanted.table_id == 0 {
                continue;
            }
            return Err(Problem::invalid(format!("{} has no direct {}", keys::called(view), kind.noun())));
        };
        let filter = Filter::of(context, view, wanted)?;
        if filter.is_of_default() {
            let misses = if kind == CellKind::Counter { cells.read_count(OF_MISSES)? } else { none };
            if !take(table, default_key(view), None, misses) {
                return Ok(());
            }
            continue;
        }
        let mut any = false;
        let is_over = filter.each(context, table, &mut |_, entry| {
            any = true;
            let key = super::key(context, view, &entry.keys, entry.priority)?;
            Ok(!take(table, key, Some(&entry), none))
        })?;
        if !any && !wanted.r#match.is_empty() {
            return Err(Problem::not_found(format!("{} has no such entry", keys::called(view))));
        }
        if is_over {
            return Ok(());
        }
    }
    Ok(())
}
