//! What strategies share whose entries say which bits of their keys matter: keys with masks, ranges, and which of several entries counts.
//!
//! ```text
//! value   action and arguments | zeros | least and largest value of each range (u64, u64) | rank (u64)
//! ```
//!
//! A key of kind `range` is whole in what a lookup searches for, and nothing of it in masks and entries' keys: the value says where it has to
//! lie. A signed one has its first bit turned there, so that the order is that of numbers without a sign.
//!
//! Of the entries that match, the one with the highest rank counts. Ranks are never equal: in front stands what P4 goes by, the priority or,
//! in a table without priorities, the sum of the prefixes' lengths; behind it the age, so that of two alike the older one counts.

use super::{DecodeError, Strategy, Table, place};
use crate::entry::KeyMatch;
use crate::value::{ones, prefix_mask};
use crate::view::{self, MatchKind};
use num_bigint::BigUint;

/// Bytes of a rank.
const RANK: u32 = 8;
/// Bytes of a range.
const RANGE: u32 = 16;
/// Bits of a key of kind `range` at most.
pub const WIDEST_RANGE: u32 = 64;

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

/// A storage whose entries say which bits of their keys matter.
pub trait Masked: Strategy {
    /// Bytes in which keys are laid out.
    fn key_size(&self) -> u32;

    /// Keys of kind `range`.
    fn range_keys(&self) -> u32;

    /// Bytes of a value with its rank.
    #[must_use]
    fn ranked_size(&self) -> u32 {
        self.ranges_offset() + RANGE * self.range_keys() + RANK
    }

    /// Bytes in front of the ranges.
    fn ranges_offset(&self) -> u32 {
        self.value_size().next_multiple_of(RANK)
    }

    /// Puts the ranges of keys behind an action and its arguments. What is no range, or one of all numbers, lies anywhere.
    fn put_ranges(&self, table: Table<'_>, keys: &[KeyMatch], value: &mut Vec<u8>) {
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

    /// Bytes in front of the rank.
    fn ranged_end(&self) -> usize {
        (self.ranges_offset() + RANGE * self.range_keys()) as usize
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

    /// The bytes of the ranges in a value; fewer if it is too short.
    fn range_bytes<'v>(&self, value: &'v [u8]) -> &'v [u8] {
        let (start, end) = (self.ranges_offset() as usize, self.ranged_end());
        value.get(start..end.min(value.len())).unwrap_or_default()
    }

    /// True if a value has these keys' ranges.
    ///
    /// # Errors
    /// When there are too few bytes.
    fn has_ranges(&self, table: Table<'_>, keys: &[KeyMatch], value: &[u8]) -> Result<bool, DecodeError> {
        let mut wanted = Vec::new();
        self.put_ranges(table, keys, &mut wanted);
        Ok(self.ranges(&wanted)? == self.ranges(value)?)
    }

    /// Where a value holds its rank.
    fn rank_range(&self) -> std::ops::Range<usize> {
        (self.ranked_size() - RANK) as usize..self.ranked_size() as usize
    }

    /// Puts a rank behind an action and its arguments.
    fn put_rank(&self, value: &mut Vec<u8>, rank: Rank) {
        value.resize(self.ranked_size() as usize, 0);
        if let Some(place) = value.get_mut(self.rank_range()) {
            place.copy_from_slice(&rank.0.to_ne_bytes());
        }
    }

    /// The rank in a value.
    ///
    /// # Errors
    /// When there are too few bytes.
    fn rank(&self, value: &[u8]) -> Result<Rank, DecodeError> {
        let bytes = value.get(self.rank_range()).and_then(|bytes| bytes.first_chunk());
        bytes.map(|bytes| Rank(u64::from_ne_bytes(*bytes))).ok_or(DecodeError::Short(value.len()))
    }

    /// The bits of keys that matter, laid out as the keys; the number of a mask is not in it.
    #[must_use]
    fn mask(&self, table: Table<'_>, keys: &[KeyMatch]) -> Vec<u8> {
        let mut bytes = vec![0; self.key_size() as usize];
        for ((key, place), wanted) in table.view.match_keys().zip(&table.layout.keys).zip(keys) {
            place::put(&mut bytes, place, &mask(wanted, key.param.width));
        }
        bytes
    }

    /// The keys of an entry, by its key, its mask and its value.
    ///
    /// # Errors
    /// When there are too few bytes.
    fn decode(
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

    /// The bits of an entry's keys that its mask leaves, laid out as the keys.
    fn masked_key(&self, table: Table<'_>, keys: &[KeyMatch]) -> Vec<u8> {
        let mut bytes = vec![0; self.key_size() as usize];
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

    /// The keys of an entry whose bits all matter, which matches any number where a key is a range.
    ///
    /// # Errors
    /// When there are too few bytes.
    fn decode_whole(&self, table: Table<'_>, bytes: &[u8]) -> Result<Vec<KeyMatch>, DecodeError> {
        let mut bits = vec![0; self.key_size() as usize];
        for (key, place) in table.view.match_keys().zip(&table.layout.keys) {
            place::put(&mut bits, place, &ones(key.param.width));
        }
        let mut value = Vec::new();
        self.put_ranges(table, &[], &mut value);
        self.decode(table, bytes, &bits, &value)
    }

    /// What is wrong with the ranges that a table of this storage says it has.
    ///
    /// # Errors
    /// What is wrong first.
    fn check_ranges(&self, table: Table<'_>) -> Result<(), String> {
        let ranges: Vec<&view::Key> = table.view.match_keys().filter(|key| is_range(key)).collect();
        if ranges.len() != self.range_keys() as usize {
            return Err(format!("its values have {} ranges for {} keys", self.range_keys(), ranges.len()));
        }
        match ranges.iter().find(|key| key.param.width > WIDEST_RANGE) {
            Some(key) => Err(format!("its range `{}` has {} bits", key.param.name, key.param.width)),
            None => Ok(()),
        }
    }
}

pub(super) fn is_range(key: &view::Key) -> bool {
    key.match_kind == MatchKind::Range
}

/// The bit of a range's bounds that is turned in values.
pub(super) fn turn(key: &view::Key) -> u64 {
    if key.param.signed { 1 << (key.param.width.clamp(1, WIDEST_RANGE) - 1) } else { 0 }
}

/// A bound of a range as it stands in values; the same once more is the bound.
fn turned(key: &view::Key, bound: &BigUint) -> u64 {
    u64::try_from(bound).unwrap_or(u64::MAX) ^ turn(key)
}

/// Nothing lies outside these bounds.
fn is_all(key: &view::Key, low: &BigUint, high: &BigUint) -> bool {
    turned(key, low) == 0 && BigUint::from(turned(key, high)) == ones(key.param.width)
}

pub(super) fn two_words(bytes: &[u8]) -> Result<(u64, u64), DecodeError> {
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
