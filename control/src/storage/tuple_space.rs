//! A tuple space, for keys of which entries say what matters: one kernel hash map with the entries of all masks, and an array with the list
//! of the masks. An entry stands under the number of its mask and the bits of its keys that the mask leaves; a lookup tries the masks in turn.
//!
//! ```text
//! key     number of the mask (u32) | keys, where the mask has ones | zeros up to a multiple of 8
//! value   action and arguments | zeros | least and largest value of each range (u64, u64) | rank (u64)
//! mask    highest rank of an entry that may have it (u64) | entries (u64) | number of the mask (u32) | the mask, laid out as the keys
//! ```
//!
//! A key of kind `range` is whole in what a lookup searches for, and nothing of it in masks and entries' keys: the value says where it has to
//! lie. A signed one has its first bit turned there, so that the order is that of numbers without a sign.
//!
//! Of the entries that match, the one with the highest rank counts. Ranks are never equal: in front stands what P4 goes by, the priority or,
//! in a table without priorities, the sum of the prefixes' lengths; behind it the age, so that of two alike the older one counts.
//!
//! Element 0 of the array is its head: where the list begins, and the numbers that are next. There is room for two lists, each ended by a
//! mask of rank 0 unless it fills its room: a list in another order is written beside the one that is in use.

use super::{DecodeError, MapKind, MapShape, Place, Storage, Strategy, Table, place};
use crate::entry::KeyMatch;
use crate::value::{ones, prefix_mask};
use crate::view::{self, MatchKind};
use num_bigint::BigUint;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TupleSpace {
    /// Name of the map with the entries.
    pub map: String,
    /// Name of the map with the masks.
    pub masks: String,
    /// Bytes of the key, the mask's number included; a multiple of 8.
    pub key_size: u32,
    /// Bytes of an action and its arguments.
    pub value_size: u32,
    /// Where the value holds the action's number.
    pub action: Place,
    /// Masks that it holds at most.
    pub most_masks: u32,
    /// Keys of kind `range`.
    #[serde(default)]
    pub ranges: u32,
}

/// Bytes of a mask's number, which begins keys.
pub const NUMBER: u32 = 4;
/// Bytes of a rank.
const RANK: u32 = 8;
/// Bytes of a range.
pub const RANGE: u32 = 16;
/// Bits of a key of kind `range` at most.
pub const WIDEST_RANGE: u32 = 64;
/// Bytes of an element of the list in front of the mask.
const HEAD: usize = 16;

/// Where an entry stands among those that match: the larger one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank(pub u64);

impl Rank {
    /// Of a precedence and of how many entries were added before.
    #[must_use]
    pub fn new(precedence: u32, age: u32) -> Rank {
        Rank(u64::from(precedence) << 32 | u64::from(u32::MAX - age))
    }

    /// No entry with this precedence has a higher one.
    #[must_use]
    pub fn bound(precedence: u32) -> Rank {
        Rank::new(precedence, 0)
    }

    /// The priority, or the length of prefixes.
    #[must_use]
    pub fn precedence(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// How many entries were added before.
    #[must_use]
    pub fn age(self) -> u32 {
        u32::MAX - self.0 as u32
    }
}

/// An element of the list of masks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    /// Entries under it have no higher rank.
    pub rank: Rank,
    /// So many entries are under it, as far as is known.
    pub entries: u64,
    /// Its number, never 0.
    pub number: u32,
    /// As [`TupleSpace::mask`] makes it.
    pub bits: Vec<u8>,
}

/// The head of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Index of the list's first element.
    pub first: u32,
    /// The age of the next entry.
    pub next_age: u32,
    /// The number of the next mask.
    pub next_number: u32,
}

impl TupleSpace {
    /// Elements of the array of masks: its head and two lists.
    #[must_use]
    pub fn mask_elements(&self) -> u32 {
        1 + 2 * self.most_masks
    }

    /// Bytes of an element of that array.
    #[must_use]
    pub fn mask_size(&self) -> u32 {
        HEAD as u32 + self.key_size
    }

    /// Bytes of a value with its rank.
    #[must_use]
    pub fn ranked_size(&self) -> u32 {
        self.ranges_offset() + RANGE * self.ranges + RANK
    }

