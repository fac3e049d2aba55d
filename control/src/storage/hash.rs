//! `BPF_MAP_TYPE_HASH` (or the kind that forgets): a structure of exact keys to a structure of action and arguments.

use super::{DecodeError, MapKind, MapShape, Place, Storage, Strategy, Table, place};
use crate::entry::KeyMatch;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hash {
    /// Map name.
    pub map: String,
    /// Bytes of the key; those that belong to no field are zero.
    pub key_size: u32,
    /// Bytes of the value.
    pub value_size: u32,
    /// Where the value holds the action's number.
    pub action: Place,
}

impl Strategy for Hash {
    fn maps(&self) -> Vec<MapShape> {
        vec![MapShape {
            name: self.map.clone(),
            kinds: &[MapKind::Hash, MapKind::LruHash],
            key_size: self.key_size,
            value_size: self.value_size,
            structured_key: true,
            ..MapShape::default()
        }]
    }

    in_one_map!(Hash: map);

    fn encode_key(&self, table: Table<'_>, keys: &[KeyMatch]) -> Vec<u8> {
        let mut bytes = vec![0; self.key_size as usize];
        for (place, wanted) in table.layout.keys.iter().zip(keys) {
            if let KeyMatch::Exact(value) = wanted {
                place::put(&mut bytes, place, value);
            }
        }
        bytes
    }

    fn decode_key(&self, table: Table<'_>, bytes: &[u8]) -> Result<Vec<KeyMatch>, DecodeError> {
        exact(&table.layout.keys, bytes)
    }
}

/// Keys that are all exact.
pub(super) fn exact(places: &[Place], bytes: &[u8]) -> Result<Vec<KeyMatch>, DecodeError> {
    let read = |place: &Place| place::get(bytes, place).map(KeyMatch::Exact);
    places.iter().map(read).collect::<Option<_>>().ok_or(DecodeError::Short(bytes.len()))
}
