//! Bit vectors, for keys of which entries say what matters: each byte of the key chooses a row with a bit for each rule, and the rule whose bit
//! stands in all rows matches. Two arrays that control planes map into their memory: the entries, and what finds them.
//!
//! ```text
//! entry   value, ranges and rank as `masked` has them | since (u64) | until (u64) | keys, where the mask has ones | the mask
//! finder  version | settled | switched | next age (u64 each) | zeros | rows, each behind its summary | entries by position (u64 each)
//! ```
//!
//! **Finding.** Rules stand at positions in the order of their ranks, the highest first, 64 a block, with gaps between them. A row has a word for each
//! block; where there are many blocks, a summary in front of it has a bit for each of them, which is set if the row has bits there. Of the byte `b` that is
//! chunk `c` of `n`, row and summary are those number `n * b + c`, so what differs by the chunk alone is a small constant. A position names its entry, and the one that was in its place before.
//! Of a range as much goes into the rows as its first bytes tell; whether a key lies in it says the entry.
//!
//! **Versions.** An entry is there for packets of the versions from `since` on and before `until`; 0 and 0 is one that is free. A packet reads the version once a lookup, so all that
//! one version changes is one step. Entries and positions that no packet can have any more are used again: all packets are at `settled` or
//! later. The lowest bit of a version says which of the two finders is in use, each an element of the array: rules that need other positions are laid out in the
//! other one, which no packet uses once its last switch (`switched`) is settled. What is not a finder's own stands in the first of them.

use super::masked::{Masked, is_range, turn};
use super::{ByteOrder, DecodeError, MapKind, MapShape, Place, Storage, Strategy, Table};
use crate::entry::KeyMatch;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BitVectors {
    /// Name of the map with the entries.
    pub map: String,
    /// Name of the map with the finders.
    pub finders: String,
    /// Bytes in which keys are laid out.
    pub key_size: u32,
    /// The bytes of the key that choose rows.
    pub chunks: Vec<u32>,
    /// Blocks of 64 positions.
    pub blocks: u32,
    /// Words of a summary; 0 if there are none.
    pub summary: u32,
    /// Elements of the map with the entries. The first one is never used.
    pub slots: u32,
    /// Bytes of an action and its arguments.
    pub value_size: u32,
    /// Where the value holds the action's number.
    pub action: Place,
    /// Keys of kind `range`.
    #[serde(default)]
    pub ranges: u32,
}

/// Words in front of a finder's summaries.
pub const HEAD: u32 = 8;
/// Positions of a block.
pub const BLOCK: u32 = 64;
/// Rows of a chunk.
pub const ROWS: u32 = 256;
/// Two finders.
pub const FINDERS: u32 = 2;
/// Of an entry that is there.
pub const FOREVER: u64 = u64::MAX;
/// Each bit of a word times this has other highest six bits (a de Bruijn sequence): so a bit's number costs one multiplication, if any number
/// will do.
pub const ORDER: u64 = 0x022f_dd63_cc95_386d;
/// How far those bits are up.
pub const ORDER_SHIFT: u32 = 58;
/// Fewer blocks are looked through one by one.
const SUMMARISED: u32 = 3;

/// Words of the first finder's head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// What packets read.
    Version = 0,
    /// All packets are at this version or a later one.
    Settled = 1,
    /// The version since which the finder is in use.
    Switched = 2,
    /// The age of the next entry.
    NextAge = 3,
}

/// What a byte of the key has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Byte {
    /// This one, where the mask has ones.
    Masked(u8, u8),
    /// With the bits of the last one turned, between the first two.
    Between(u8, u8, u8),
}

impl Byte {
    /// A key with this byte may match.
    #[must_use]
    pub fn takes(self, byte: u8) -> bool {
        match self {
            Byte::Masked(value, mask) => byte & mask == value & mask,
            Byte::Between(low, high, turn) => (low..=high).contains(&(byte ^ turn)),
        }
    }
}

/// A byte of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyByte {
    /// Where it stands.
    pub at: u32,
    /// Which of the key's it is; the least significant one is 0.
    pub byte: u32,
    /// Of a key of kind `range`: which of these it is.
    pub range: Option<usize>,
    /// The bits of it that are turned in bounds of ranges.
    pub turn: u8,
}

/// An entry beside its value, ranges and rank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The first version that has it.
    pub since: u64,
    /// The first version that has it no more.
    pub until: u64,
    /// As [`Masked::masked_key`] makes it.
    pub key: Vec<u8>,
    /// As [`Masked::mask`] makes it.
    pub mask: Vec<u8>,
}

impl Rule {
    /// Packets of this version meet it.
    #[must_use]
    pub fn is_there(&self, version: u64) -> bool {
        self.since <= version && version < self.until
    }
}

/// The bytes of keys that choose rows: those that hold bits of a key, in the keys' order; places and widths in bits are given.
#[must_use]
pub fn chunks<'p>(keys: impl Iterator<Item = (&'p Place, u32)>) -> Vec<u32> {
    keys.flat_map(|(place, width)| significant(place, width)).collect()
}

