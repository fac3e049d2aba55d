//! Tables of a manifest: keys, entries, actions and default actions are what their maps have room for.

use super::{Shape, find, group, text, wide_enough};
use crate::value;
use libbpf_rs::MapType;
use p4xdp_control::manifest::{
    ActionCall, Entry, KeyValue, Manifest, MatchKind, Param, Place, Storage, Table,
};

/// What is wrong with a table first.
pub(super) fn check(manifest: &Manifest, table: &Table, maps: &[Shape]) -> Result<(), String> {
    for action in &table.actions {
        let Some(called) = manifest.actions.get(action.action) else {
            return Err(format!("there is no action number {}", action.action));
        };
        let has_values = table.storage.is_some() || table.default.data.is_some();
        if has_values && action.places.len() != called.params.len() {
            return Err(format!("action `{}` has places for other parameters than its own", called.name));
        }
        for (param, place) in called.params.iter().zip(&action.places) {
            wide_enough(place, param.width)?;
        }
    }
    call(manifest, table, &table.default.initial)?;
    for entry in table.const_entries.iter().chain(&table.initial_entries) {
        check_entry(manifest, table, entry)?;
    }
    if let Some(storage) = &table.storage {
        check_storage(manifest, table, storage, maps)?;
    }
    if let Some(data) = &table.default.data {
        let shape = find(maps, &data.section)?;
        if shape.kind != MapType::Array
            || data.offset.checked_add(data.size).is_none_or(|end| end > shape.value_size)
        {
            return Err(format!("its default action is not within section `{}`", data.section));
        }
        let value_size = match &table.storage {
            Some(
                Storage::Hash { value_size, .. }
                | Storage::Array { value_size, .. }
                | Storage::LpmTrie { value_size, .. },
            ) => *value_size,
            None => data.size,
        };
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
        values(manifest, table, &data.action, part.as_deref(), data.size, &data.section)?;
    }
    Ok(())
}

fn check_storage(
    manifest: &Manifest,
    table: &Table,
    storage: &Storage,
    maps: &[Shape],
) -> Result<(), String> {
    let (map, kinds, key_size, value_size, action): (_, &[MapType], _, _, _) = match storage {
        Storage::Hash { map, key_size, value_size, action } => {
            (map, &[MapType::Hash, MapType::LruHash], *key_size, *value_size, action)
        }
        Storage::Array { map, value_size, action } => (map, &[MapType::Array], 4, *value_size, action),
        Storage::LpmTrie { map, key_size, value_size, action, .. } => {
            (map, &[MapType::LpmTrie], *key_size, *value_size, action)
        }
    };
    let shape = find(maps, map)?;
    shape.is(kinds, key_size, value_size)?;
    if u64::from(shape.max_entries) != table.size {
        return Err(format!("it has {} entries, map `{map}` has {}", table.size, shape.max_entries));
    }
    for key in &table.keys {
        wide_enough(&key.place, key.param.width)?;
        if let Storage::LpmTrie { exact_bits, .. } = storage {
            if key.place.offset < 4 {
                return Err(format!("{} of its key are where the prefix's length stands", text(&key.place)));
            }
            let bits = u64::from(key.place.offset - 4 + key.place.size) * 8;
            if key.match_kind == MatchKind::Lpm
                && bits.checked_sub(key.param.width.into()) != Some(u64::from(*exact_bits))
            {
                return Err(format!("its prefix does not begin {exact_bits} bits into the key"));
            }
        }
    }
    let places: Vec<&Place> = table.keys.iter().map(|key| &key.place).collect();
    let names: Vec<&str> = table.keys.iter().map(|key| key.param.name.as_str()).collect();
    // The key of an array is a number without a name.
    let leaves = shape.key.as_deref().filter(|_| !matches!(storage, Storage::Array { .. }));
    group(&places, leaves, key_size, map, &names).map_err(|error| format!("its key: {error}"))?;
    values(manifest, table, action, shape.value.as_deref(), value_size, map)
}

/// The action's number, and each action's parameters beside it.
fn values(
    manifest: &Manifest,
    table: &Table,
    number: &Place,
    leaves: Option<&[super::Leaf]>,
    size: u32,
    map: &str,
) -> Result<(), String> {
    group(&[number], leaves, size, map, &["action"])
        .map_err(|error| format!("its action's number: {error}"))?;
    for action in &table.actions {
        let Some(called) = manifest.actions.get(action.action) else { continue };
        let mut places = vec![number];
        places.extend(&action.places);
        if let Some(counter) = &table.direct_counter {
            places.extend(counter.packets.iter().chain(&counter.bytes));
        }
        let mut names = vec!["action"];
        names.extend(called.params.iter().map(|param| param.name.as_str()));
        // A parameter may be called `action`; then names do not tell.
        if names.iter().filter(|name| **name == "action").count() > 1 {
            names.clear();
        }
        group(&places, leaves, size, map, &names)
            .map_err(|error| format!("parameters of action `{}`: {error}", called.name))?;
    }
    Ok(())
}

fn check_entry(manifest: &Manifest, table: &Table, entry: &Entry) -> Result<(), String> {
    if entry.keys.len() != table.keys.len() {
        return Err(format!("an entry has {} keys", entry.keys.len()));
    }
    for (key, wanted) in table.keys.iter().zip(&entry.keys) {
        match wanted {
            KeyValue::Exact(value) => fits(value, &key.param)?,
            KeyValue::Prefix(value, length) => {
                fits(value, &key.param)?;
                if *length > key.param.width {
                    return Err(format!("an entry has a prefix of {length} bits"));
                }
            }
            KeyValue::Masked(a, b) | KeyValue::Range(a, b) => {
                fits(a, &key.param)?;
                fits(b, &key.param)?;
            }
            KeyValue::Any => {}
        }
    }
    call(manifest, table, &entry.call)
}

fn call(manifest: &Manifest, table: &Table, call: &ActionCall) -> Result<(), String> {
    let action = table.actions.get(call.action).and_then(|action| manifest.actions.get(action.action));
    let Some(action) = action else { return Err(format!("it has no action number {}", call.action)) };
    if action.params.len() != call.args.len() {
        return Err(format!("a call of `{}` has {} arguments", action.name, call.args.len()));
    }
    action.params.iter().zip(&call.args).try_for_each(|(param, arg)| fits(arg, param))
}

fn fits(text: &str, param: &Param) -> Result<(), String> {
    match value::number(text) {
        Some(number) if number.bits() <= u64::from(param.width) => Ok(()),
        Some(_) | None => {
            Err(format!("`{text}` is no number of the {} bits of `{}`", param.width, param.name))
        }
    }
}
