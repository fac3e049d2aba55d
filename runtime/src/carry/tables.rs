//! Tables of replaced programs: which map is kept, and which entries and default action go into a new one.

use super::{Carried, Conflict, Old, Plan, Rates, devices, map_and_id};
use crate::cells::CellKind;
use crate::error::Error;
use crate::storage::{Count, Entry, Idle, KeyMatch, Target};
use crate::tables::{OF_MISSES, Origin, Table as OpenTable, terms};
use p4xdp_control::manifest::{self, Manifest, Table};
use p4xdp_control::storage::Strategy;
use p4xdp_control::terms::Plain;
use std::collections::BTreeMap;
use std::collections::btree_map;

/// A table of an old program that has the new table's name.
struct Source<'a> {
    old: &'a Old<'a>,
    table: OpenTable<'a>,
    /// Number of its map, if it has one.
    map: Option<u32>,
    /// Why its map cannot be the new one's.
    difference: Option<String>,
}

/// Plans tables and default actions.
pub(super) fn plan<'a>(
    olds: &'a [Old<'a>],
    new: &Manifest,
    plan: &mut Plan<'a>,
    conflicts: &mut Vec<Conflict>,
) -> Result<(), Error> {
    for table in new.tables() {
        let sources = sources(olds, new, table)?;
        if table.layout.storage.is_some() {
            let carried = entries(&sources, new, table, plan, conflicts)?;
            plan.report.insert(table.name().to_owned(), carried);
        } else if table.layout.direct.is_some()
            && let Some(carried) = constant(&sources, table, plan, conflicts)?
        {
            plan.report.insert(table.name().to_owned(), carried);
        }
        default(&sources, new, table, plan, conflicts)?;
    }
    Ok(())
}

fn sources<'a>(olds: &'a [Old<'a>], new: &Manifest, table: Table<'_>) -> Result<Vec<Source<'a>>, Error> {
    let mut sources = Vec::new();
    for old in olds {
        let before = old.program.manifest();
        let tables = old.program.tables()?;
        let Some(other) = tables.into_iter().find(|other| other.view().name() == table.name()) else {
            continue;
        };
        let difference = difference(before, other.description(), new, table);
        let map = match strategy(other.description()) {
            Some(strategy) => Some(map_and_id(old.program, strategy.map())?.1),
            None => None,
        };
        sources.push(Source { old, table: other, map, difference });
    }
    Ok(sources)
}

/// What becomes of a table's entries.
fn entries<'a>(
    sources: &[Source<'a>],
    new: &Manifest,
    table: Table<'_>,
    plan: &mut Plan<'a>,
    conflicts: &mut Vec<Conflict>,
) -> Result<Carried, Error> {
    let Some(first) = sources.first() else { return Ok(Carried::New) };
    let Some(kept) = strategy(table).map(Strategy::maps) else { return Ok(Carried::New) };
    let keep = |source: &Source<'a>, plan: &mut Plan<'a>| -> Result<Carried, Error> {
        // The same storage has as many maps, in the same order.
        let maps = strategy(source.table.description()).map(Strategy::maps);
        for (map, other) in kept.iter().zip(maps.into_iter().flatten()) {
            plan.maps.insert(map.name.clone(), map_and_id(source.old.program, &other.name)?.0);
        }
        keep_cells(source, table, plan)?;
        Ok(Carried::Kept)
    };
    let shared = sources.iter().all(|source| source.map == first.map && source.difference.is_none());
    if shared {
        return keep(first, plan);
    }

    // Entries of all programs by keys and priority, each with the call and where it was seen first.
    let mut union: BTreeMap<(Vec<KeyMatch>, Option<u32>), (Entry, usize)> = BTreeMap::new();
    let mut sizes = Vec::with_capacity(sources.len());
    let (mut lost, mut clashes) = (0, 0);
    for (number, source) in sources.iter().enumerate() {
        let (list, gone) = read(source, new, table)?;
        begin_cells(source, table, plan)?;
        sizes.push((list.len(), gone));
        if gone > 0 && sources.len() > 1 {
            let place = source.old.place();
            let what = format!("{gone} entries on {place} have keys or actions that the new program has not");
            conflicts.push(Conflict { name: table.name().to_owned(), what });
        }
        lost += gone;
        for entry in list {
            match union.entry((entry.keys.clone(), entry.priority)) {
                btree_map::Entry::Vacant(place) => {
                    place.insert((entry, number));
                }
                btree_map::Entry::Occupied(mut place) => {
                    let (there, seen) = place.get_mut();
                    if there.target == entry.target {
                        let (of, here) = (sources.get(*seen), source.old);
                        if let Some(conflict) =
                            of.and_then(|of| merge_rates(there, &entry, table, of.old, here))
                        {
                            conflicts.push(conflict);
                        }
                        if let Some(of) = of {
                            conflicts.extend(merge_idle(there, &entry, table, of.old, here));
                        }
                        continue;
                    }
                    clashes += 1;
                    if clashes <= SHOWN
                        && let Some(other) = sources.get(*seen)
                    {
                        let what = format!(
                            "entry {} is {} on {}, {} on {}",
                            terms::keys_text(table.view, &entry.keys, &Plain),
                            terms::target_text(&new.view, table.view, &there.target, &Plain),
                            other.old.place(),
                            terms::target_text(&new.view, table.view, &entry.target, &Plain),
                            source.old.place(),
                        );
                        conflicts.push(Conflict { name: table.name().to_owned(), what });
                    }
                }
            }
        }
    }
    if clashes > SHOWN {
        let what = format!("and {} more entries that differ", clashes - SHOWN);
        conflicts.push(Conflict { name: table.name().to_owned(), what });
    }
    if clashes > 0 {
        return Ok(Carried::New);
    }

    // A program that has all of them keeps its map; its direct counters would miss those of the others.
    let whole = sources.iter().zip(&sizes).find(|(source, (size, gone))| {
        source.difference.is_none() && *gone == 0 && *size == union.len() && lost == 0
    });
    if let Some((source, _)) = whole
        && table.layout.direct.is_none()
    {
        return keep(source, plan);
    }
    if sources.len() > 1 && union.len() as u64 > table.layout.size {
        let what =
            format!("the programs have {} entries together, and it holds {}", union.len(), table.layout.size);
        conflicts.push(Conflict { name: table.name().to_owned(), what });
        return Ok(Carried::New);
    }
    let reason = first.difference.clone().unwrap_or_else(|| "several programs have it".into());
    if sources.len() == 1 && !same_keys(first.table.description(), table) {
        return Ok(Carried::Reset { reason });
    }
    plan.entries.insert(table.name().to_owned(), union.into_values().map(|(entry, _)| entry).collect());
    Ok(if sources.len() > 1 {
        Carried::Joined { devices: devices(sources.iter().map(|source| source.old)), entries: 0, lost }
    } else {
        Carried::Moved { reason, moved: 0, lost }
    })
}