    /// Bytes in front of the ranges.
    fn ranges_offset(&self) -> u32 {
        self.value_size.next_multiple_of(RANK)
    }

    /// Puts the ranges of keys behind an action and its arguments. What is no range, or one of all numbers, lies anywhere.
    pub fn put_ranges(&self, table: Table<'_>, keys: &[KeyMatch], value: &mut Vec<u8>) {
        value.resize(self.ranged_end(), 0);
        let mut at = self.ranges_offset() as usize;
        for (position, key) in table.view.match_keys().enumerate().filter(|(_, key)| is_range(key)) {
            let bounds = match keys.get(position) {
                // All that there is, as where nothing is said: so both are the same entry.
                Some(KeyMatch::Range(low, high)) if is_all(key, low, high) => [0, u64::MAX],
                Some(KeyMatch::Range(low, high)) => [turned(key, low), turned(key, high)],
                Some(KeyMatch::Exact(_) | KeyMatch::Prefix(..) | KeyMatch::Masked(..) | KeyMatch::Any)
                | None => [0, u64::MAX],
            };
            for bound in bounds {
                if let Some(place) = value.get_mut(at..at + 8) {
                    place.copy_from_slice(&bound.to_ne_bytes());
                }
                at += 8;
            }
        }
    }

    fn ranged_end(&self) -> usize {
        (self.ranges_offset() + RANGE * self.ranges) as usize
    }

    /// The ranges in a value, in the order of their keys.
    ///
    /// # Errors
    /// When there are too few bytes.
    fn ranges(&self, value: &[u8]) -> Result<Vec<(u64, u64)>, DecodeError> {
        let start = self.ranges_offset() as usize;
        let bytes = value.get(start..self.ranged_end()).ok_or(DecodeError::Short(value.len()))?;
        bytes.chunks(RANGE as usize).map(two_words).collect()
    }

    /// True if a value has these keys' ranges.
    ///
    /// # Errors
    /// When there are too few bytes.
    pub fn has_ranges(&self, table: Table<'_>, keys: &[KeyMatch], value: &[u8]) -> Result<bool, DecodeError> {
        let mut wanted = Vec::new();
        self.put_ranges(table, keys, &mut wanted);
        Ok(self.ranges(&wanted)? == self.ranges(value)?)
    }

    fn rank_range(&self) -> std::ops::Range<usize> {
        (self.ranked_size() - RANK) as usize..self.ranked_size() as usize
    }

    /// Puts a rank behind an action and its arguments.
    pub fn put_rank(&self, value: &mut Vec<u8>, rank: Rank) {
        value.resize(self.ranked_size() as usize, 0);
        if let Some(place) = value.get_mut(self.rank_range()) {
            place.copy_from_slice(&rank.0.to_ne_bytes());
        }
    }

    /// The rank in a value.
    ///
    /// # Errors
    /// When there are too few bytes.
    pub fn rank(&self, value: &[u8]) -> Result<Rank, DecodeError> {
        let bytes = value.get(self.rank_range()).and_then(|bytes| bytes.first_chunk());
        bytes.map(|bytes| Rank(u64::from_ne_bytes(*bytes))).ok_or(DecodeError::Short(value.len()))
    }

    /// What P4 goes by where several entries match.
    #[must_use]
    pub fn precedence(table: &view::Table, keys: &[KeyMatch], priority: Option<u32>) -> u32 {
        if table.has_priorities() {
            return priority.unwrap_or(0);
        }
        let length = |wanted: &KeyMatch| match wanted {
            KeyMatch::Prefix(_, length) => *length,
            KeyMatch::Exact(_) | KeyMatch::Masked(..) | KeyMatch::Range(..) | KeyMatch::Any => 0,
        };
        keys.iter().map(length).sum()
    }

    /// The bits of keys that matter, laid out as the keys; the number of a mask is not in it.
    #[must_use]
    pub fn mask(&self, table: Table<'_>, keys: &[KeyMatch]) -> Vec<u8> {
        let mut bytes = vec![0; self.key_size as usize];
        for ((key, place), wanted) in table.view.match_keys().zip(&table.layout.keys).zip(keys) {
            place::put(&mut bytes, place, &mask(wanted, key.param.width));
        }
        bytes
    }

