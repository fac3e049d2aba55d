//! A tuple space, for keys of which entries say what matters: one kernel hash map with the entries of all masks, and an array with the list
//! of the masks. An entry stands under the number of its mask and the bits of its keys that the mask leaves; a lookup tries the masks in turn.
//!
//! ```text
//! key     number of the mask (u32) | keys, where the mask has ones | zeros up to a multiple of 8
//! value   action and arguments | zeros | least and largest value of each range (u64, u64) | rank (u64)
//! mask    highest rank of an entry that may have it (u64) | entries (u64) | number of the mask (u32) | the mask, laid out as the keys
//! ```
//!
//! What of a key stands where, and which of several entries counts, is [`super::masked`]'s.
//!
//! Element 0 of the array is its head: where the list begins, and the numbers that are next. There is room for two lists, each ended by a
//! mask of rank 0 unless it fills its room: a list in another order is written beside the one that is in use.

use super::masked::{Masked, Rank, two_words};
use super::{DecodeError, MapKind, MapShape, Place, Storage, Strategy, Table};
use crate::entry::KeyMatch;
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
/// Bytes of an element of the list in front of the mask.
const HEAD: usize = 16;

/// An element of the list of masks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    /// Entries under it have no higher rank.
    pub rank: Rank,
    /// So many entries are under it, as far as is known.
    pub entries: u64,
    /// Its number, never 0.
    pub number: u32,
    /// As [`Masked::mask`] makes it.
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

impl Masked for TupleSpace {
    fn key_size(&self) -> u32 {
        self.key_size
    }

    fn range_keys(&self) -> u32 {
        self.ranges
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
        self.masked_key(table, keys)
    }

    /// Which bits of the key matter its mask tells, and ranges its value, so all do here: see [`Masked::decode`].
    fn decode_key(&self, table: Table<'_>, bytes: &[u8]) -> Result<Vec<KeyMatch>, DecodeError> {
        self.decode_whole(table, bytes)
    }

    fn check(&self, table: Table<'_>) -> Result<(), String> {
        if !self.key_size.is_multiple_of(8) {
            return Err(format!("its key has {} bytes, not whole words", self.key_size));
        }
        self.check_ranges(table)?;
        match table.layout.keys.iter().find(|place| place.offset < NUMBER) {
            Some(place) => Err(format!("byte {} of its key is where the mask's number stands", place.offset)),
            None => Ok(()),
        }
    }
}
