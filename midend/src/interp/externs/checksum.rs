//! The Internet checksum: RFC 1071, and RFC 1624 where only a field changes.

use crate::interp::bits::BitWriter;
use crate::interp::code::{ArgCode, Call};
use crate::interp::run::{Flow, Run};

/// One's complement sum of 16-bit words; an odd byte at the end is the high half of a word.
pub fn sum(bytes: &[u8]) -> u64 {
    words(bytes).map(u64::from).sum()
}

/// The 16-bit words of bytes, the first byte highest.
pub fn words(bytes: &[u8]) -> impl Iterator<Item = u16> {
    bytes.chunks(2).map(|word| match word {
        [high, low] => u16::from(*high) << 8 | u16::from(*low),
        [high] => u16::from(*high) << 8,
        _ => 0,
    })
}

/// Folds a sum to 16 bits; does not complement it.
pub fn fold(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum as u16
}

/// The Internet checksum of bytes.
pub fn internet(bytes: &[u8]) -> u16 {
    !fold(sum(bytes))
}

/// RFC 1624, equation 3.
fn replace(checksum: u16, old: &[u16], new: &[u16]) -> u16 {
    let gone = old.iter().map(|w| u64::from(!w)).sum::<u64>();
    let come = new.iter().map(|w| u64::from(*w)).sum::<u64>();
    !fold(u64::from(!checksum) + gone + come)
}

/// `csum_replace2(csum, old, new)`
pub fn replace2(run: &mut Run<'_>, call: &Call) -> Flow {
    let [checksum, old, new] = [0, 1, 2].map(|i| run.number(call, i) as u16);
    run.give_number(call, u128::from(replace(checksum, &[old], &[new])));
    Flow::Next
}

/// `csum_replace4(csum, old, new)`
pub fn replace4(run: &mut Run<'_>, call: &Call) -> Flow {
    let [checksum, old, new] = [0, 1, 2].map(|i| run.number(call, i) as u32);
    let words = |v: u32| [(v >> 16) as u16, v as u16];
    run.give_number(call, u128::from(replace(checksum as u16, &words(old), &words(new))));
    Flow::Next
}

/// The checksum of all arguments' bits in a row.
pub fn of_fields(run: &mut Run<'_>, call: &Call) -> Flow {
    let mut bits = BitWriter::default();
    call.args.iter().for_each(|a| run.bits_of(a, &mut bits));
    run.give_number(call, u128::from(internet(&bits.into_bytes())));
    Flow::Next
}

/// `verify_ipv4_checksum(header)`: the header's words with its checksum sum to all ones.
pub fn verify_header(run: &mut Run<'_>, call: &Call) -> Flow {
    let mut bits = BitWriter::default();
    if let Some(ArgCode::Header(access)) = call.args.first()
        && let Some(header) = run.env().header(access)
    {
        run.header_bits(header, &mut bits);
    }
    run.give_number(call, u128::from(internet(&bits.into_bytes()) == 0));
    Flow::Next
}