/// What becomes of the cells of entries that are code; `None` if there were none.
fn constant<'a>(
    sources: &[Source<'a>],
    table: Table<'_>,
    plan: &mut Plan<'a>,
    conflicts: &mut Vec<Conflict>,
) -> Result<Option<Carried>, Error> {
    let had = |source: &&Source<'a>| source.table.description().layout.direct.is_some();
    let Some(first) = sources.iter().find(had) else { return Ok(None) };
    let same = |source: &&Source<'a>| {
        let before = source.table.description();
        source.difference.is_none() && before.view.entries == table.view.entries
    };
    if sources.len() == 1 && same(&first) {
        keep_cells(first, table, plan)?;
        return Ok(Some(Carried::Kept));
    }
    let mut found: Vec<(Entry, &Source<'a>)> = Vec::new();
    for source in sources.iter().filter(had) {
        begin_cells(source, table, plan)?;
        for (_, mut entry) in source.table.entries()? {
            keep_rates(&mut entry, table);
            let is_it = |other: &Entry| other.keys == entry.keys && other.priority == entry.priority;
            if !table.view.entries.iter().any(is_it) {
                continue;
            }
            match found.iter_mut().find(|(other, _)| is_it(other)) {
                Some((there, of)) => {
                    conflicts.extend(merge_rates(there, &entry, table, of.old, source.old));
                }
                None => found.push((entry, source)),
            }
        }
    }
    let moved = found.len() as u64;
    for (entry, _) in found {
        let first = (!entry.rates.is_empty()).then(|| (None, entry.rates.clone()));
        let others = entry.others.iter().map(|other| (Some(other.name.clone()), other.numbers.clone()));
        for (other, numbers) in first.into_iter().chain(others) {
            let (table, entry) = (table.name().to_owned(), Some(entry.clone()));
            plan.rates.push(Rates { table, other, entry, numbers });
        }
    }
    let reason = first.difference.clone().unwrap_or_else(|| "its entries differ".into());
    Ok(Some(Carried::Moved { reason, moved, lost: 0 }))
}