    /// The same key under the number of a mask.
    #[must_use]
    pub fn numbered(mut key: Vec<u8>, number: u32) -> Vec<u8> {
        if let Some(head) = key.first_chunk_mut() {
            *head = number.to_ne_bytes();
        }
        key
    }

    /// The number of the mask that a key stands under.
    #[must_use]
    pub fn number(key: &[u8]) -> u32 {
        key.first_chunk().map_or(0, |head| u32::from_ne_bytes(*head))
    }

    /// The keys of an entry, by its key, its mask and its value.
    ///
    /// # Errors
    /// When there are too few bytes.
    pub fn decode(
        &self,
        table: Table<'_>,
        key: &[u8],
        bits: &[u8],
        value: &[u8],
    ) -> Result<Vec<KeyMatch>, DecodeError> {
        let mut ranges = self.ranges(value)?.into_iter();
        let mut keys = Vec::with_capacity(table.layout.keys.len());
        for (described, place) in table.view.match_keys().zip(&table.layout.keys) {
            let value = place::get(key, place).ok_or(DecodeError::Short(key.len()))?;
            let mask = place::get(bits, place).ok_or(DecodeError::Short(bits.len()))?;
            let range = if is_range(described) { ranges.next() } else { None };
            if let Some((low, high)) = range.filter(|range| *range != (0, u64::MAX)) {
                let bound = |bound| BigUint::from(turned(described, &BigUint::from(bound)));
                keys.push(KeyMatch::Range(bound(low), bound(high)));
                continue;
            }
            keys.push(match described.match_kind {
                MatchKind::Exact | MatchKind::Selector => KeyMatch::Exact(value),
                MatchKind::Lpm => KeyMatch::Prefix(value, u32::try_from(mask.count_ones()).unwrap_or(0)),
                MatchKind::Ternary | MatchKind::Range | MatchKind::Optional if mask.bits() == 0 => {
                    KeyMatch::Any
                }
                MatchKind::Optional => KeyMatch::Exact(value),
                MatchKind::Ternary | MatchKind::Range => KeyMatch::Masked(value, mask),
            });
        }
        Ok(keys)
    }

    /// An element of the list of masks.
    #[must_use]
    pub fn encode_mask(&self, mask: &Mask) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.mask_size() as usize);
        bytes.extend(mask.rank.0.to_ne_bytes());
        bytes.extend(mask.entries.to_ne_bytes());
        bytes.extend(TupleSpace::numbered(mask.bits.clone(), mask.number));
        bytes.resize(self.mask_size() as usize, 0);
        bytes
    }

    /// The element in these bytes; `None` behind the end of the list.
    ///
    /// # Errors
    /// When there are too few bytes.
    pub fn decode_mask(bytes: &[u8]) -> Result<Option<Mask>, DecodeError> {
        let (rank, entries) = two_words(bytes)?;
        let bits = bytes.get(HEAD..).unwrap_or_default().to_vec();
        let number = TupleSpace::number(&bits);
        let mask = Mask { rank: Rank(rank), entries, number, bits: TupleSpace::numbered(bits, 0) };
        Ok((rank > 0).then_some(mask))
    }

    /// The head as the array's first element.
    #[must_use]
    pub fn encode_head(&self, head: Head) -> Vec<u8> {
        let mut bytes = u64::from(head.first).to_ne_bytes().to_vec();
        bytes.extend((u64::from(head.next_number) << 32 | u64::from(head.next_age)).to_ne_bytes());
        bytes.resize(self.mask_size() as usize, 0);
        bytes
    }

    /// The head in the array's first element, which is zero before there are entries.
    ///
    /// # Errors
    /// When there are too few bytes.
    pub fn decode_head(&self, bytes: &[u8]) -> Result<Head, DecodeError> {
        let (first, next) = two_words(bytes)?;
        let second = 1 + self.most_masks;
        // Packets begin at this element too; the head's own is one that ends the list, as it has the rank 0.
        let first = if first == u64::from(second) { second } else { u32::from(first == 1) };
        Ok(Head { first, next_age: next as u32, next_number: (next >> 32) as u32 })
    }

    /// Where the list begins that is not in use.
    #[must_use]
    pub fn other(&self, first: u32) -> u32 {
        if first == 1 { 1 + self.most_masks } else { 1 }
    }
}

