//! `BPF_MAP_TYPE_LPM_TRIE`: a `u32` prefix length, then the exact keys, then the lpm key, all in network order. The prefix length of an
//! entry is that of all bits in front of the lpm key's highest bit, plus the length of its prefix.

use super::{DecodeError, MapKind, MapShape, NO_PREALLOC, Place, Storage, Strategy, Table, place};
use crate::entry::KeyMatch;
use crate::value::prefix_mask;
use crate::view::MatchKind;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LpmTrie {
    /// Map name.
    pub map: String,
    /// Bytes of the key, the length included.
    pub key_size: u32,
    /// Bytes of the value.
    pub value_size: u32,
    /// Where the value holds the action's number.
    pub action: Place,
    /// Bits of the key in front of the lpm key's highest bit, those of the length not counted: exact keys, and padding of all keys.
    pub exact_bits: u32,
}

/// Bytes of the prefix length.
pub const LENGTH: u32 = 4;

impl Strategy for LpmTrie {
    fn maps(&self) -> Vec<MapShape> {
        vec![MapShape {
            name: self.map.clone(),
            kinds: &[MapKind::LpmTrie],
            key_size: self.key_size,
            value_size: self.value_size,
            flags: NO_PREALLOC,
            structured_key: true,
            ..MapShape::default()
        }]
    }

    in_one_map!(LpmTrie: map);

    fn encode_key(&self, table: Table<'_>, keys: &[KeyMatch]) -> Vec<u8> {
        let mut bytes = vec![0; self.key_size as usize];
        let mut length = self.exact_bits;
        for ((key, place), wanted) in table.view.match_keys().zip(&table.layout.keys).zip(keys) {
            match wanted {
                KeyMatch::Exact(value) => place::put(&mut bytes, place, value),
                KeyMatch::Prefix(value, bits) => {
                    place::put(&mut bytes, place, &(value & prefix_mask(key.param.width, *bits)));
                    length = self.exact_bits + (*bits).min(key.param.width);
                }
                // Of an lpm key, a prefix of no bits; no other key of a trie takes these.
                KeyMatch::Any | KeyMatch::Masked(..) | KeyMatch::Range(..) => {}
            }
        }
        if let Some(head) = bytes.first_chunk_mut() {
            *head = length.to_ne_bytes();
        }
        bytes
    }

    fn decode_key(&self, table: Table<'_>, bytes: &[u8]) -> Result<Vec<KeyMatch>, DecodeError> {
        let short = || DecodeError::Short(bytes.len());
        let length = bytes.first_chunk().map(|head| u32::from_ne_bytes(*head)).ok_or_else(short)?;
        let mut keys = Vec::with_capacity(table.layout.keys.len());
        for (key, place) in table.view.match_keys().zip(&table.layout.keys) {
            let value = place::get(bytes, place).ok_or_else(short)?;
            keys.push(if key.match_kind == MatchKind::Lpm {
                KeyMatch::Prefix(value, length.saturating_sub(self.exact_bits))
            } else {
                KeyMatch::Exact(value)
            });
        }
        Ok(keys)
    }

    fn check(&self, table: Table<'_>) -> Result<(), String> {
        for (key, place) in table.view.match_keys().zip(&table.layout.keys) {
            let Some(front) = place.offset.checked_sub(LENGTH) else {
                let last = u64::from(place.offset) + u64::from(place.size.max(1)) - 1;
                let bytes = format!("bytes {} to {last}", place.offset);
                return Err(format!("{bytes} of its key are where the prefix's length stands"));
            };
            let bits = (u64::from(front) + u64::from(place.size)) * 8;
            if key.match_kind == MatchKind::Lpm
                && bits.checked_sub(key.param.width.into()) != Some(u64::from(self.exact_bits))
            {
                return Err(format!("its prefix does not begin {} bits into the key", self.exact_bits));
            }
        }
        Ok(())
    }
}