/// Keeps the cells of entries, where the entries stay.
fn keep_cells<'a>(source: &Source<'a>, table: Table<'_>, plan: &mut Plan<'a>) -> Result<(), Error> {
    let cells = |table: Table<'_>| -> Vec<String> {
        let externs = table.layout.direct.iter().flat_map(|direct| &direct.externs);
        let idle = table.layout.direct.iter().filter_map(|direct| direct.idle.as_ref());
        externs.map(|item| item.cells.map.clone()).chain(idle.map(|idle| idle.map.clone())).collect()
    };
    for (map, other) in cells(table).into_iter().zip(cells(source.table.description())) {
        plan.maps.insert(map, map_and_id(source.old.program, &other)?.0);
    }
    Ok(())
}

/// Notes what new cells get of the old ones: counts, once they are final, and the rates that new entries have.
fn begin_cells<'a>(source: &Source<'a>, table: Table<'_>, plan: &mut Plan<'a>) -> Result<(), Error> {
    let Some(direct) = &table.layout.direct else { return Ok(()) };
    if direct.of(CellKind::Counter).is_some() && source.table.direct(CellKind::Counter).is_some() {
        plan.counts.push((source.old.program, table.name().to_owned()));
    }
    for (position, meter) in source.table.directs(CellKind::Meter).enumerate() {
        let other = (position > 0).then(|| meter.name().to_owned());
        let rates = meter.read(OF_MISSES)?;
        if has_meter(direct, other.as_deref()) && !rates.is_zero() {
            let (table, entry) = (table.name().to_owned(), None);
            plan.rates.push(Rates { table, other, entry, numbers: rates.0 });
        }
    }
    Ok(())
}

/// The first direct meter is there, or, behind it, one with this name.
fn has_meter(direct: &manifest::Direct, other: Option<&str>) -> bool {
    let mut meters = direct.externs.iter().filter(|item| item.cells.kind == CellKind::Meter);
    match other {
        None => meters.next().is_some(),
        Some(name) => meters.skip(1).any(|item| item.name == name),
    }
}

/// Leaves an entry of another program the rates that it can have here, and nothing that it has counted: old programs go on counting for now.
fn keep_rates(entry: &mut Entry, table: Table<'_>) {
    let direct = table.layout.direct.as_ref();
    let has = |other: Option<&str>| direct.is_some_and(|direct| has_meter(direct, other));
    entry.count = Count::default();
    entry.others.retain(|other| has(Some(&other.name)));
    if !has(None) {
        entry.rates.clear();
    }
}

/// Gives an entry the rates of the same entry of another program. Two that differ are a conflict.
fn merge_rates(
    there: &mut Entry,
    entry: &Entry,
    table: Table<'_>,
    of: &Old<'_>,
    here: &Old<'_>,
) -> Option<Conflict> {
    let mut is_other = false;
    if there.rates.is_empty() {
        there.rates.clone_from(&entry.rates);
    } else if !entry.rates.is_empty() {
        is_other = entry.rates != there.rates;
    }
    for rates in &entry.others {
        match there.others.iter().find(|other| other.name == rates.name) {
            Some(other) => is_other |= other.numbers != rates.numbers,
            None => there.others.push(rates.clone()),
        }
    }
    if !is_other {
        return None;
    }
    let keys = terms::keys_text(table.view, &entry.keys, &Plain);
    let what = format!("entry {keys} has other rates on {} than on {}", of.place(), here.place());
    Some(Conflict { name: table.name().to_owned(), what })
}

/// An entry of several programs is as idle as where it was used last. Two timeouts that differ are a conflict.
fn merge_idle(
    there: &mut Entry,
    entry: &Entry,
    table: Table<'_>,
    of: &Old<'_>,
    here: &Old<'_>,
) -> Option<Conflict> {
    there.idle.unused = there.idle.unused.min(entry.idle.unused);
    let timeout = entry.idle.timeout?;
    let known = *there.idle.timeout.get_or_insert(timeout);
    (known != timeout).then(|| {
        let keys = terms::keys_text(table.view, &entry.keys, &Plain);
        let (of, here) = (of.place(), here.place());
        let what = format!("entry {keys} may be idle for another time on {of} than on {here}");
        Conflict { name: table.name().to_owned(), what }
    })
}

/// Entries that differ are named up to so many.
const SHOWN: usize = 8;

/// A source's entries in the new table's terms, and how many have none there.
fn read(source: &Source<'_>, new: &Manifest, table: Table<'_>) -> Result<(Vec<Entry>, u64), Error> {
    let description = source.table.description();
    let (mut list, mut lost) = (Vec::new(), 0);
    let comparable = same_keys(description, table);
    for (origin, mut entry) in source.table.entries()? {
        if origin == Origin::Const {
            continue;
        }
        let before = source.old.program.manifest();
        let has = match &mut entry.target {
            Target::Action(call) => match translate(before, description, call.action, new, table) {
                Some(action) => {
                    call.action = action;
                    table.layout.target.is_none()
                }
                None => false,
            },
            // Members and groups keep their numbers.
            Target::Member(_) | Target::Group(_) => table.layout.target.is_some(),
        };
        if has && comparable {
            keep_rates(&mut entry, table);
            if table.layout.direct.as_ref().is_none_or(|direct| direct.idle.is_none()) {
                entry.idle = Idle::default();
            }
            list.push(entry);
        } else {
            lost += 1;
        }
    }
    Ok((list, lost))
}

