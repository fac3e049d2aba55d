//! What a new program keeps of the one that it replaces: in, both manifests; out, the maps to use again and a report of what was kept
//! and what starts anew, and why. Entries stay in place: the new program gets the old map, so no packet sees an empty table.

use crate::error::{Error, KernelError};
use crate::program::Program;
use crate::tables::{Origin, terms};
use libbpf_rs::{MapCore, MapHandle, OpenObject};
use p4xdp_manifest::{Extern, ExternKind, Manifest, Storage, Table};
use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::AsFd;

/// What became of a table or extern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carried {
    /// It is the old one.
    Kept,
    /// Its entries were put into a new one, since the layout differs.
    Moved {
        /// Why it is not the old one.
        reason: String,
        /// How many entries were moved.
        moved: u64,
        /// How many were not: their action is gone or has other parameters, or there is no room.
        lost: u64,
    },
    /// It starts anew.
    Reset {
        /// Why.
        reason: String,
    },
    /// The old program had none of this name.
    New,
}

pub(crate) struct Plan {
    /// Maps of the new program and the old program's maps that take their place.
    pub maps: BTreeMap<String, String>,
    pub report: BTreeMap<String, Carried>,
}

/// Compares two programs.
pub(crate) fn plan(old: &Program, new: &Manifest) -> Plan {
    let before = old.manifest();
    let mut plan = Plan { maps: BTreeMap::new(), report: BTreeMap::new() };
    for table in &new.tables {
        let Some((map, kind)) = storage_map(table) else { continue };
        let carried = match before.tables.iter().find(|candidate| candidate.name == table.name) {
            None => Carried::New,
            Some(other) => match (difference(before, other, new, table), storage_map(other)) {
                (None, Some((other_map, other_kind))) if kind == other_kind => {
                    plan.maps.insert(map.into(), other_map.into());
                    Carried::Kept
                }
                (difference, _) => Carried::Reset {
                    reason: difference.unwrap_or_else(|| "its entries are stored in another way".into()),
                },
            },
        };
        plan.report.insert(table.name.clone(), carried);
    }
    externs(before, new, &mut plan);
    plan
}

/// Externs share maps: a map is kept if all that is in it is the same.
fn externs(before: &Manifest, new: &Manifest, plan: &mut Plan) {
    let maps: BTreeSet<&str> = new.externs.iter().filter_map(kept_map).collect();
    for map in maps {
        let of = |manifest: &Manifest| -> Vec<Extern> {
            manifest.externs.iter().filter(|item| kept_map(item) == Some(map)).cloned().collect()
        };
        let (old_items, items) = (of(before), of(new));
        let same = old_items == items;
        if same {
            plan.maps.insert(map.into(), map.into());
        }
        for item in items {
            let carried = if same {
                Carried::Kept
            } else if before.externs.iter().any(|candidate| candidate.name == item.name) {
                Carried::Reset { reason: "it, or one that shares its map, has another layout".into() }
            } else {
                Carried::New
            };
            plan.report.insert(item.name, carried);
        }
    }
}

/// The map with an extern's state; events have none worth keeping.
fn kept_map(item: &Extern) -> Option<&str> {
    match &item.kind {
        ExternKind::Counter { map, .. } | ExternKind::Register { map, .. } => Some(map),
        ExternKind::Events { .. } => None,
    }
}

/// A table's map, and its storage without the map's name.
fn storage_map(table: &Table) -> Option<(&str, Storage)> {
    let storage = table.storage.as_ref()?;
    let mut plain = storage.clone();
    match &mut plain {
        Storage::Hash { map, .. } | Storage::Array { map, .. } | Storage::LpmTrie { map, .. } => map.clear(),
    }
    let map = match storage {
        Storage::Hash { map, .. } | Storage::Array { map, .. } | Storage::LpmTrie { map, .. } => map,
    };
    Some((map, plain))
}

/// What keeps a table's entries from meaning the same in the new program.
fn difference(before: &Manifest, old: &Table, after: &Manifest, new: &Table) -> Option<String> {
    if old.keys != new.keys {
        return Some("its keys differ".into());
    }
    if old.size != new.size {
        return Some(format!("its size was {} and is {}", old.size, new.size));
    }
    if old.direct_counter != new.direct_counter {
        return Some("its direct counter differs".into());
    }
    let actions = |manifest: &Manifest, table: &Table| -> Vec<_> {
        let of = |action: &p4xdp_manifest::TableAction| {
            let called = manifest.actions.get(action.action);
            (called.map(|called| (called.name.clone(), called.params.clone())), action.places.clone())
        };
        table.actions.iter().map(of).collect()
    };
    if actions(before, old) != actions(after, new) {
        return Some("its actions differ".into());
    }
    None
}

