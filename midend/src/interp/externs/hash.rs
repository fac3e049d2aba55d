//! Hash functions over bytes.

use super::checksum::{internet, words};
use crate::interp::bits::BitWriter;
use p4xdp_control::crc::{CRC16, CRC32, Crc};

/// A hash function of an architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// CRC-32.
    Crc32,
    /// CRC-16.
    Crc16,
    /// The 32 bit CRC that a control plane can set.
    Crc32Custom,
    /// The 16 bit CRC that a control plane can set.
    Crc16Custom,
    /// A random number.
    Random,
    /// The first eight bytes themselves, as a number.
    Identity,
    /// Internet checksum.
    Csum16,
    /// Exclusive or of words.
    Xor16,
}

impl Algorithm {
    /// By the name of a member of `HashAlgorithm`, `PSA_HashAlgorithm_t` or `PNA_HashAlgorithm_t`. A target's own choice
    /// is CRC-32.
    pub fn named(member: &str) -> Option<Algorithm> {
        Some(match member.to_ascii_lowercase().as_str() {
            "crc32" | "target_default" => Algorithm::Crc32,
            "crc16" => Algorithm::Crc16,
            "crc32_custom" => Algorithm::Crc32Custom,
            "crc16_custom" => Algorithm::Crc16Custom,
            "random" => Algorithm::Random,
            "identity" => Algorithm::Identity,
            "csum16" | "ones_complement16" => Algorithm::Csum16,
            "xor16" => Algorithm::Xor16,
            _ => return None,
        })
    }

    /// By position in v1model's `HashAlgorithm`.
    pub fn of_v1model(position: usize) -> Option<Algorithm> {
        let all = [
            Algorithm::Crc32,
            Algorithm::Crc32Custom,
            Algorithm::Crc16,
            Algorithm::Crc16Custom,
            Algorithm::Random,
            Algorithm::Identity,
            Algorithm::Csum16,
            Algorithm::Xor16,
        ];
        all.get(position).copied()
    }
}

/// The hash of bits. Where they are no whole bytes, the last one is filled up with zeros: the documents are silent on that, and the
/// reference switch does so.
pub fn digest_of(algorithm: Algorithm, bits: BitWriter, custom: &CustomCrcs) -> u128 {
    let bytes = &bits.into_bytes();
    match algorithm {
        Algorithm::Crc32Custom => u128::from(crc_of(&custom.crc32, bytes)),
        Algorithm::Crc16Custom => u128::from(crc_of(&custom.crc16, bytes)),
        Algorithm::Crc32 => u128::from(crc_of(&CRC32, bytes)),
        Algorithm::Crc16 => u128::from(crc_of(&CRC16, bytes)),
        Algorithm::Csum16 => u128::from(internet(bytes)),
        Algorithm::Xor16 => u128::from(xor16(bytes)),
        Algorithm::Identity => first_bytes(bytes),
        // Randomness is the machine's; see the callers.
        Algorithm::Random => 0,
    }
}

/// The first eight bytes, or as many as there are, as a number.
fn first_bytes(bytes: &[u8]) -> u128 {
    bytes.iter().take(8).fold(0, |number, byte| number << 8 | u128::from(*byte))
}

/// What the custom CRCs are: the standard ones, as on the reference switch, until a control plane sets others.
#[derive(Clone, Copy, Debug)]
pub struct CustomCrcs {
    /// `crc16_custom`
    pub crc16: Crc,
    /// `crc32_custom`
    pub crc32: Crc,
}

impl Default for CustomCrcs {
    fn default() -> CustomCrcs {
        CustomCrcs { crc16: CRC16, crc32: CRC32 }
    }
}

/// The CRC of bytes, bit by bit.
pub fn crc_of(crc: &Crc, bytes: &[u8]) -> u64 {
    let Crc { width, polynomial, initial, reflect_in, reflect_out, xor_out } = *crc;
    let mask = u64::MAX >> (64 - width);
    let top = 1u64 << (width - 1);
    let mut register = initial & mask;
    for byte in bytes {
        let byte = if reflect_in { byte.reverse_bits() } else { *byte };
        register ^= u64::from(byte) << (width - 8);
        for _ in 0..8 {
            register = if register & top != 0 { (register << 1) ^ polynomial } else { register << 1 } & mask;
        }
    }
    if reflect_out {
        register = register.reverse_bits() >> (64 - width);
    }
    (register ^ xor_out) & mask
}

/// Exclusive or of the 16-bit words.
pub fn xor16(bytes: &[u8]) -> u16 {
    words(bytes).fold(0, |a, b| a ^ b)
}

/// Bob Jenkins' lookup3 (`hashlittle`) with initial value 0.
pub fn lookup3(bytes: &[u8]) -> u32 {
    let start = 0xdead_beef_u32.wrapping_add(bytes.len() as u32);
    let mut state = [start; 3];
    let word = |chunk: &[u8], at: usize| {
        chunk.iter().skip(at * 4).take(4).enumerate().fold(0u32, |w, (i, b)| w | u32::from(*b) << (8 * i))
    };
    let blocks = bytes.len().saturating_sub(1) / 12;
    for chunk in bytes.chunks(12).take(blocks) {
        let [a, b, c] = state;
        state = mix([
            a.wrapping_add(word(chunk, 0)),
            b.wrapping_add(word(chunk, 1)),
            c.wrapping_add(word(chunk, 2)),
        ]);
    }
    let [a, b, c] = state;
    match bytes.get(blocks * 12..) {
        Some(rest) if !rest.is_empty() => last_mix([
            a.wrapping_add(word(rest, 0)),
            b.wrapping_add(word(rest, 1)),
            c.wrapping_add(word(rest, 2)),
        ]),
        _ => c,
    }
}

fn mix([mut a, mut b, mut c]: [u32; 3]) -> [u32; 3] {
    for (i, bits) in [4, 6, 8, 16, 19, 4].into_iter().enumerate() {
        // The three variables take turns.
        match i % 3 {
            0 => {
                a = a.wrapping_sub(c) ^ c.rotate_left(bits);
                c = c.wrapping_add(b);
            }
            1 => {
                b = b.wrapping_sub(a) ^ a.rotate_left(bits);
                a = a.wrapping_add(c);
            }
            _ => {
                c = c.wrapping_sub(b) ^ b.rotate_left(bits);
                b = b.wrapping_add(a);
            }
        }
    }
    [a, b, c]
}

fn last_mix([mut a, mut b, mut c]: [u32; 3]) -> u32 {
    c = (c ^ b).wrapping_sub(b.rotate_left(14));
    a = (a ^ c).wrapping_sub(c.rotate_left(11));
    b = (b ^ a).wrapping_sub(a.rotate_left(25));
    c = (c ^ b).wrapping_sub(b.rotate_left(16));
    a = (a ^ c).wrapping_sub(c.rotate_left(4));
    b = (b ^ a).wrapping_sub(a.rotate_left(14));
    (c ^ b).wrapping_sub(b.rotate_left(24))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_check_values() {
        assert_eq!(crc_of(&CRC32, b"123456789"), 0xcbf4_3926);
        assert_eq!(crc_of(&CRC16, b"123456789"), 0xbb3d);
        assert_eq!(lookup3(b""), 0xdead_beef);
        assert_eq!(lookup3(b"Four score and seven years ago"), 0x1777_0551);
        assert_eq!(internet(&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]), !0xddf2);
    }
}
