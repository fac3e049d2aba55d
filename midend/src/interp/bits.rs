//! Bits of a packet: reading at any bit position, and appending. Network order: the first bit is the highest.

use super::value::{NARROW, big_mask};
use num_bigint::BigUint;

/// `width` bits (at most 128) from bit `position`; bits behind the end read as zero.
pub fn read(data: &[u8], position: usize, width: u32) -> u128 {
    if width == 0 {
        return 0;
    }
    let (byte, skip) = (position / 8, (position % 8) as u32);
    if skip + width <= 64
        && let Some(word) = data.get(byte..byte + 8).and_then(|w| <[u8; 8]>::try_from(w).ok())
    {
        return u128::from(u64::from_be_bytes(word) << skip >> (64 - width));
    }
    let mut value = 0u128;
    let mut have = 0u32;
    let mut at = byte;
    let mut first = 8 - skip;
    while have < width {
        let take = first.min(width - have);
        let bits = u128::from(data.get(at).copied().unwrap_or(0)) & ((1 << first) - 1);
        value = value << take | bits >> (first - take);
        have += take;
        first = 8;
        at += 1;
    }
    value
}

/// As [`read`], for any width.
pub fn read_big(data: &[u8], position: usize, width: u32) -> BigUint {
    let mut bytes = Vec::with_capacity(width as usize / 8 + 1);
    let mut rest = width;
    let mut at = position;
    // The odd bits come first, so that what follows is whole bytes.
    let odd = width % 8;
    if odd > 0 {
        bytes.push(read(data, at, odd) as u8);
        at += odd as usize;
        rest -= odd;
    }
    while rest > 0 {
        bytes.push(read(data, at, 8) as u8);
        at += 8;
        rest -= 8;
    }
    BigUint::from_bytes_be(&bytes)
}

/// Appends bits.
#[derive(Clone, Debug, Default)]
pub struct BitWriter {
    bytes: Vec<u8>,
    /// Bits of the last byte that are not used yet.
    free: u32,
}

impl BitWriter {
    /// Empty, with room for so many bytes.
    pub fn with_capacity(bytes: usize) -> BitWriter {
        BitWriter { bytes: Vec::with_capacity(bytes), free: 0 }
    }

    /// Appends the low `width` bits (at most 128).
    pub fn push(&mut self, value: u128, width: u32) {
        let mut rest = width.min(NARROW);
        if self.free == 0 && rest.is_multiple_of(8) {
            let all = value.to_be_bytes();
            self.bytes.extend_from_slice(all.get(16 - rest as usize / 8..).unwrap_or_default());
            return;
        }
        while rest > 0 {
            if self.free == 0 {
                self.bytes.push(0);
                self.free = 8;
            }
            let take = self.free.min(rest);
            let bits = (value >> (rest - take)) as u8 & (0xffu8 >> (8 - take));
            if let Some(last) = self.bytes.last_mut() {
                *last |= bits << (self.free - take);
            }
            self.free -= take;
            rest -= take;
        }
    }

    /// Appends the low `width` bits.
    pub fn push_big(&mut self, value: &BigUint, width: u32) {
        let bytes = (value & big_mask(width)).to_bytes_be();
        let total = width.div_ceil(8) as usize;
        let odd = width % 8;
        for i in 0..total {
            let missing = total.saturating_sub(bytes.len());
            let byte = if i < missing { 0 } else { bytes.get(i - missing).copied().unwrap_or(0) };
            self.push(u128::from(byte), if i == 0 && odd > 0 { odd } else { 8 });
        }
    }

    /// Appends whole bytes.
    pub fn extend(&mut self, bytes: &[u8]) {
        if self.free == 0 {
            self.bytes.extend_from_slice(bytes);
        } else {
            for b in bytes {
                self.push(u128::from(*b), 8);
            }
        }
    }

    /// Bits so far.
    pub fn len(&self) -> usize {
        self.bytes.len() * 8 - self.free as usize
    }

    /// The bytes; an incomplete last one is filled up with zeros.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bit(data: &[u8], at: usize) -> u128 {
        data.get(at / 8).map_or(0, |b| u128::from(b >> (7 - at % 8) & 1))
    }

    #[test]
    fn an_incomplete_byte_is_filled_up_behind() {
        let mut out = BitWriter::default();
        out.push(0x456, 12);
        assert_eq!(out.into_bytes(), [0x45, 0x60]);
    }

    proptest! {
        #[test]
        fn reads_bit_by_bit(data in proptest::collection::vec(any::<u8>(), 0..40), at in 0usize..200, width in 0u32..=128) {
            let wanted = (0..width as usize).fold(0u128, |v, i| v << 1 | bit(&data, at + i));
            prop_assert_eq!(read(&data, at, width), wanted);
            prop_assert_eq!(read_big(&data, at, width), BigUint::from(wanted));
        }

        #[test]
        fn writes_what_it_reads(fields in proptest::collection::vec((any::<u128>(), 0u32..=128), 0..12), wide: bool) {
            let mut out = BitWriter::default();
            for (value, width) in &fields {
                let value = if *width == 0 { 0 } else { value & (u128::MAX >> (128 - width)) };
                if wide { out.push_big(&value.into(), *width) } else { out.push(value, *width) }
            }
            let total: u32 = fields.iter().map(|(_, w)| w).sum();
            prop_assert_eq!(out.len(), total as usize);
            let bytes = out.into_bytes();
            let mut at = 0;
            for (value, width) in fields {
                let value = if width == 0 { 0 } else { value & (u128::MAX >> (128 - width)) };
                prop_assert_eq!(read(&bytes, at, width), value);
                at += width as usize;
            }
        }
    }
}
