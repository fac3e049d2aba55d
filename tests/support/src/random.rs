//! Numbers that look random and are the same each time, by xorshift. Random programs have a generator of their own (`tests/agreement`).

/// A generator; its seed is not 0.
pub struct Random(pub u64);

impl Random {
    /// 64 bits.
    pub fn word(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Below a number.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.word() % bound
    }

    pub fn small(&mut self, bound: u64) -> u32 {
        u32::try_from(self.below(bound)).unwrap()
    }

    /// Of any size up to so many bits, small ones as often as large ones.
    pub fn of_bits(&mut self, bits: u64) -> u64 {
        let bits = self.below(bits + 1);
        if bits == 0 { 0 } else { self.word() >> (64 - bits) }
    }

    pub fn byte(&mut self) -> u8 {
        self.word() as u8
    }

    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.byte()).collect()
    }
}
