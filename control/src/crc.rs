//! The custom CRCs of a program: their parameters, which control planes set, and what a program computes them by.
//!
//! A program has two places for each width, and a word that says which of them holds: so a change is one store, once the other place is written.
//! Bytes go into the register lowest bit first, whatever the parameters say: a register whose bits go the other way is kept with its bytes
//! swapped, and so are the words of its table. What differs is how the register comes out: with the bits of each byte flipped, and its bytes
//! swapped, where these masks are all ones.
//!
//! ```text
//! struct p4xdp_crc { u32 initial; u32 final_xor; u32 swap; u32 flip; u32 table[256]; };
//! struct p4xdp_crcs { u64 current[2]; struct p4xdp_crc of[4]; };          32 bits: current[0], of[0..2]; 16 bits: current[1], of[2..4]
//! ```

/// A CRC as the Rocksoft model describes it. Widths from 8 to 64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crc {
    /// Bits.
    pub width: u32,
    /// Polynomial without its highest term.
    pub polynomial: u64,
    /// Start value.
    pub initial: u64,
    /// Bytes go in lowest bit first.
    pub reflect_in: bool,
    /// The result comes out lowest bit first.
    pub reflect_out: bool,
    /// Flips these bits at the end.
    pub xor_out: u64,
}

/// CRC-16/ARC.
pub const CRC16: Crc =
    Crc { width: 16, polynomial: 0x8005, initial: 0, reflect_in: true, reflect_out: true, xor_out: 0 };

/// CRC-32 as in Ethernet.
pub const CRC32: Crc = Crc {
    width: 32,
    polynomial: 0x04c1_1db7,
    initial: 0xffff_ffff,
    reflect_in: true,
    reflect_out: true,
    xor_out: 0xffff_ffff,
};

/// The mmap-able data in which a program has them, if it uses any.
pub const SECTION: &str = ".data.crc";

/// Bytes of that.
pub const SIZE: usize = PLACES_AT + 4 * PLACE;

/// Bytes in front of the places: the words that say which holds.
const PLACES_AT: usize = 16;
/// Bytes of a place.
pub const PLACE: usize = 4 * WORDS;
const HEAD: usize = 4;
const WORDS: usize = HEAD + 256;

/// Which custom CRCs there are, by their widths.
pub const WIDTHS: [u32; 2] = [16, 32];

/// Why numbers are not the parameters of a custom CRC.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CrcError {
    /// Of another width.
    #[error("there is no custom CRC of {0} bits")]
    Width(u32),
    /// A number that is too large.
    #[error("the {field} of a CRC of {width} bits is {value:#x}, which has more bits")]
    TooLarge {
        /// `polynomial`, `initial value` or `final xor`
        field: &'static str,
        /// Bits that it may have.
        width: u32,
        /// The number.
        value: u64,
    },
}

/// As programs of v1model, psa and pna call the custom CRC of a width, in small letters.
#[must_use]
pub fn name(width: u32) -> &'static str {
    if width == 16 { "crc16_custom" } else { "crc32_custom" }
}

/// What the custom CRC of a width is until somebody sets another.
#[must_use]
pub fn standard(width: u32) -> Crc {
    if width == 16 { CRC16 } else { CRC32 }
}

/// Number of the word of 64 bits that says which place of a width's two holds, by its lowest bit.
#[must_use]
pub fn current_at(width: u32) -> u64 {
    if width == 16 { 1 } else { 0 }
}

/// Where one of a width's two places begins, in bytes.
#[must_use]
pub fn place_at(width: u32, second: bool) -> usize {
    PLACES_AT + (if width == 16 { 2 } else { 0 } + usize::from(second)) * PLACE
}

impl Crc {
    /// The parameters are those of a custom CRC.
    ///
    /// # Errors
    /// When its width is none of [`WIDTHS`], or a number has more bits.
    pub fn check(&self) -> Result<(), CrcError> {
        let Crc { width, polynomial, initial, xor_out, .. } = *self;
        if !WIDTHS.contains(&width) {
            return Err(CrcError::Width(width));
        }
        let fields = [("polynomial", polynomial), ("initial value", initial), ("final xor", xor_out)];
        match fields.into_iter().find(|(_, value)| value >> width != 0) {
            Some((field, value)) => Err(CrcError::TooLarge { field, width, value }),
            None => Ok(()),
        }
    }

