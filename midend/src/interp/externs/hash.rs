//! Hash functions over bytes.

/// A CRC as the Rocksoft model describes it. Widths from 8 to 64.
#[derive(Clone, Copy, Debug)]
pub struct Crc {
    /// Bits.
    pub width: u32,
    /// Polynomial without its highest term.
    pub polynomial: u64,
    /// Start value.
    pub initial: u64,
    /// Bytes go in, and the result comes out, lowest bit first.
    pub reflected: bool,
    /// Flips these bits at the end.
    pub xor_out: u64,
}

/// CRC-16/ARC.
pub const CRC16: Crc = Crc { width: 16, polynomial: 0x8005, initial: 0, reflected: true, xor_out: 0 };

/// CRC-32 as in Ethernet.
pub const CRC32: Crc =
    Crc { width: 32, polynomial: 0x04c1_1db7, initial: 0xffff_ffff, reflected: true, xor_out: 0xffff_ffff };

impl Crc {
    /// The CRC of bytes.
    pub fn of(&self, bytes: &[u8]) -> u64 {
        let mask = u64::MAX >> (64 - self.width);
        let top = 1u64 << (self.width - 1);
        let mut crc = self.initial & mask;
        for byte in bytes {
            let byte = if self.reflected { byte.reverse_bits() } else { *byte };
            crc ^= u64::from(byte) << (self.width - 8);
            for _ in 0..8 {
                crc = if crc & top != 0 { (crc << 1) ^ self.polynomial } else { crc << 1 } & mask;
            }
        }
        if self.reflected {
            crc = crc.reverse_bits() >> (64 - self.width);
        }
        (crc ^ self.xor_out) & mask
    }
}

/// Exclusive or of the 16-bit words.
pub fn xor16(bytes: &[u8]) -> u16 {
    bytes
        .chunks(2)
        .map(|word| match word {
            [high, low] => u16::from(*high) << 8 | u16::from(*low),
            [high] => u16::from(*high) << 8,
            _ => 0,
        })
        .fold(0, |a, b| a ^ b)
}
