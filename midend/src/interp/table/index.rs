//! How the matching entry is found: one structure a combination of match kinds.

use super::{EntryState, TableCode, packed_width};
use crate::interp::lower::fits;
use crate::interp::value::{Value, big_compare, less, low128, mask};
use crate::ir::{BinaryOp, MatchKind};
use num_bigint::BigUint;
use p4xdp_control::entry::KeyMatch;
use rustc_hash::FxHashMap;

/// What a key value must satisfy.
#[derive(Clone, Debug)]
enum Test {
    /// `key & mask == value`
    Masked(u128, u128),
    /// Inclusive; by the order of signed numbers of this width, if one is given.
    Range(u128, u128, Option<u32>),
    /// The like for wide keys.
    WideMasked(BigUint, BigUint),
    /// The like for wide keys of this width and sign.
    WideRange(BigUint, BigUint, u32, bool),
}

impl Test {
    fn holds(&self, key: &Value) -> bool {
        match (self, key) {
            (Test::Masked(value, mask), Value::Narrow(key)) => key & mask == *value,
            (Test::Range(low, high, signed), Value::Narrow(key)) => {
                let (width, is_signed) = signed.map_or((0, false), |w| (w, true));
                !less(*key, *low, width, is_signed) && !less(*high, *key, width, is_signed)
            }
            (Test::WideMasked(value, mask), Value::Wide(key)) => &(key & mask) == value,
            (Test::WideRange(low, high, width, signed), Value::Wide(key)) => {
                big_compare(BinaryOp::Ge, key, low, *width, *signed)
                    && big_compare(BinaryOp::Le, key, high, *width, *signed)
            }
            (Test::Masked(..) | Test::Range(..), Value::Wide(_))
            | (Test::WideMasked(..) | Test::WideRange(..), Value::Narrow(_)) => false,
        }
    }
}

/// An entry in a scan.
#[derive(Clone, Debug)]
pub(super) struct Scanned {
    /// Precedence: rank, then longer prefixes first, then older entries first.
    order: (i64, u32, u64),
    tests: Vec<Test>,
    entry: u32,
}

/// The structure.
#[derive(Clone, Debug)]
pub(super) enum Index {
    /// All keys exact and together at most 128 bits.
    Packed(FxHashMap<u128, u32>),
    /// Exact keys and one lpm key, together at most 128 bits: a map a prefix length, longest first.
    Prefixes(Vec<(u32, FxHashMap<u128, u32>)>),
    /// All keys exact.
    Exact(FxHashMap<Vec<Value>, u32>),
    /// Anything else, in order of precedence.
    Scan { entries: Vec<Scanned>, age: u64 },
}

impl Index {
    pub(super) fn new(code: &TableCode) -> Index {
        let lpms = code.match_keys().filter(|k| k.kind == MatchKind::Lpm).count();
        let others =
            code.match_keys().filter(|k| !matches!(k.kind, MatchKind::Lpm | MatchKind::Exact)).count();
        match (others, lpms, packed_width(code)) {
            // A mask or a range on an exact key: a hash does not find it.
            _ if !code.has_plain_entries() => Index::Scan { entries: Vec::new(), age: 0 },
            (0, 0, Some(_)) => Index::Packed(FxHashMap::default()),
            (0, 1, Some(_)) => Index::Prefixes(Vec::new()),
            (0, 0, None) => Index::Exact(FxHashMap::default()),
            _ => Index::Scan { entries: Vec::new(), age: 0 },
        }
    }

    pub(super) fn lookup(&self, code: &TableCode, keys: &[Value]) -> Option<u32> {
        match self {
            Index::Packed(map) => map.get(&pack(code, keys, None)).copied(),
            Index::Prefixes(maps) => {
                maps.iter().find_map(|(len, map)| map.get(&pack(code, keys, Some(*len))).copied())
            }
            Index::Exact(map) => map.get(keys).copied(),
            Index::Scan { entries, .. } => entries
                .iter()
                .find(|e| e.tests.iter().zip(keys).all(|(test, key)| test.holds(key)))
                .map(|e| e.entry),
        }
    }

    /// The entry that has the same keys (and rank, in a table with priorities).
    pub(super) fn find(
        &self,
        code: &TableCode,
        entries: &[Option<EntryState>],
        wanted: &EntryState,
    ) -> Option<u32> {
        match self {
            Index::Packed(map) => map.get(&pack_entry(code, wanted).1).copied(),
            Index::Prefixes(maps) => {
                let (len, key) = pack_entry(code, wanted);
                maps.iter().find(|(l, _)| *l == len)?.1.get(&key).copied()
            }
            Index::Exact(map) => map.get(&exact_values(code, wanted)).copied(),
            Index::Scan { entries: scanned, .. } => scanned.iter().map(|s| s.entry).find(|at| {
                let entry = entries.get(*at as usize).and_then(Option::as_ref);
                entry.is_some_and(|e| e.keys == wanted.keys && e.rank == wanted.rank)
            }),
        }
    }

