//! Keys and values as bytes: in, an entry and the places that the manifest tells; out, what stands in the map, and back.

use super::{Call, Count, Entry, KeyMatch, StorageError};
use crate::value::prefix_mask;
use num_bigint::BigUint;
use p4xdp_control::manifest::{ByteOrder, DirectCounter, MatchKind, Place, Table};

/// Writes a number at its place; what does not fit is cut, what lies outside is left.
pub(crate) fn put(bytes: &mut [u8], place: &Place, number: &BigUint) {
    let (start, size) = (place.offset as usize, place.size as usize);
    let Some(target) = bytes.get_mut(start..start + size) else { return };
    target.fill(0);
    let digits = number.to_bytes_le();
    if little(place) {
        for (to, from) in target.iter_mut().zip(digits) {
            *to = from;
        }
    } else {
        for (to, from) in target.iter_mut().rev().zip(digits) {
            *to = from;
        }
    }
}

/// Reads the number at a place.
pub(crate) fn get(bytes: &[u8], place: &Place) -> BigUint {
    let (start, size) = (place.offset as usize, place.size as usize);
    let Some(source) = bytes.get(start..start + size) else { return BigUint::ZERO };
    if little(place) { BigUint::from_bytes_le(source) } else { BigUint::from_bytes_be(source) }
}

fn little(place: &Place) -> bool {
    match place.order {
        ByteOrder::Host => cfg!(target_endian = "little"),
        ByteOrder::Network => false,
    }
}

/// The value of an entry or default action, laid out over `size` bytes; `first` is the number of the table's first action.
pub(crate) fn encode_value(table: &Table, call: &Call, size: usize, action: &Place, first: u32) -> Vec<u8> {
    let mut bytes = vec![0; size];
    put(&mut bytes, action, &(BigUint::from(call.action) + first));
    if let Some(of) = table.actions.get(call.action) {
        for (place, arg) in of.places.iter().zip(&call.args) {
            put(&mut bytes, place, arg);
        }
    }
    bytes
}

/// The action call in a value; `first` as for [`encode_value`].
pub(crate) fn decode_call(
    table: &Table,
    bytes: &[u8],
    action: &Place,
    first: u32,
) -> Result<Call, StorageError> {
    let number = get(bytes, action);
    let position = u32::try_from(&number).ok().and_then(|number| number.checked_sub(first));
    let position = position.map_or(usize::MAX, |position| position as usize);
    let Some(of) = table.actions.get(position) else { return Err(StorageError::Corrupt(number)) };
    Ok(Call { action: position, args: of.places.iter().map(|place| get(bytes, place)).collect() })
}

/// The direct counter in a value.
pub(crate) fn decode_count(counter: Option<&DirectCounter>, bytes: &[u8]) -> Count {
    let read = |place: Option<&Place>| place.map_or(0, |place| u64::try_from(get(bytes, place)).unwrap_or(0));
    match counter {
        Some(counter) => {
            Count { packets: read(counter.packets.as_ref()), bytes: read(counter.bytes.as_ref()) }
        }
        None => Count::default(),
    }
}

/// Puts a direct counter into a value.
pub(crate) fn encode_count(counter: Option<&DirectCounter>, bytes: &mut [u8], count: Count) {
    let Some(counter) = counter else { return };
    if let Some(place) = &counter.packets {
        put(bytes, place, &BigUint::from(count.packets));
    }
    if let Some(place) = &counter.bytes {
        put(bytes, place, &BigUint::from(count.bytes));
    }
}

/// The key of an entry. A prefix's length stands in front, as the kernel's trie wants it, if the table has an lpm key.
pub(crate) fn encode_key(table: &Table, keys: &[KeyMatch], size: usize, trie: bool) -> Vec<u8> {
    let mut bytes = vec![0; size];
    let mut length = (size as u32).saturating_sub(4) * 8;
    for (key, wanted) in table.keys.iter().zip(keys) {
        let width = key.param.width;
        match wanted {
            KeyMatch::Exact(value) => put(&mut bytes, &key.place, value),
            KeyMatch::Prefix(value, bits) => {
                put(&mut bytes, &key.place, &(value & prefix_mask(width, *bits)));
                length = prefix_start(&key.place, width) + (*bits).min(width);
            }
            KeyMatch::Masked(value, _) | KeyMatch::Range(value, _) => put(&mut bytes, &key.place, value),
            KeyMatch::Any => {
                if key.match_kind == MatchKind::Lpm {
                    length = prefix_start(&key.place, width);
                }
            }
        }
    }
    if trie && let Some(head) = bytes.get_mut(..4) {
        head.copy_from_slice(&length.to_ne_bytes());
    }
    bytes
}

