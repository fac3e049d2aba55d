//! Tables of a manifest: keys, entries, actions and default actions are what their maps have room for.

use super::{Shape, find, group, map_type, wide_enough};
use libbpf_rs::MapType;
use p4xdp_control::entry::{ActionCall, Entry, KeyMatch, Target};
use p4xdp_control::manifest::{Manifest, Table};
use p4xdp_control::storage::{Place, Storage};
use p4xdp_control::terms;
use p4xdp_control::view::Action;
use std::collections::BTreeSet;

/// What is wrong with a table first.
pub(super) fn check(manifest: &Manifest, table: Table<'_>, maps: &[Shape]) -> Result<(), String> {
    let Table { view, layout } = table;
    // What an element of a value set says is one thing, with no parameters.
    let actions = if view.is_set() { 1 } else { view.actions.len() };
    if actions != layout.actions.len() || view.is_set() && layout.actions.iter().any(|own| !own.is_empty()) {
        return Err(format!("it has {actions} actions, and places for {}", layout.actions.len()));
    }
    for (position, (action, places)) in view.actions.iter().zip(&layout.actions).enumerate() {
        let Some(called) = manifest.view.action(view, position) else {
            return Err(format!("there is no action number {}", action.action));
        };
        let has_values = layout.storage.is_some() || layout.default.is_some();
        if has_values && places.len() != called.params.len() {
            return Err(format!(
                "action `{}` has places for other parameters than its own",
                called.preamble.name
            ));
        }
        for (param, place) in called.values().zip(places) {
            wide_enough(place, param.width)?;
        }
    }
    call(manifest, table, &view.default)?;
    view.entries.iter().try_for_each(|entry| check_entry(manifest, table, entry))?;
    if let Some(storage) = &layout.storage {
        check_storage(manifest, table, storage, maps)?;
    }
    if let Some(data) = &layout.default {
        let shape = find(maps, &data.section)?;
        if shape.kind != MapType::Array
            || data.offset.checked_add(data.size).is_none_or(|end| end > shape.value_size)
        {
            return Err(format!("its default action is not within section `{}`", data.section));
        }
        let distinct: BTreeSet<u32> = data.numbers.iter().copied().collect();
        if !data.numbers.is_empty() && [data.numbers.len(), distinct.len()] != [layout.actions.len(); 2] {
            return Err("its default action has other numbers than its actions".to_owned());
        }
        // Of a table whose entries name members it is laid out as they are.
        let stored = layout.storage.as_ref().filter(|_| layout.target.is_none());
        let value_size = stored.map_or(data.size, |storage| storage.strategy().value_size());
        if value_size != data.size {
            return Err(format!("its default action has {} bytes, its entries have {value_size}", data.size));
        }
        // The section's structure holds those of all tables: this table's part of it, counted from where it begins.
        let part = shape.value.as_ref().map(|leaves| {
            let end = data.offset + data.size;
            let inside = leaves.iter().filter(|leaf| (data.offset..end).contains(&leaf.offset));
            let moved =
                |leaf: &super::Leaf| super::Leaf { offset: leaf.offset - data.offset, ..leaf.clone() };
            inside.map(moved).collect::<Vec<_>>()
        });
        let named = manifest.view.actions_of(view);
        let beside = if layout.target.is_none() { hanging(table) } else { Vec::new() };
        let actions = Actions { named: &named, places: &layout.actions, beside: &beside };
        values(&actions, &data.action, part.as_deref(), data.size, &data.section)?;
    }
    Ok(())
}

