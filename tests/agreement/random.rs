//! Random choices from a seed (SplitMix64): the same on every machine and in every version.

/// A stream of choices.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// From a seed.
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Less than a number.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.bits() % limit.max(1) as u64) as usize
    }

    /// From `low` to `high`, both included.
    pub fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high + 1 - low)
    }

    /// True in so many of a hundred cases.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of several.
    pub fn of<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    /// A number of so many bits, often one at an edge.
    pub fn number(&mut self, width: u32) -> u128 {
        let ones = if width >= 128 { u128::MAX } else { (1u128 << width) - 1 };
        let value = match self.below(8) {
            0 => 0,
            1 => ones,
            2 => 1,
            3 => 1u128.checked_shl(width.saturating_sub(1)).unwrap_or(0),
            4 => ones >> 1,
            5 => self.below(20) as u128,
            _ => (u128::from(self.bits()) << 64) | u128::from(self.bits()),
        };
        value & ones
    }
}