    pub(super) fn insert(
        &mut self,
        code: &TableCode,
        _entries: &[Option<EntryState>],
        at: u32,
        entry: &EntryState,
    ) {
        match self {
            Index::Packed(map) => {
                map.insert(pack_entry(code, entry).1, at);
            }
            Index::Prefixes(maps) => {
                let (len, key) = pack_entry(code, entry);
                let place = maps.partition_point(|(l, _)| *l > len);
                if maps.get(place).is_none_or(|(l, _)| *l != len) {
                    maps.insert(place, (len, FxHashMap::default()));
                }
                if let Some((_, map)) = maps.get_mut(place) {
                    map.insert(key, at);
                }
            }
            Index::Exact(map) => {
                map.insert(exact_values(code, entry), at);
            }
            Index::Scan { entries, age } => {
                *age += 1;
                let scanned = Scanned {
                    order: (entry.rank, u32::MAX - prefix_bits(code, entry), *age),
                    tests: tests(code, entry),
                    entry: at,
                };
                let place = entries.partition_point(|e| e.order < scanned.order);
                entries.insert(place, scanned);
            }
        }
    }

    pub(super) fn remove(&mut self, code: &TableCode, at: u32, entry: &EntryState) {
        match self {
            Index::Packed(map) => {
                map.remove(&pack_entry(code, entry).1);
            }
            Index::Prefixes(maps) => {
                let (len, key) = pack_entry(code, entry);
                if let Some((_, map)) = maps.iter_mut().find(|(l, _)| *l == len) {
                    map.remove(&key);
                }
                maps.retain(|(_, map)| !map.is_empty());
            }
            Index::Exact(map) => {
                map.remove(&exact_values(code, entry));
            }
            Index::Scan { entries, .. } => entries.retain(|e| e.entry != at),
        }
    }
}

/// The keys as one number; of the lpm key only the first `prefix` bits.
fn pack(code: &TableCode, keys: &[Value], prefix: Option<u32>) -> u128 {
    code.match_keys().zip(keys).fold(0, |packed, (key, value)| {
        let value = match (&key.kind, prefix) {
            (MatchKind::Lpm, Some(len)) => keep_prefix(value.saturate(), key.width, len),
            _ => value.saturate(),
        };
        packed.checked_shl(key.width).unwrap_or(0) | value
    })
}

fn keep_prefix(value: u128, width: u32, len: u32) -> u128 {
    value & mask(width) & !mask(width.saturating_sub(len))
}

/// The prefix length and the keys as one number.
fn pack_entry(code: &TableCode, entry: &EntryState) -> (u32, u128) {
    let mut length = 0;
    let mut packed = 0u128;
    for (key, given) in code.match_keys().zip(&entry.keys) {
        let value = match given {
            KeyMatch::Exact(v) => low128(v),
            KeyMatch::Prefix(value, prefix) => {
                length = *prefix;
                low128(value)
            }
            KeyMatch::Masked(value, _) | KeyMatch::Range(value, _) => low128(value),
            KeyMatch::Any => 0,
        };
        packed = packed.checked_shl(key.width).unwrap_or(0) | value;
    }
    (length, packed)
}

fn exact_values(code: &TableCode, entry: &EntryState) -> Vec<Value> {
    code.match_keys()
        .zip(&entry.keys)
        .map(|(key, given)| match given {
            KeyMatch::Exact(v) | KeyMatch::Prefix(v, _) | KeyMatch::Masked(v, _) | KeyMatch::Range(v, _) => {
                Value::new(v, key.width)
            }
            KeyMatch::Any => Value::new(&BigUint::ZERO, key.width),
        })
        .collect()
}

/// All prefix bits of an entry: in a table without priorities the longer prefix comes first.
fn prefix_bits(code: &TableCode, entry: &EntryState) -> u32 {
    if code.has_priorities() {
        return 0;
    }
    let bits = entry.keys.iter().map(|k| match k {
        KeyMatch::Prefix(_, length) => *length,
        KeyMatch::Exact(_) | KeyMatch::Masked(..) | KeyMatch::Range(..) | KeyMatch::Any => 0,
    });
    bits.sum()
}

fn tests(code: &TableCode, entry: &EntryState) -> Vec<Test> {
    let masked = |value: &BigUint, ones: BigUint, width: u32| {
        if fits(width) {
            let ones = low128(&ones);
            Test::Masked(low128(value) & ones, ones)
        } else {
            Test::WideMasked(value & &ones, ones)
        }
    };
    code.match_keys()
        .zip(&entry.keys)
        .map(|(key, given)| {
            let ones = super::super::value::big_mask(key.width);
            match given {
                KeyMatch::Exact(v) => masked(v, ones, key.width),
                KeyMatch::Any => masked(&BigUint::ZERO, BigUint::ZERO, key.width),
                KeyMatch::Prefix(value, length) => {
                    let low = key.width.saturating_sub(*length);
                    masked(value, (ones >> low) << low, key.width)
                }
                KeyMatch::Masked(value, mask) => masked(value, mask.clone(), key.width),
                KeyMatch::Range(low, high) if fits(key.width) => {
                    Test::Range(low128(low), low128(high), key.signed.then_some(key.width))
                }
                KeyMatch::Range(low, high) => {
                    Test::WideRange(low.clone(), high.clone(), key.width, key.signed)
                }
            }
        })
        .collect()
}