/// The bytes of a table's keys that choose rows, in their order.
pub fn key_bytes(table: Table<'_>) -> impl Iterator<Item = KeyByte> {
    let mut ranges = 0..;
    let keys = table.view.match_keys().zip(&table.layout.keys);
    keys.flat_map(move |(key, place)| {
        let range = if is_range(key) { ranges.next() } else { None };
        let turn = turn(key);
        let bytes = significant(place, key.param.width).into_iter().zip(0..);
        bytes.map(move |(at, byte)| KeyByte { at, byte, range, turn: byte_of(turn, byte) })
    })
}

/// A byte of a number, the least significant one is 0.
fn byte_of(number: u64, byte: u32) -> u8 {
    number.checked_shr(8 * byte).unwrap_or(0) as u8
}

/// The bytes of a place with bits of a number of so many bits, the least significant first.
fn significant(place: &Place, width: u32) -> Vec<u32> {
    let bytes = width.div_ceil(8).min(place.size);
    let little = place.order == ByteOrder::Host && cfg!(target_endian = "little");
    let at = |byte| if little { place.offset + byte } else { place.offset + place.size - 1 - byte };
    (0..bytes).map(at).collect()
}

/// How many blocks hold so many rules, with gaps between them.
#[must_use]
pub fn blocks(size: u32) -> u32 {
    size.saturating_add((size / 8).max(16)).div_ceil(BLOCK)
}

/// How many elements hold so many rules and as many that are to take their places, the first one unused.
#[must_use]
pub fn slots(size: u32) -> u32 {
    size.saturating_mul(2).saturating_add(BLOCK)
}

/// Words of a summary of so many blocks.
#[must_use]
pub fn summary(blocks: u32) -> u32 {
    if blocks < SUMMARISED { 0 } else { blocks.div_ceil(BLOCK) }
}

impl BitVectors {
    /// Words of the rows that one byte chooses, with their summaries.
    #[must_use]
    pub fn byte_words(&self) -> u64 {
        self.chunks.len() as u64 * (u64::from(self.summary) + u64::from(self.blocks))
    }

    /// Words of a finder.
    #[must_use]
    pub fn finder_words(&self) -> u64 {
        u64::from(HEAD) + u64::from(ROWS) * self.byte_words() + u64::from(self.positions())
    }

    /// Bytes of a finder.
    #[must_use]
    pub fn finder_size(&self) -> u32 {
        u32::try_from(8 * self.finder_words()).unwrap_or(u32::MAX)
    }

    /// Positions of rules in a finder.
    #[must_use]
    pub fn positions(&self) -> u32 {
        BLOCK * self.blocks
    }

    /// The finder of a version.
    #[must_use]
    pub fn finder(version: u64) -> u32 {
        (version & 1) as u32
    }

    /// The word of a row that has the bit of a position, from the finder's beginning.
    #[must_use]
    pub fn row_word(&self, chunk: usize, byte: u8, position: u32) -> u64 {
        self.summary_start(chunk, byte) + u64::from(self.summary) + u64::from(position / BLOCK)
    }

    /// The word of a summary that has the bit of a position's block, and that bit; `None` if there are no summaries.
    #[must_use]
    pub fn summary_word(&self, chunk: usize, byte: u8, position: u32) -> Option<(u64, u64)> {
        let block = position / BLOCK;
        let word = self.summary_start(chunk, byte) + u64::from(block / BLOCK);
        (self.summary > 0).then_some((word, 1 << (block % BLOCK)))
    }

    fn summary_start(&self, chunk: usize, byte: u8) -> u64 {
        let row = u64::from(self.summary) + u64::from(self.blocks);
        u64::from(HEAD) + u64::from(byte) * self.byte_words() + chunk as u64 * row
    }

    /// The bit of a position in its word.
    #[must_use]
    pub fn bit(position: u32) -> u64 {
        1 << (position % BLOCK)
    }

    /// The word that names the entries of a position. Those of a block are in the order that [`ORDER`] tells.
    #[must_use]
    pub fn position_word(&self, position: u32) -> u64 {
        let within = BitVectors::bit(position).wrapping_mul(ORDER) >> ORDER_SHIFT;
        self.finder_words() - u64::from(self.positions()) + u64::from(position / BLOCK * BLOCK) + within
    }

    /// A position's entry, and the one before it; 0 if there is none.
    #[must_use]
    pub fn encode_position(slot: u32, before: u32) -> u64 {
        u64::from(before) << 32 | u64::from(slot)
    }

    /// What such a word says.
    #[must_use]
    pub fn decode_position(word: u64) -> (u32, u32) {
        (word as u32, (word >> 32) as u32)
    }

    /// Bytes of an entry.
    #[must_use]
    pub fn entry_size(&self) -> u32 {
        (self.until() + 8 + 2 * self.key_size).next_multiple_of(8)
    }

    /// Bytes in front of an entry's `since`.
    #[must_use]
    pub fn since(&self) -> u32 {
        self.ranked_size()
    }

