//! `BPF_MAP_TYPE_ARRAY`, for one small exact key, or for none (then there is one slot): the key is the index. A slot is used if its action's number is not 0, so numbers are
//! stored plus one.

use super::{DecodeError, MapKind, MapShape, Place, Storage, Strategy, Table, hash, place};
use crate::entry::KeyMatch;
use num_bigint::BigUint;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Array {
    /// Map name.
    pub map: String,
    /// Bytes of the value.
    pub value_size: u32,
    /// Where the value holds the action's number plus one.
    pub action: Place,
}

/// Bytes of an index.
const INDEX: u32 = 4;

impl Array {
    /// The slot's value is an entry's.
    ///
    /// # Errors
    /// When there are too few bytes.
    pub fn is_used(&self, value: &[u8]) -> Result<bool, DecodeError> {
        let number = place::get(value, &self.action).ok_or(DecodeError::Short(value.len()))?;
        Ok(number != BigUint::ZERO)
    }
}

impl Strategy for Array {
    fn maps(&self) -> Vec<MapShape> {
        vec![MapShape {
            name: self.map.clone(),
            kinds: &[MapKind::Array],
            key_size: INDEX,
            value_size: self.value_size,
            ..MapShape::default()
        }]
    }

    in_one_map!(Array: map);

    fn first_action(&self) -> u32 {
        1
    }

    fn encode_key(&self, table: Table<'_>, keys: &[KeyMatch]) -> Vec<u8> {
        let mut bytes = vec![0; INDEX as usize];
        for (place, wanted) in table.layout.keys.iter().zip(keys) {
            if let KeyMatch::Exact(value) = wanted {
                place::put(&mut bytes, place, value);
            }
        }
        bytes
    }

    fn decode_key(&self, table: Table<'_>, bytes: &[u8]) -> Result<Vec<KeyMatch>, DecodeError> {
        hash::exact(&table.layout.keys, bytes)
    }

    fn check(&self, table: Table<'_>) -> Result<(), String> {
        match table.layout.keys.len() {
            0 | 1 => Ok(()),
            several => Err(format!("its {several} keys are no index")),
        }
    }
}