fn is_range(key: &view::Key) -> bool {
    key.match_kind == MatchKind::Range
}

/// A bound of a range as it stands in values; the same once more is the bound.
fn turned(key: &view::Key, bound: &BigUint) -> u64 {
    let sign = if key.param.signed { 1 << (key.param.width.clamp(1, WIDEST_RANGE) - 1) } else { 0 };
    u64::try_from(bound).unwrap_or(u64::MAX) ^ sign
}

/// Nothing lies outside these bounds.
fn is_all(key: &view::Key, low: &BigUint, high: &BigUint) -> bool {
    turned(key, low) == 0 && BigUint::from(turned(key, high)) == ones(key.param.width)
}

fn two_words(bytes: &[u8]) -> Result<(u64, u64), DecodeError> {
    let word = |at: usize| Some(u64::from_ne_bytes(*bytes.get(at..)?.first_chunk()?));
    word(0).zip(word(8)).ok_or(DecodeError::Short(bytes.len()))
}

/// The bits that matter of a key of `width` bits.
fn mask(wanted: &KeyMatch, width: u32) -> BigUint {
    match wanted {
        KeyMatch::Exact(_) => ones(width),
        KeyMatch::Prefix(_, length) => prefix_mask(width, (*length).min(width)),
        KeyMatch::Masked(_, mask) => mask & ones(width),
        // It is in the value.
        KeyMatch::Any | KeyMatch::Range(..) => BigUint::ZERO,
    }
}

impl Strategy for TupleSpace {
    fn maps(&self) -> Vec<MapShape> {
        vec![
            MapShape {
                name: self.map.clone(),
                kinds: &[MapKind::Hash],
                key_size: self.key_size,
                value_size: self.ranked_size(),
                structured_key: true,
                ..MapShape::default()
            },
            MapShape {
                name: self.masks.clone(),
                kinds: &[MapKind::Array],
                key_size: 4,
                value_size: self.mask_size(),
                ..MapShape::default()
            },
        ]
    }

    in_one_map!(TupleSpace: map, masks);

    /// The key under no mask's number.
    fn encode_key(&self, table: Table<'_>, keys: &[KeyMatch]) -> Vec<u8> {
        let mut bytes = vec![0; self.key_size as usize];
        for ((key, place), wanted) in table.view.match_keys().zip(&table.layout.keys).zip(keys) {
            match wanted {
                KeyMatch::Exact(value) | KeyMatch::Prefix(value, _) | KeyMatch::Masked(value, _) => {
                    place::put(&mut bytes, place, &(value & mask(wanted, key.param.width)));
                }
                KeyMatch::Any | KeyMatch::Range(..) => {}
            }
        }
        bytes
    }

    /// Which bits of the key matter its mask tells, and ranges its value, so all do here: see [`TupleSpace::decode`].
    fn decode_key(&self, table: Table<'_>, bytes: &[u8]) -> Result<Vec<KeyMatch>, DecodeError> {
        let all = |(key, place): (&view::Key, &Place)| (place.clone(), ones(key.param.width));
        let mut bits = vec![0; self.key_size as usize];
        for (place, ones) in table.view.match_keys().zip(&table.layout.keys).map(all) {
            place::put(&mut bits, &place, &ones);
        }
        let mut value = Vec::new();
        self.put_ranges(table, &[], &mut value);
        self.decode(table, bytes, &bits, &value)
    }

    fn check(&self, table: Table<'_>) -> Result<(), String> {
        if !self.key_size.is_multiple_of(8) {
            return Err(format!("its key has {} bytes, not whole words", self.key_size));
        }
        let ranges: Vec<&view::Key> = table.view.match_keys().filter(|key| is_range(key)).collect();
        if ranges.len() != self.ranges as usize {
            return Err(format!("its values have {} ranges for {} keys", self.ranges, ranges.len()));
        }
        if let Some(key) = ranges.iter().find(|key| key.param.width > WIDEST_RANGE) {
            return Err(format!("its range `{}` has {} bits", key.param.name, key.param.width));
        }
        match table.layout.keys.iter().find(|place| place.offset < NUMBER) {
            Some(place) => Err(format!("byte {} of its key is where the mask's number stands", place.offset)),
            None => Ok(()),
        }
    }
}
