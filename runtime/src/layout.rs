//! Holds a manifest against what it speaks of: in, the manifest, the maps and their BTF; out, that every key, parameter and cell stands where
//! the manifest says, or where it does not. An entry that is written by a wrong manifest would go elsewhere without a word.

pub(crate) mod btf;
mod copies;
mod profiles;
mod tables;

use crate::sys;
use btf::{Btf, Leaf};
use libbpf_rs::{MapCore, MapHandle, MapType, OpenObject};
use p4xdp_control::crc;
use p4xdp_control::manifest::{Cells, Digest, Extern, ExternKind, Manifest, Table};
use p4xdp_control::storage::{ByteOrder, MapKind, Place};
use std::collections::BTreeMap;

/// Bytes of a `struct bpf_spin_lock`.
const LOCK: u32 = 4;

/// Bytes of a map's or program's name that the kernel keeps.
const KERNEL_NAME: usize = 15;

/// As much of a map's or program's name as the kernel keeps.
pub(crate) fn kernel_name(name: &str) -> &str {
    name.get(..KERNEL_NAME).unwrap_or(name)
}

/// A map, in an object or in the kernel.
pub(crate) struct Shape {
    pub name: String,
    pub kind: MapType,
    pub key_size: u32,
    pub value_size: u32,
    pub max_entries: u32,
    /// Numbers in the key, if that is known.
    pub key: Option<Vec<Leaf>>,
    /// Numbers in the value.
    pub value: Option<Vec<Leaf>>,
}

/// Checks the manifest of an object that is open.
pub(crate) fn of_object(manifest: &Manifest, object: &OpenObject) -> Result<(), String> {
    let btf = sys::bpf::object_btf(object).and_then(|bytes| Btf::read(&bytes));
    let shapes: Vec<Shape> = object
        .maps()
        .map(|map| {
            let (key, value) = sys::bpf::map_types(&map);
            let leaves = |id: u32| btf.as_ref()?.leaves(id);
            Shape {
                name: map.name().to_string_lossy().into_owned(),
                kind: map.map_type(),
                key_size: map.key_size(),
                value_size: map.value_size(),
                max_entries: map.max_entries(),
                key: leaves(key),
                value: leaves(value),
            }
        })
        .collect();
    check(manifest, &shapes)
}

/// Checks the manifest of a program that is loaded. Types are looked at where the kernel lets us; each map tells which ones are its own,
/// since one that was kept comes from an older program.
pub(crate) fn of_program(manifest: &Manifest, maps: &[MapHandle]) -> Result<(), String> {
    let mut known: BTreeMap<u32, Option<Btf>> = BTreeMap::new();
    let mut shapes = Vec::with_capacity(maps.len());
    for map in maps {
        let info =
            map.info().map_err(|error| format!("map {:?} cannot be looked at: {error}", map.name()))?;
        let btf = match info.info.btf_id {
            0 => &None,
            id => known.entry(id).or_insert_with(|| Btf::read(&sys::bpf::kernel_btf(id)?)),
        };
        let leaves = |id: u32| btf.as_ref()?.leaves(id);
        shapes.push(Shape {
            name: map.name().to_string_lossy().into_owned(),
            kind: map.map_type(),
            key_size: map.key_size(),
            value_size: map.value_size(),
            max_entries: map.max_entries(),
            key: leaves(info.info.btf_key_type_id),
            value: leaves(info.info.btf_value_type_id),
        });
    }
    check(manifest, &shapes)
}

/// Checks all of a manifest; what is wrong first.
pub(crate) fn check(manifest: &Manifest, maps: &[Shape]) -> Result<(), String> {
    let tables = (manifest.view.tables.len(), manifest.tables.len(), "tables");
    let sets = (manifest.view.value_sets.len(), manifest.value_sets.len(), "value sets");
    if let Some((seen, laid_out, what)) =
        [tables, sets].into_iter().find(|(seen, laid_out, _)| seen != laid_out)
    {
        return Err(format!("it has {seen} {what}, and layouts of {laid_out}"));
    }
    for table in manifest.tables() {
        let of = |error: String| format!("{} `{}`: {error}", table.view.kind(), table.name());
        tables::check(manifest, table, maps).map_err(of)?;
        check_direct(table, maps).map_err(of)?;
    }
    for item in &manifest.externs {
        let of = |error: String| format!("{} `{}`: {error}", item.extern_type, item.name);
        externs(manifest, item, maps).map_err(of)?;
    }
    if !manifest.custom_crcs.is_empty() {
        let is = |shape: &Shape| shape.is(&[MapType::Array], 4, bytes(crc::SIZE));
        find(maps, crc::SECTION).and_then(is).map_err(|error| format!("custom CRCs: {error}"))?;
    }
    if let Some(width) = manifest.custom_crcs.iter().find(|width| !crc::WIDTHS.contains(width)) {
        return Err(format!("there is no custom CRC of {width} bits"));
    }
    match &manifest.copies {
        Some(sent) => copies::check(manifest, sent, maps).map_err(|error| format!("copies: {error}")),
        None => Ok(()),
    }
}