fn check_storage(
    manifest: &Manifest,
    table: Table<'_>,
    storage: &Storage,
    maps: &[Shape],
) -> Result<(), String> {
    let strategy = storage.strategy();
    for wanted in strategy.maps() {
        let shape = find(maps, &wanted.name)?;
        let kinds: Vec<MapType> = wanted.kinds.iter().map(map_type).collect();
        shape.is(&kinds, wanted.key_size, wanted.value_size)?;
        let is_first = wanted.name == strategy.map();
        let elements = wanted.elements.map(u64::from).or(is_first.then_some(table.layout.size));
        if let Some(size) = elements.filter(|elements| u64::from(shape.max_entries) != *elements) {
            let has = shape.max_entries;
            return Err(format!("it has {size} entries, map `{}` has {has}", wanted.name));
        }
        if !is_first {
            continue;
        }
        if table.view.match_keys().count() != table.layout.keys.len() {
            let (keys, places) = (table.view.match_keys().count(), table.layout.keys.len());
            return Err(format!("it has {keys} keys, and places for {places}"));
        }
        for (key, place) in table.view.match_keys().zip(&table.layout.keys) {
            wide_enough(place, key.param.width)?;
        }
        strategy.check(table)?;
        let places: Vec<&Place> = table.layout.keys.iter().collect();
        let names: Vec<&str> = table.view.match_keys().map(|key| key.param.name.as_str()).collect();
        // A key that is an index is a number without a name.
        let leaves = shape.key.as_deref().filter(|_| wanted.structured_key);
        group(&places, leaves, strategy.keys_within(), &wanted.name, &names)
            .map_err(|error| format!("its key: {error}"))?;
        let (leaves, size) = (shape.value.as_deref(), wanted.value_size);
        let beside = hanging(table);
        if let Some(target) = &table.layout.target {
            let mut places = vec![strategy.action(), target];
            places.extend(&beside);
            group(&places, leaves, size, &wanted.name, &["action", "target"])
                .map_err(|error| format!("what its entries name: {error}"))?;
            continue;
        }
        let named = manifest.view.actions_of(table.view);
        let actions = Actions { named: &named, places: &table.layout.actions, beside: &beside };
        values(&actions, strategy.action(), leaves, size, &wanted.name)?;
    }
    Ok(())
}

/// Where an entry's number stands, by which counters and meters hang on it.
fn hanging(table: Table<'_>) -> Vec<&Place> {
    table.layout.direct.iter().filter_map(|direct| direct.number.as_ref()).collect()
}

/// Actions, and where their parameters stand.
pub(super) struct Actions<'a> {
    pub(super) named: &'a [&'a Action],
    pub(super) places: &'a [Vec<Place>],
    /// What else stands in each value.
    pub(super) beside: &'a [&'a Place],
}

/// The action's number, and each action's parameters beside it.
pub(super) fn values(
    actions: &Actions<'_>,
    number: &Place,
    leaves: Option<&[super::Leaf]>,
    size: u32,
    map: &str,
) -> Result<(), String> {
    group(&[number], leaves, size, map, &["action"])
        .map_err(|error| format!("its action's number: {error}"))?;
    for (action, own) in actions.named.iter().zip(actions.places) {
        let mut places = vec![number];
        places.extend(own);
        places.extend(actions.beside);
        let mut names = vec!["action"];
        names.extend(action.values().map(|param| param.name.as_str()));
        // A parameter may be called `action`; then names do not tell.
        if names.iter().filter(|name| **name == "action").count() > 1 {
            names.clear();
        }
        group(&places, leaves, size, map, &names)
            .map_err(|error| format!("parameters of action `{}`: {error}", action.preamble.name))?;
    }
    Ok(())
}

/// Entries that are code may match what no entry of a control plane could, so their keys need not suit the match kinds.
fn check_entry(manifest: &Manifest, table: Table<'_>, entry: &Entry) -> Result<(), String> {
    if entry.keys.len() != table.view.match_keys().count() {
        return Err(format!("an entry has {} keys", entry.keys.len()));
    }
    for (key, wanted) in table.view.match_keys().zip(&entry.keys) {
        let fits = |value| terms::check_width(value, &key.param).map_err(|error| error.to_string());
        match wanted {
            KeyMatch::Exact(value) => fits(value)?,
            KeyMatch::Prefix(value, length) => {
                fits(value)?;
                if *length > key.param.width {
                    return Err(format!("an entry has a prefix of {length} bits"));
                }
            }
            KeyMatch::Masked(a, b) | KeyMatch::Range(a, b) => {
                fits(a)?;
                fits(b)?;
            }
            KeyMatch::Any => {}
        }
    }
    match &entry.target {
        Target::Action(entry) => call(manifest, table, entry),
        Target::Member(_) | Target::Group(_) => Err("an entry of the program names a member".to_owned()),
    }
}

fn call(manifest: &Manifest, table: Table<'_>, call: &ActionCall) -> Result<(), String> {
    if table.view.is_set() {
        return Ok(());
    }
    let Some(action) = manifest.view.action(table.view, call.action) else {
        return Err(format!("it has no action number {}", call.action));
    };
    if action.params.len() != call.args.len() {
        return Err(format!("a call of `{}` has {} arguments", action.preamble.name, call.args.len()));
    }
    let mut args = action.values().zip(&call.args);
    args.try_for_each(|(param, arg)| terms::check_width(arg, param)).map_err(|error| error.to_string())
}
