//! A kernel LPM trie: the prefix length, the exact keys, then the `lpm` key, all in network order.
//!
//! Exact keys and gaps count as bits of the prefix that are always there, so an entry's prefix length is
//! [`LpmTrieTable::fixed_bits`] plus the length that P4 means. The kernel takes no hash maps by prefix; this is what a
//! virtual routing table (`vrf: exact; dst: lpm`) needs.

use super::control_plane::CStorage;
use super::hash::{Keyed, emit_key_structure, emit_lookup_by_structure, key_in_map};
use super::strategy::{KeyValues, TableStorage, Wanted};
use crate::c::code::{Code, Name, code};
use crate::c::map::{MapDefinition, MapType};
use crate::c::tree::Tree;
use crate::names::Names;
use crate::tables::ValueLayout;
use crate::tables::members::{Members, Shape};
use p4xdp_control::storage::{self, ByteOrder, Place, Storage};
use p4xdp_midend::ir::{KeyElement, MatchKind};

/// Bytes of the prefix length.
const PREFIX_LENGTH: u32 = 4;

/// See the module.
#[derive(Debug)]
pub struct LpmTrieTable {
    stem: Name,
    /// In the order of the structure: the lpm key last.
    members: Members,
    /// For each member, which key of the table it is.
    positions: Vec<usize>,
    size: u32,
}

/// For tables with an `lpm` key.
pub fn choose(wanted: &Wanted<'_>, _: &mut Names) -> Option<Box<dyn TableStorage>> {
    let lpm = wanted.keys.iter().position(|key| key.match_kind == MatchKind::Lpm)?;
    Some(Box::new(LpmTrieTable::new(wanted.keys, wanted.stem, lpm, wanted.size)))
}

impl LpmTrieTable {
    /// For a table whose key `lpm` is the only one that is not exact.
    fn new(keys: &[&KeyElement], stem: &Name, lpm: usize, size: u32) -> LpmTrieTable {
        let mut positions: Vec<usize> = (0..keys.len()).filter(|&position| position != lpm).collect();
        positions.push(lpm);
        let wishes = positions
            .iter()
            .filter_map(|&position| keys.get(position))
            .map(|k| (k.name.clone(), k.expr.ty, Shape::of(k.expr.ty, ByteOrder::Network).in_words()))
            .collect();
        // The lpm key must stay last, so nothing is reordered.
        let members = Members::place_in_order(PREFIX_LENGTH, wishes);
        LpmTrieTable { stem: stem.clone(), members, positions, size }
    }

    /// Bits in front of the lpm key's highest bit.
    fn fixed_bits(&self) -> u32 {
        self.members.list.last().map_or(0, |member| {
            let bytes = member.offset - PREFIX_LENGTH + member.shape.bytes;
            bytes * 8 - member.ty.width()
        })
    }

    fn full_length(&self) -> u32 {
        self.fixed_bits() + self.members.list.last().map_or(0, |member| member.ty.width())
    }
}

/// Looks keys up by the structure's order.
struct Reordered<'a> {
    keys: &'a mut dyn KeyValues,
    positions: &'a [usize],
}

impl KeyValues for Reordered<'_> {
    fn elements(&mut self, position: usize, shape: Shape) -> Vec<Code> {
        self.keys.elements(self.positions.get(position).copied().unwrap_or(position), shape)
    }

    fn are_shared(&mut self, c_type: &Code, name: &Name) -> bool {
        self.keys.are_shared(c_type, name)
    }
}

impl TableStorage for LpmTrieTable {
    fn emit_types(&self, _: &ValueLayout, out: &mut Tree) {
        let length = (Some(code!("__u32 prefixlen;")), PREFIX_LENGTH);
        emit_key_structure(&self.stem, length, &self.members, self.members.size(), out);
    }

    fn maps(&self, value: &ValueLayout) -> Vec<MapDefinition> {
        vec![MapDefinition {
            name: self.stem.clone(),
            kind: MapType::LpmTrie,
            key: key_in_map(&self.stem, &self.members),
            value: value.in_map(),
            max_entries: Some(self.size),
        }]
    }

    fn emit_lookup(&self, value: &ValueLayout, keys: &mut dyn KeyValues, entry: &Name, out: &mut Tree) {
        let members = (Some(self.full_length()), &self.members);
        let mut keys = Reordered { keys, positions: &self.positions };
        emit_lookup_by_structure(&self.stem, value, entry, members, &mut keys, out);
    }

    fn key_places(&self) -> Vec<Place> {
        let mut places: Vec<(usize, Place)> =
            self.positions.iter().copied().zip(self.members.list.iter().map(|m| m.place())).collect();
        places.sort_by_key(|(position, _)| *position);
        places.into_iter().map(|(_, place)| place).collect()
    }

    fn manifest(&self, value: &ValueLayout) -> Storage {
        Storage::LpmTrie(storage::LpmTrie {
            map: self.stem.to_string(),
            key_size: self.members.size(),
            value_size: value.size,
            action: value.action_place(),
            exact_bits: self.fixed_bits(),
        })
    }

    fn capacity(&self) -> u64 {
        u64::from(self.size)
    }

    /// Those behind the prefix length.
    fn key_size(&self) -> u32 {
        self.members.size() - PREFIX_LENGTH
    }
}

/// What C control planes do with it.
pub fn control_plane(layout: &storage::LpmTrie, _: storage::Table<'_>) -> Box<dyn CStorage> {
    Box::new(Keyed { key_size: layout.key_size, exact_bits: Some(layout.exact_bits) })
}