fn bytes(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn externs(manifest: &Manifest, item: &Extern, maps: &[Shape]) -> Result<(), String> {
    match &item.kind {
        ExternKind::Profile(profile) => profiles::check(manifest, &item.name, profile, maps),
        ExternKind::Cells(cells) => check_cells(cells, maps),
        ExternKind::Events { map, .. } => {
            let shape = find(maps, map)?;
            shape.is(&[MapType::PerfEventArray], shape.key_size, shape.value_size)
        }
        ExternKind::Digest(digest) => check_digest(digest, maps),
    }
}

/// What hangs on entries has a cell for each number.
fn check_direct(table: Table<'_>, maps: &[Shape]) -> Result<(), String> {
    let Some(direct) = &table.layout.direct else { return Ok(()) };
    for item in &direct.externs {
        check_cells(&item.cells, maps).map_err(|error| format!("`{}`: {error}", item.name))?;
        if item.cells.size != direct.numbers || item.cells.sparse {
            return Err(format!("`{}` has not a cell for each number of an entry", item.name));
        }
    }
    if let Some(place) = &direct.number {
        wide_enough(place, u32::BITS)?;
    }
    if let Some(idle) = &direct.idle {
        let shape = find(maps, &idle.map)?;
        shape.is(&[MapType::Array], 4, idle.value_size)?;
        if direct.numbers > shape.max_entries {
            return Err(format!("`{}` has not a cell for each number of an entry", idle.map));
        }
        let places = [&idle.seen, &idle.timeout];
        places.iter().try_for_each(|place| wide_enough(place, u64::BITS))?;
        group(&places, shape.value.as_deref(), idle.value_size, &idle.map, &["seen", "timeout"])?;
    }
    let Some(free) = &direct.free else { return Ok(()) };
    let shape = find(maps, &free.map)?;
    shape.is(&[MapType::Array], 4, 8)?;
    let listed = direct.numbers.checked_sub(direct.first).and_then(|numbers| numbers.checked_add(1));
    match listed.and_then(|listed| listed.checked_add(free.base)) {
        Some(end) if end <= shape.max_entries => Ok(()),
        Some(_) | None => Err(format!("its numbers are not within map `{}`", free.map)),
    }
}

fn check_cells(cells: &Cells, maps: &[Shape]) -> Result<(), String> {
    let Cells { map, per_cpu, sparse, locked, size, base, value_size, fields, .. } = cells;
    let kinds: &[MapType] = match (per_cpu, sparse) {
        (false, false) => &[MapType::Array],
        (true, false) => &[MapType::PercpuArray],
        (false, true) => &[MapType::Hash, MapType::LruHash],
        (true, true) => &[MapType::PercpuHash, MapType::LruPercpuHash],
    };
    let shape = find(maps, map)?;
    shape.is(kinds, 4, *value_size)?;
    if !sparse && size.checked_add(*base).is_none_or(|end| end > shape.max_entries) {
        return Err(format!("it has {size} cells from {base} on, map `{map}` has {}", shape.max_entries));
    }
    let places: Vec<&Place> = fields.iter().map(|field| &field.place).collect();
    if let Some(place) = places.iter().find(|place| *locked && place.offset < LOCK) {
        return Err(format!("{} are those of its lock", text(place)));
    }
    // The kernel adds to aligned words.
    let unsuited =
        |place: &&&Place| cells.kind.adds_up() && (place.size != 8 || !place.offset.is_multiple_of(8));
    if let Some(place) = places.iter().find(unsuited) {
        return Err(format!("{} is no place for a count", text(place)));
    }
    fields.iter().try_for_each(|field| wide_enough(&field.place, field.param.width))?;
    group(&places, shape.value.as_deref(), *value_size, map, &[])
}

/// A message has room in its ring buffer, and all of it is within its structure.
fn check_digest(digest: &Digest, maps: &[Shape]) -> Result<(), String> {
    let Digest { map, capacity, size, receiver, fields, lost } = digest;
    let shape = find(maps, map)?;
    shape.is(&[MapType::RingBuf], 0, 0)?;
    if *capacity != shape.max_entries || *size > *capacity {
        return Err(format!(
            "map `{map}` has {} bytes, not {capacity} for messages of {size}",
            shape.max_entries
        ));
    }
    if let Some(receiver) = receiver {
        wide_enough(receiver, u32::BITS)?;
    }
    fields.iter().try_for_each(|(field, place)| wide_enough(place, field.width))?;
    let places: Vec<&Place> = fields.iter().map(|(_, place)| place).chain(receiver).collect();
    group(&places, None, *size, map, &[])?;
    check_cells(lost, maps)
}

fn find<'s>(maps: &'s [Shape], name: &str) -> Result<&'s Shape, String> {
    let found = maps.iter().find(|map| kernel_name(&map.name) == kernel_name(name));
    found.ok_or_else(|| format!("there is no map `{name}`"))
}