/// Bits of the trie's key in front of the lpm key's highest bit: what stands before its place, and the padding in it.
fn prefix_start(place: &Place, width: u32) -> u32 {
    place.offset.saturating_sub(4) * 8 + (place.size * 8).saturating_sub(width)
}

/// The keys in a map's key.
pub(crate) fn decode_key(table: &Table, bytes: &[u8], trie: bool) -> Vec<KeyMatch> {
    let length = bytes.first_chunk::<4>().map_or(0, |head| u32::from_ne_bytes(*head));
    let of = |key: &p4xdp_control::manifest::Key| {
        let value = get(bytes, &key.place);
        if trie && key.match_kind == MatchKind::Lpm {
            KeyMatch::Prefix(value, length.saturating_sub(prefix_start(&key.place, key.param.width)))
        } else {
            KeyMatch::Exact(value)
        }
    };
    table.keys.iter().map(of).collect()
}

/// An entry from a map's key and value.
pub(crate) fn decode(
    table: &Table,
    key: &[u8],
    value: &[u8],
    action: &Place,
    trie: bool,
) -> Result<Entry, StorageError> {
    Ok(Entry {
        keys: decode_key(table, key, trie),
        call: decode_call(table, value, action, 0)?,
        priority: 0,
        count: decode_count(table.direct_counter.as_ref(), value),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(keys: &[(u32, MatchKind, u32, u32)]) -> Table {
        let key =
            |(width, match_kind, offset, size): &(u32, MatchKind, u32, u32)| p4xdp_control::manifest::Key {
                param: p4xdp_control::manifest::Param {
                    name: "k".into(),
                    width: *width,
                    signed: false,
                    members: Vec::new(),
                    port: false,
                },
                match_kind: *match_kind,
                place: Place { offset: *offset, size: *size, order: ByteOrder::Network },
            };
        let initial = p4xdp_control::manifest::ActionCall { action: 0, args: Vec::new() };
        Table {
            name: "t".into(),
            keys: keys.iter().map(key).collect(),
            actions: Vec::new(),
            size: 1,
            storage: None,
            default: p4xdp_control::manifest::Default { initial, is_const: true, data: None },
            const_entries: Vec::new(),
            initial_entries: Vec::new(),
            direct_counter: None,
            annotations: Vec::new(),
        }
    }

    #[test]
    fn prefixes() {
        // An lpm key of 20 bits behind an exact one of 12, each right-aligned in its bytes.
        let table = table(&[(20, MatchKind::Lpm, 6, 3), (12, MatchKind::Exact, 4, 2)]);
        let keys = [KeyMatch::Prefix(0xabcdeu32.into(), 8), KeyMatch::Exact(0x123u32.into())];
        let bytes = encode_key(&table, &keys, 12, true);
        assert_eq!(u32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]), 16 + 4 + 8);
        assert_eq!(bytes[4..], [0x01, 0x23, 0x0a, 0xb0, 0x00, 0, 0, 0]);
        let read = decode_key(&table, &bytes, true);
        assert_eq!(read, [KeyMatch::Prefix(0xab000u32.into(), 8), KeyMatch::Exact(0x123u32.into())]);
        let any = encode_key(&table, &[KeyMatch::Any, KeyMatch::Exact(0u32.into())], 12, true);
        assert_eq!(decode_key(&table, &any, true)[0], KeyMatch::Prefix(BigUint::ZERO, 0));
    }

    #[test]
    fn places() {
        let mut bytes = [0xffu8; 8];
        put(&mut bytes, &Place { offset: 1, size: 3, order: ByteOrder::Network }, &BigUint::from(0x0102u32));
        assert_eq!(bytes, [0xff, 0, 1, 2, 0xff, 0xff, 0xff, 0xff]);
        put(&mut bytes, &Place { offset: 4, size: 4, order: ByteOrder::Host }, &BigUint::from(0x0102u32));
        assert_eq!(u32::from_ne_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]), 0x0102);
        assert_eq!(
            get(&bytes, &Place { offset: 1, size: 3, order: ByteOrder::Network }),
            BigUint::from(0x0102u32)
        );
        put(&mut bytes, &Place { offset: 7, size: 4, order: ByteOrder::Host }, &BigUint::from(1u8));
        assert_eq!(get(&bytes, &Place { offset: 7, size: 4, order: ByteOrder::Host }), BigUint::ZERO);
    }
}
