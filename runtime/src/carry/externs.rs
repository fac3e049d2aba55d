//! Counters and registers of replaced programs. Counts of several programs are added up; values of a register cannot be, so at most one of
//! the programs may have some.

use super::{Carried, Conflict, Old, Plan, devices, map_and_id};
use crate::error::Error;
use crate::program::Program;
use p4xdp_control::manifest::{Cells, Extern, ExternKind, Manifest};
use std::collections::BTreeSet;

/// Plans counters and registers. Externs share maps: a map is kept if all that is in it is the same.
pub(super) fn plan<'a>(
    olds: &'a [Old<'a>],
    new: &Manifest,
    plan: &mut Plan<'a>,
    conflicts: &mut Vec<Conflict>,
) -> Result<(), Error> {
    let maps: BTreeSet<&str> = new.externs.iter().filter_map(kept_map).collect();
    for map in maps {
        let of = |manifest: &Manifest| -> Vec<Extern> {
            manifest.externs.iter().filter(|item| kept_map(item) == Some(map)).cloned().collect()
        };
        let items = of(new);
        let mut same = Vec::new();
        for old in olds.iter().filter(|old| of(old.program.manifest()) == items) {
            same.push((old, map_and_id(old.program, map)?));
        }
        let used = with_values(olds, &items, map, conflicts)?;
        // Where values cannot be added up, the map that has some; else any.
        let base = match used {
            Some(number) => same.iter().find(|(_, (_, id))| *id == number),
            None => same.first(),
        };
        if let (Some(_), None) = (used, base) {
            for item in items.iter().filter(|item| !adds_up(item)) {
                let what = "its values cannot be kept, since it has another layout now".into();
                conflicts.push(Conflict { name: item.name.clone(), what });
            }
        }
        let base_id = base.map(|(_, (_, id))| *id);
        if let Some((_, (handle, _))) = base {
            plan.maps.insert(map.into(), *handle);
        }
        for item in items {
            let having: Vec<&Old<'a>> = olds.iter().filter(|old| has(old.program, &item)).collect();
            // Programs whose counts are in other maps than the one that is kept.
            let mut seen: BTreeSet<u32> = base_id.into_iter().collect();
            let mut added = Vec::new();
            if adds_up(&item) {
                for old in &having {
                    let its = old.program.manifest().externs.iter().find(|other| other.name == item.name);
                    if let Some(name) = its.and_then(kept_map)
                        && seen.insert(map_and_id(old.program, name)?.1)
                    {
                        added.push(old.program);
                    }
                }
            }
            sparse_overflow(&having, &item, conflicts)?;
            let reason = "it, or one that shares its map, has another layout".to_owned();
            let carried = match (base_id.is_some(), added.is_empty()) {
                (true, true) => Carried::Kept,
                (false, true) if having.is_empty() => Carried::New,
                (false, true) => Carried::Reset { reason },
                (false, false) if having.len() == 1 => Carried::Moved { reason, moved: 0, lost: 0 },
                (true | false, false) => {
                    Carried::Joined { devices: devices(having.into_iter()), entries: 0, lost: 0 }
                }
            };
            if let Some(kind) = cells(&item).map(|cells| cells.kind) {
                plan.counters.extend(added.into_iter().map(|program| (program, kind, item.name.clone())));
            }
            plan.report.insert(item.name, carried);
        }
    }
    Ok(())
}

/// An extern's state; events and messages have none worth keeping.
fn cells(item: &Extern) -> Option<&Cells> {
    match &item.kind {
        ExternKind::Cells(cells) => Some(cells),
        // Profiles go with their tables.
        ExternKind::Profile(_) | ExternKind::Digest(_) | ExternKind::Events { .. } => None,
    }
}

/// The map with an extern's state.
fn kept_map(item: &Extern) -> Option<&str> {
    cells(item).map(|cells| cells.map.as_str())
}

fn adds_up(item: &Extern) -> bool {
    cells(item).is_some_and(|cells| cells.kind.adds_up())
}

/// The program has such an extern of the same kind.
fn has(program: &Program, item: &Extern) -> bool {
    let externs = &program.manifest().externs;
    externs.iter().any(|other| {
        other.name == item.name && cells(other).map(|cells| cells.kind) == cells(item).map(|cells| cells.kind)
    })
}

/// Number of the one old map whose registers have values, if the map holds registers and there is one. Two are a conflict.
fn with_values(
    olds: &[Old<'_>],
    items: &[Extern],
    map: &str,
    conflicts: &mut Vec<Conflict>,
) -> Result<Option<u32>, Error> {
    if olds.len() < 2 {
        return Ok(None);
    }
    let mut found: Option<(u32, &Old<'_>)> = None;
    for item in items.iter().filter(|item| !adds_up(item)) {
        let Some(kind) = cells(item).map(|cells| cells.kind) else { continue };
        for old in olds.iter().filter(|old| has(old.program, item)) {
            if old.program.cells_of(kind, &item.name)?.dump()?.is_empty() {
                continue;
            }
            let its = old.program.manifest().externs.iter().find(|other| other.name == item.name);
            let id = map_and_id(old.program, its.and_then(kept_map).unwrap_or(map))?.1;
            match found {
                Some((other, seen)) if other != id => {
                    let what = format!("it has values on {} and on {}", seen.place(), old.place());
                    conflicts.push(Conflict { name: item.name.clone(), what });
                }
                Some(_) => {}
                None => found = Some((id, old)),
            }
        }
    }
    Ok(found.map(|(id, _)| id))
}

/// Indices of sparse counters may be more together than one counter holds.
fn sparse_overflow(having: &[&Old<'_>], item: &Extern, conflicts: &mut Vec<Conflict>) -> Result<(), Error> {
    let Some(Cells { sparse: true, size, kind, .. }) = cells(item) else { return Ok(()) };
    if having.len() < 2 {
        return Ok(());
    }
    let mut indices = BTreeSet::new();
    for old in having {
        indices.extend(old.program.cells_of(*kind, &item.name)?.dump()?.into_iter().map(|(index, _)| index));
    }
    if indices.len() as u64 > u64::from(*size) {
        let what = format!("the programs count {} indices together, and it holds {size}", indices.len());
        conflicts.push(Conflict { name: item.name.clone(), what });
    }
    Ok(())
}