    /// Bytes in front of its `until`.
    #[must_use]
    pub fn until(&self) -> u32 {
        self.since() + 8
    }

    /// Puts keys and mask behind a value with its ranges and rank. It is free.
    pub fn put_rule(&self, value: &mut Vec<u8>, key: &[u8], mask: &[u8]) {
        value.resize((self.until() + 8) as usize, 0);
        value.extend_from_slice(key);
        value.extend_from_slice(mask);
        value.resize(self.entry_size() as usize, 0);
    }

    /// Makes the bytes those of an entry that is free.
    pub fn free(&self, entry: &mut [u8]) {
        let span = self.since() as usize..(self.until() + 8) as usize;
        if let Some(span) = entry.get_mut(span) {
            span.fill(0);
        }
    }

    /// What an entry's bytes say beside value, ranges and rank.
    ///
    /// # Errors
    /// When there are too few bytes.
    pub fn rule(&self, entry: &[u8]) -> Result<Rule, DecodeError> {
        let short = || DecodeError::Short(entry.len());
        let word = |at: u32| {
            let bytes = entry.get(at as usize..).and_then(|bytes| bytes.first_chunk());
            bytes.map(|bytes| u64::from_ne_bytes(*bytes)).ok_or_else(short)
        };
        let (start, size) = ((self.until() + 8) as usize, self.key_size as usize);
        let keys = entry.get(start..start + 2 * size).ok_or_else(short)?;
        let (key, mask) = keys.split_at(size);
        Ok(Rule {
            since: word(self.since())?,
            until: word(self.until())?,
            key: key.into(),
            mask: mask.into(),
        })
    }

    /// What each chunk of a key has to be for the entry with these keys, mask and value.
    ///
    /// # Errors
    /// When there are too few bytes.
    pub fn bytes(&self, table: Table<'_>, rule: &Rule, value: &[u8]) -> Result<Vec<Byte>, DecodeError> {
        let ranges = self.ranges(value)?;
        let byte =
            |bytes: &[u8], at: u32| bytes.get(at as usize).copied().ok_or(DecodeError::Short(bytes.len()));
        let wanted = |of: KeyByte| {
            let range = of.range.and_then(|range| ranges.get(range)).filter(|range| **range != (0, u64::MAX));
            match range {
                Some(range) => Ok(of_range(*range, of.byte, of.turn)),
                None => Ok(Byte::Masked(byte(&rule.key, of.at)?, byte(&rule.mask, of.at)?)),
            }
        };
        key_bytes(table).map(wanted).collect()
    }
}

/// What a byte of a key, the least significant one is 0, has to be for it to lie in a range, as far as each tells by itself: the first bytes
/// that both bounds have in common, and the next one.
pub(super) fn of_range((low, high): (u64, u64), byte: u32, turn: u8) -> Byte {
    let above = |bound: u64| bound.checked_shr(8 * (byte + 1)).unwrap_or(0);
    if above(low) != above(high) {
        return Byte::Masked(0, 0);
    }
    Byte::Between(byte_of(low, byte), byte_of(high, byte), turn)
}

impl Masked for BitVectors {
    fn key_size(&self) -> u32 {
        self.key_size
    }

    fn range_keys(&self) -> u32 {
        self.ranges
    }
}

impl Strategy for BitVectors {
    fn maps(&self) -> Vec<MapShape> {
        let map = |name: &String, value_size, elements| MapShape {
            name: name.clone(),
            kinds: &[MapKind::Array],
            key_size: 4,
            value_size,
            elements: Some(elements),
            ..MapShape::default()
        };
        vec![map(&self.map, self.entry_size(), self.slots), map(&self.finders, self.finder_size(), FINDERS)]
    }

    in_one_map!(BitVectors: map, finders);

    /// Where keys stand in an entry, not in a map's key.
    fn keys_within(&self) -> u32 {
        self.key_size
    }

    fn encode_key(&self, table: Table<'_>, keys: &[KeyMatch]) -> Vec<u8> {
        self.masked_key(table, keys)
    }

    /// Which bits of the key matter its mask tells, and ranges its value, so all do here: see [`Masked::decode`].
    fn decode_key(&self, table: Table<'_>, bytes: &[u8]) -> Result<Vec<KeyMatch>, DecodeError> {
        self.decode_whole(table, bytes)
    }

    fn check(&self, table: Table<'_>) -> Result<(), String> {
        self.check_ranges(table)?;
        let keys = table.view.match_keys().zip(&table.layout.keys);
        if self.chunks != chunks(keys.map(|(key, place)| (place, key.param.width))) {
            return Err("the bytes that choose its rows are not those of its keys".into());
        }
        let size = u32::try_from(table.layout.size).unwrap_or(u32::MAX);
        if self.positions() < size || self.slots < slots(size) {
            return Err(format!(
                "it has {} positions and {} places for {size} entries",
                self.positions(),
                self.slots
            ));
        }
        if self.summary != 0 && self.summary < self.blocks.div_ceil(BLOCK) {
            return Err(format!("its summaries have {} words for {} blocks", self.summary, self.blocks));
        }
        Ok(())
    }
}
