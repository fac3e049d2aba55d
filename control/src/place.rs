//! Numbers at places in a map's key or value: in, a number; out, bytes, and back.

use num_bigint::BigUint;
use serde::{Deserialize, Serialize};

/// Where a number stands in a map's key or value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Bytes in front of it.
    pub offset: u32,
    /// Bytes that it takes; the number is right-aligned in them (low bits significant).
    pub size: u32,
    /// How the bytes are ordered.
    pub order: ByteOrder,
}

/// Byte order of a number in a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ByteOrder {
    /// The machine's.
    Host,
    /// Most significant byte first.
    Network,
}

impl Place {
    fn little(&self) -> bool {
        match self.order {
            ByteOrder::Host => cfg!(target_endian = "little"),
            ByteOrder::Network => false,
        }
    }

    fn range(&self) -> std::ops::Range<usize> {
        self.offset as usize..self.offset as usize + self.size as usize
    }
}

/// Writes a number at its place; what does not fit is cut, what lies outside is left.
pub fn put(bytes: &mut [u8], place: &Place, number: &BigUint) {
    let Some(target) = bytes.get_mut(place.range()) else { return };
    target.fill(0);
    let digits = number.to_bytes_le();
    if place.little() {
        for (to, from) in target.iter_mut().zip(digits) {
            *to = from;
        }
    } else {
        for (to, from) in target.iter_mut().rev().zip(digits) {
            *to = from;
        }
    }
}

/// Reads the number at a place; `None` if the bytes end before it does.
#[must_use]
pub fn get(bytes: &[u8], place: &Place) -> Option<BigUint> {
    let source = bytes.get(place.range())?;
    Some(if place.little() { BigUint::from_bytes_le(source) } else { BigUint::from_bytes_be(source) })
}

/// Reads a number of at most 64 bits.
#[must_use]
pub fn get_u64(bytes: &[u8], place: &Place) -> Option<u64> {
    u64::try_from(get(bytes, place)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let at = |offset, size, order| Place { offset, size, order };
        let mut bytes = [0xffu8; 8];
        put(&mut bytes, &at(1, 3, ByteOrder::Network), &BigUint::from(0x0102u32));
        assert_eq!(bytes, [0xff, 0, 1, 2, 0xff, 0xff, 0xff, 0xff]);
        put(&mut bytes, &at(4, 4, ByteOrder::Host), &BigUint::from(0x0102u32));
        assert_eq!(u32::from_ne_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]), 0x0102);
        assert_eq!(get(&bytes, &at(1, 3, ByteOrder::Network)), Some(BigUint::from(0x0102u32)));
        put(&mut bytes, &at(7, 4, ByteOrder::Host), &BigUint::from(1u8));
        assert_eq!(get(&bytes, &at(7, 4, ByteOrder::Host)), None);
    }
}