/// Default actions that the control plane changed stay, if the table still has the action; a program's own default action is the new
/// program's. Several programs must have the same.
fn default(
    sources: &[Source<'_>],
    new: &Manifest,
    table: Table<'_>,
    plan: &mut Plan<'_>,
    conflicts: &mut Vec<Conflict>,
) -> Result<(), Error> {
    if table.layout.default.is_none() || table.view.default_is_const {
        return Ok(());
    }
    let mut first: Option<(String, &Source<'_>)> = None;
    for source in sources {
        let before = source.table.description();
        if before.layout.default.is_none() {
            continue;
        }
        let mut current = source.table.default_action()?;
        let text = source.table.call_text(&current);
        match &first {
            Some((other, seen)) if *other != text => {
                let what = format!(
                    "the default action is {other} on {}, {text} on {}",
                    seen.old.place(),
                    source.old.place()
                );
                conflicts.push(Conflict { name: table.name().to_owned(), what });
            }
            Some(_) => {}
            None => first = Some((text, source)),
        }
        let own = current == before.view.default;
        let action = translate(source.old.program.manifest(), before, current.action, new, table);
        if let Some(action) = action.filter(|_| !own) {
            current.action = action;
            plan.defaults.insert(table.name().to_owned(), current);
        }
    }
    Ok(())
}

/// How a table's entries are stored.
fn strategy(table: Table<'_>) -> Option<&dyn Strategy> {
    table.layout.storage.as_ref().map(|storage| storage.strategy())
}

/// What keeps a table's entries from meaning the same in the new program.
fn difference(before: &Manifest, old: Table<'_>, after: &Manifest, new: Table<'_>) -> Option<String> {
    if !same_keys(old, new) || old.layout.keys != new.layout.keys {
        return Some("its keys differ".into());
    }
    if old.layout.size != new.layout.size {
        return Some(format!("its size was {} and is {}", old.layout.size, new.layout.size));
    }
    let same = match (&old.layout.direct, &new.layout.direct) {
        (Some(old), Some(new)) => old.same_but_for_names(new),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    if !same {
        return Some("its direct counters and meters, or its idle timeout, differ".into());
    }
    let actions = |manifest: &Manifest, table: Table<'_>| -> Vec<_> {
        let of = |position: usize| {
            let called = manifest.view.action(table.view, position);
            let params = called.map(|called| called.values().cloned().collect::<Vec<_>>());
            (called.map(|called| called.preamble.name.clone()), params)
        };
        (0..table.view.actions.len()).map(of).collect()
    };
    if actions(before, old) != actions(after, new) || old.layout.actions != new.layout.actions {
        return Some("its actions differ".into());
    }
    if old.layout.target != new.layout.target || !same_profile(before, old, after, new) {
        return Some("its action profile differs".into());
    }
    match (strategy(old), &new.layout.storage) {
        (Some(old), Some(new)) if old.same_but_for_names(new) => None,
        (None, None) => None,
        (Some(_) | None, Some(_) | None) => Some("its entries are stored in another way".into()),
    }
}

/// Members are the same under the same numbers, if the tables have such.
fn same_profile(before: &Manifest, old: Table<'_>, after: &Manifest, new: Table<'_>) -> bool {
    match (before.view.profile_of(old.view), after.view.profile_of(new.view)) {
        (Some(old), Some(new)) => {
            old.preamble.name == new.preamble.name
                && super::profiles::difference(before, after, &new.preamble.name).is_none()
        }
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// The keys mean the same, wherever they stand in the map.
fn same_keys(old: Table<'_>, new: Table<'_>) -> bool {
    let keys = |table: Table<'_>| -> Vec<_> {
        table.view.keys.iter().map(|key| (key.param.clone(), key.match_kind)).collect()
    };
    keys(old) == keys(new)
}

/// The action of the same name and parameters in another program's table.
fn translate(
    before: &Manifest,
    old: Table<'_>,
    action: usize,
    after: &Manifest,
    new: Table<'_>,
) -> Option<usize> {
    if old.view.is_set() && new.view.is_set() {
        return Some(action);
    }
    let called = before.view.action(old.view, action)?;
    after
        .view
        .actions_of(new.view)
        .iter()
        .position(|other| other.preamble.name == called.preamble.name && other.values().eq(called.values()))
}