    /// The bytes of a place, of a CRC of 16 or 32 bits.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let kept = |register: u64| self.kept(register);
        let mask = |set: bool| if set { u32::MAX } else { 0 };
        let head = [
            kept(self.initial),
            low(self.xor_out),
            mask(!self.reflect_out),
            mask(self.reflect_in != self.reflect_out),
        ];
        let top = 1u64 << (self.width - 1);
        let word = |byte: u8| {
            // As the first byte that a register of zeros takes.
            let byte = if self.reflect_in { byte.reverse_bits() } else { byte };
            let divided = (0..8).fold(u64::from(byte) << (self.width - 8), |register, _| {
                (register << 1) ^ if register & top == 0 { 0 } else { self.polynomial }
            });
            kept(divided)
        };
        head.into_iter().chain((0..=u8::MAX).map(word)).flat_map(u32::to_ne_bytes).collect()
    }

    /// What a place's bytes describe; nothing if they are none that [`Crc::encode`] makes.
    #[must_use]
    pub fn decode(width: u32, bytes: &[u8]) -> Option<Crc> {
        let word = |at: usize| Some(u32::from_ne_bytes(*bytes.get(4 * at..)?.first_chunk()?));
        let reflect_out = word(2)? == 0;
        let reflect_in = reflect_out == (word(3)? == 0);
        let mut crc =
            Crc { width, polynomial: 0, initial: 0, reflect_in, reflect_out, xor_out: word(1)?.into() };
        crc.initial = crc.kept(word(0)?.into()).into();
        // Of the byte whose last bit to go in is the only one.
        crc.polynomial = crc.kept(word(HEAD + if reflect_in { 0x80 } else { 1 })?.into()).into();
        (crc.check().is_ok() && crc.encode() == bytes).then_some(crc)
    }

    /// A register as programs keep it: its bits, or its bytes, the other way round. The same back.
    fn kept(&self, register: u64) -> u32 {
        let register = low(register) << (32 - self.width);
        if self.reflect_in { register.reverse_bits() } else { register.swap_bytes() }
    }
}

fn low(register: u64) -> u32 {
    u32::try_from(register & u64::from(u32::MAX)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As the C of a program computes it.
    fn computed(crc: &Crc, bytes: &[u8]) -> u32 {
        let words: Vec<u32> =
            crc.encode().chunks(4).map(|word| u32::from_ne_bytes(word.try_into().unwrap())).collect();
        let [initial, final_xor, swap, flip] = words[..4].try_into().unwrap();
        let mut register: u32 = initial;
        for byte in bytes {
            register = words[4 + (register as u8 ^ byte) as usize] ^ register >> 8;
        }
        register ^= (register ^ register.reverse_bits().swap_bytes()) & flip;
        register ^= (register ^ register.swap_bytes() >> (32 - crc.width)) & swap;
        register ^ final_xor
    }

    #[test]
    fn published_check_values() {
        let of = |width, polynomial, initial, reflect: [bool; 2], xor_out, check| {
            let [reflect_in, reflect_out] = reflect;
            let crc = Crc { width, polynomial, initial, reflect_in, reflect_out, xor_out };
            assert_eq!(computed(&crc, b"123456789"), check, "{crc:?}");
        };
        of(32, 0x04c1_1db7, 0xffff_ffff, [true; 2], 0xffff_ffff, 0xcbf4_3926);
        of(32, 0x1edc_6f41, 0xffff_ffff, [true; 2], 0xffff_ffff, 0xe306_9283);
        of(32, 0x04c1_1db7, 0xffff_ffff, [false; 2], 0xffff_ffff, 0xfc89_1918);
        of(16, 0x1021, 0, [false; 2], 0, 0x31c3);
        of(16, 0x8005, 0xffff, [true; 2], 0, 0x4b37);
        // The two ways round that nobody has a name for: as CRC-16/XMODEM and CRC-16/MODBUS, but for the bits' order at the end.
        of(16, 0x1021, 0, [false, true], 0, 0x31c3u16.reverse_bits().into());
        of(16, 0x8005, 0xffff, [true, false], 0, 0x4b37u16.reverse_bits().into());
    }

    #[test]
    fn other_numbers_are_refused() {
        let told = |crc: Crc| crc.check().unwrap_err().to_string();
        assert_eq!(told(Crc { width: 8, ..CRC16 }), "there is no custom CRC of 8 bits");
        let too_large = told(Crc { initial: 0x1_0000, ..CRC16 });
        assert_eq!(too_large, "the initial value of a CRC of 16 bits is 0x10000, which has more bits");
        assert!(CRC32.check().is_ok());
        let mut bytes = CRC32.encode();
        bytes[PLACE - 1] ^= 1;
        assert_eq!(Crc::decode(32, &bytes), None);
        assert_eq!(Crc::decode(32, &[]), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            of32: bool, polynomial: u32, initial: u32, reflect_in: bool, reflect_out: bool, xor_out: u32
        ) {
            let width = if of32 { 32 } else { 16 };
            let number = |value: u32| u64::from(value >> (32 - width));
            let (polynomial, initial, xor_out) = (number(polynomial), number(initial), number(xor_out));
            let crc = Crc { width, polynomial, initial, reflect_in, reflect_out, xor_out };
            prop_assert_eq!(Crc::decode(width, &crc.encode()), Some(crc));
        }
    }
}
