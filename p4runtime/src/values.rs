//! Numbers in messages.

use num_bigint::BigUint;

/// A bit pattern in as many bytes as its width takes, the highest first (P4Runtime specification, section "Bytestrings": padding is allowed in what
/// is written, and what is read has none).
pub(crate) fn padded(value: &BigUint, width: u32) -> Vec<u8> {
    let digits = value.to_bytes_be();
    let length = usize::try_from(width.div_ceil(8)).unwrap_or(usize::MAX).max(1);
    let mut bytes = vec![0; length.saturating_sub(digits.len())];
    bytes.extend(digits);
    bytes
}

/// A size or width; what is too large is as large as can be.
pub(crate) fn number<T: TryFrom<u64> + Limit>(value: u64) -> T {
    T::try_from(value).unwrap_or(T::LARGEST)
}

/// The largest number of a type.
pub(crate) trait Limit {
    /// See [`Limit`].
    const LARGEST: Self;
}

impl Limit for i32 {
    const LARGEST: i32 = i32::MAX;
}

impl Limit for i64 {
    const LARGEST: i64 = i64::MAX;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_numbers() {
        assert_eq!(padded(&BigUint::from(5u8), 9), [0, 5]);
        assert_eq!(padded(&BigUint::from(0u8), 1), [0]);
        assert_eq!(padded(&BigUint::from(0x1234u16), 16), [0x12, 0x34]);
        assert_eq!((number::<i32>(u64::MAX), number::<i64>(7)), (i32::MAX, 7));
    }
}