/// Gives the new program the old program's maps.
pub(crate) fn reuse(
    open: &mut OpenObject,
    maps: &BTreeMap<String, String>,
    old: &Program,
) -> Result<(), Error> {
    for mut map in open.maps_mut() {
        let name = map.name().to_string_lossy().into_owned();
        let Some(old_map) = maps.get(&name) else { continue };
        let old_map: &MapHandle = old.map(old_map)?;
        let same = map.map_type() == old_map.map_type()
            && map.key_size() == old_map.key_size()
            && map.value_size() == old_map.value_size()
            && map.max_entries() == old_map.max_entries();
        // The manifests agree, so maps that differ are a mistake of the back end; an empty table would be a worse answer than none.
        if !same {
            let error = std::io::Error::other("its layout is not what the manifest says");
            return Err(KernelError::new(format!("keep map {name}"), error).into());
        }
        map.reuse_fd(old_map.as_fd())
            .map_err(|error| KernelError::bpf(format!("keep map {name}"), &error, Vec::new()))?;
    }
    Ok(())
}

/// Puts entries into new tables where P4's view of the table, or at least of its keys, is the same and only the layout differs. Changes
/// made between this and the moment when the new program is attached are not seen.
pub(crate) fn entries(
    old: &Program,
    new: &Program,
    carried: &mut BTreeMap<String, Carried>,
) -> Result<(), Error> {
    for table in new.tables()? {
        let description = table.description();
        let Some(Carried::Reset { reason }) = carried.get(&description.name) else { continue };
        let old_tables = old.tables()?;
        let before = old_tables.iter().find(|before| before.description().name == description.name);
        let Some(before) = before.filter(|before| same_keys(before.description(), description)) else {
            continue;
        };
        let (mut moved, mut lost) = (0, 0);
        for (origin, mut entry) in before.entries()? {
            if origin == Origin::Const {
                continue;
            }
            let action = translate(old.manifest(), before.description(), entry.call.action, &table);
            let inserted = match action {
                Some(action) => {
                    entry.call.action = action;
                    table.insert(&entry)
                }
                None => {
                    lost += 1;
                    continue;
                }
            };
            match inserted {
                Ok(()) => moved += 1,
                Err(Error::Table(_)) => lost += 1,
                Err(error) => return Err(error),
            }
        }
        let reason = reason.clone();
        carried.insert(description.name.clone(), Carried::Moved { reason, moved, lost });
    }
    Ok(())
}

/// The keys mean the same, wherever they stand in the map.
fn same_keys(old: &Table, new: &Table) -> bool {
    let keys = |table: &Table| -> Vec<_> {
        table.keys.iter().map(|key| (key.param.clone(), key.match_kind)).collect()
    };
    keys(old) == keys(new)
}

/// The action of the same name and parameters in another program's table.
fn translate(
    manifest: &Manifest,
    old: &Table,
    action: usize,
    table: &crate::tables::Table<'_>,
) -> Option<usize> {
    let called = manifest.actions.get(old.actions.get(action)?.action)?;
    table.description().actions.iter().position(|candidate| {
        let other = table.manifest().actions.get(candidate.action);
        other.is_some_and(|other| other.name == called.name && other.params == called.params)
    })
}

/// Default actions that the control plane changed stay, if the table still has the action; a program's own default action is the new
/// program's.
pub(crate) fn defaults(old: &Program, new: &Program) -> Result<(), Error> {
    for table in new.tables()? {
        let description = table.description();
        if description.default.data.is_none() || description.default.is_const {
            continue;
        }
        let old_tables = old.tables()?;
        let before = old_tables.iter().find(|before| before.description().name == description.name);
        let Some(before) = before else { continue };
        if before.description().default.data.is_none() {
            continue;
        }
        let mut current = before.default_action()?;
        if current == terms::of_manifest_call(&before.description().default.initial) {
            continue;
        }
        if let Some(action) = translate(old.manifest(), before.description(), current.action, &table) {
            current.action = action;
            table.set_default(&current)?;
        }
    }
    Ok(())
}