/// The kernel's kinds of maps by ours.
fn map_type(kind: &MapKind) -> MapType {
    match kind {
        MapKind::Hash => MapType::Hash,
        MapKind::LruHash => MapType::LruHash,
        MapKind::Array => MapType::Array,
        MapKind::LpmTrie => MapType::LpmTrie,
    }
}

impl Shape {
    /// It is of one of these kinds and sizes.
    fn is(&self, kinds: &[MapType], key_size: u32, value_size: u32) -> Result<(), String> {
        let name = &self.name;
        if !kinds.contains(&self.kind) {
            return Err(format!("map `{name}` is of another kind ({:?})", self.kind));
        }
        if self.key_size != key_size {
            return Err(format!("keys of map `{name}` have {} bytes, not {key_size}", self.key_size));
        }
        if self.value_size != value_size {
            return Err(format!("values of map `{name}` have {} bytes, not {value_size}", self.value_size));
        }
        Ok(())
    }
}

/// A number of so many bits has room.
fn wide_enough(place: &Place, width: u32) -> Result<(), String> {
    if u64::from(place.size) * 8 < u64::from(width) {
        return Err(format!("{} have no room for {width} bits", text(place)));
    }
    Ok(())
}

/// Numbers that stand side by side in a structure are within it and apart, and where its members are known, each is one of them. `names`
/// are those in P4, in the same order, as far as they are known.
fn group(
    places: &[&Place],
    leaves: Option<&[Leaf]>,
    size: u32,
    map: &str,
    names: &[&str],
) -> Result<(), String> {
    for (number, place) in places.iter().enumerate() {
        if place.size == 0 || place.offset.checked_add(place.size).is_none_or(|end| end > size) {
            return Err(format!("{} are not within the {size} bytes of map `{map}`", text(place)));
        }
        let overlaps = |other: &&&Place| {
            other.offset < place.offset + place.size && place.offset < other.offset + other.size
        };
        if let Some(other) = places.iter().skip(number + 1).find(overlaps) {
            return Err(format!("{} and {} of map `{map}` overlap", text(place), text(other)));
        }
    }
    let Some(leaves) = leaves else { return Ok(()) };
    // All are in the structure itself, or in one and the same member of its union.
    let mut arms: Vec<Option<u32>> = leaves.iter().map(|leaf| leaf.arm).collect();
    arms.push(None);
    arms.sort_unstable();
    arms.dedup();
    let mut wrong = None;
    for arm in arms {
        let members: Vec<&Leaf> =
            leaves.iter().filter(|leaf| leaf.arm.is_none() || leaf.arm == arm).collect();
        let misplaced = places.iter().enumerate().find(|(number, place)| {
            // No name is known to be another's.
            let name = names.get(*number).copied().unwrap_or("");
            !members.iter().any(|leaf| holds(leaf, place) && is_called(leaf, name, &members, names))
        });
        match misplaced {
            None => return Ok(()),
            Some((_, place)) => wrong = Some(place),
        }
    }
    let wrong = wrong.map_or_else(String::new, |place| format!("{} of ", text(place)));
    Err(format!("{wrong}map `{map}` are not what the program's own description of its types says"))
}

/// A member is where the place says, as long, and in that byte order.
fn holds(leaf: &Leaf, place: &Place) -> bool {
    let order = match place.order {
        ByteOrder::Host => !leaf.network && place.size == leaf.size,
        ByteOrder::Network => leaf.network || leaf.unit == 1,
    };
    leaf.offset == place.offset
        && place.size <= leaf.size
        && place.size.saturating_add(leaf.unit) > leaf.size
        && order
}

/// A member is not another one's: where exactly one name in P4 ends like a member's, it is that member.
fn is_called(leaf: &Leaf, name: &str, members: &[&Leaf], names: &[&str]) -> bool {
    fn last(name: &str) -> &str {
        name.rsplit_once('.').map_or(name, |(_, last)| last)
    }
    let short = last(name);
    let unique = names.iter().filter(|other| last(other) == short).count() == 1;
    short.is_empty() || leaf.name == short || !unique || !members.iter().any(|other| other.name == short)
}

/// `bytes 4 to 7`
fn text(place: &Place) -> String {
    let last = u64::from(place.offset) + u64::from(place.size.max(1)) - 1;
    format!("bytes {} to {last}", place.offset)
}
