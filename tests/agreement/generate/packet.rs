//! Random packets. Most are led through the parser: a way through its states is chosen, and what the selects on the way look at is written to
//! its place; all else is random, often a byte that something compares with. Some end too early.

use super::Generator;
use super::parser::state_name;

/// What a state does with a packet.
#[derive(Clone, Debug)]
pub struct StatePlan {
    /// Bits that it takes; none where that depends on the packet.
    pub taken: Option<usize>,
    /// Where its keys are in the packet, if they are plain fields.
    pub keys: Vec<Option<KeyPlan>>,
    /// A value for each key, if one is known, and where that leads.
    pub cases: Vec<(Vec<Option<u128>>, String)>,
}

/// Where a key is.
#[derive(Clone, Copy, Debug)]
pub struct KeyPlan {
    /// Bits from where the state begins.
    pub at: usize,
    /// Its width.
    pub width: u32,
}

/// States that a packet is led through, at most.
const STEPS: usize = 8;
/// No packet is longer, in bytes.
const LONGEST: usize = 700;

impl Generator {
    pub(super) fn packet(&mut self) -> Vec<u8> {
        let mut writes = Vec::new();
        let mut bits = 0;
        let mut state = Some(0);
        for _ in 0..STEPS {
            let Some(plan) = state.and_then(|s: usize| self.plan.get(s)).cloned() else { break };
            if let Some((values, target)) = (!plan.cases.is_empty()).then(|| self.random.of(&plan.cases)) {
                for (key, value) in plan.keys.iter().zip(&values) {
                    if let (Some(key), Some(value)) = (key, value) {
                        writes.push((bits + key.at, key.width, *value));
                    }
                }
                state = (0..self.plan.len()).find(|s| state_name(*s) == target);
            } else {
                state = None;
            }
            bits += plan.taken.unwrap_or(64);
        }
        let needed = bits.div_ceil(8).min(LONGEST);
        let length = match self.random.below(10) {
            0 => self.random.between(14, needed.max(15)),
            1 => needed.max(14),
            _ => needed.max(14) + self.random.below(60),
        };
        let mut packet = self.bytes(length);
        if self.random.percent(85) {
            for (at, width, value) in writes {
                write_bits(&mut packet, at, width, value);
            }
        }
        packet
    }

    /// Bytes that are often alike, so that something matches.
    fn bytes(&mut self, length: usize) -> Vec<u8> {
        let odd = self.random.percent(50);
        (0..length)
            .map(|_| match self.random.below(if odd { 6 } else { 12 }) {
                0 => 0,
                1 => 1,
                2 => 0xff,
                3 => self.random.of(&[0x80, 0x7f, 0xfe, 2, 3, 4]),
                _ => self.random.bits() as u8,
            })
            .collect()
    }
}

/// Writes a number's bits, highest first, as far as the packet goes.
fn write_bits(packet: &mut [u8], at: usize, width: u32, value: u128) {
    for i in 0..width.min(128) {
        let place = at + (width - 1 - i) as usize;
        let Some(byte) = packet.get_mut(place / 8) else { continue };
        let bit = 0x80 >> (place % 8);
        if value >> i & 1 == 1 { *byte |= bit } else { *byte &= !bit }
    }
}
