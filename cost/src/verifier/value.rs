//! What the verifier knows of a register or of eight bytes of the stack. A number is known by its bounds and by its bits; of a pointer, what it points
//! to and how far from its start.

/// What is known of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Value {
    /// Nothing was stored.
    #[default]
    Unset,
    /// A number.
    Number(Number),
    /// A pointer into the packet.
    Packet {
        /// The same for those that differ by a known number of bytes; 0 from the packet's start.
        id: u32,
        /// Bytes from there.
        off: i64,
        /// Bytes from there that are known to be in the packet.
        range: i64,
        /// What was added that is not known.
        added: Number,
    },
    /// The packet's end.
    PacketEnd,
    /// The program's argument.
    Context,
    /// A pointer to the stack of a function, by the number of its callers.
    Frame {
        /// How many callers.
        depth: usize,
        /// Bytes from its upper end, 0 or less.
        off: i64,
    },
    /// A map.
    Map(u32),
    /// A pointer to a value of a map, or into a section of data.
    Memory {
        /// Which.
        of: Memory,
        /// Bytes from its start.
        off: i64,
        /// What was added that is not known.
        added: Number,
        /// The same for copies of what may be null; else 0.
        id: u32,
        /// It may be null.
        may_be_null: bool,
    },
    /// A function of the program, which a helper will call.
    Function(usize),
}

/// Memory that is neither stack nor packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// A value of a map.
    Map(u32),
    /// A section of data.
    Data(u32),
    /// What a helper or another function gave.
    Given,
}

/// What is known of a number of 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// It is not less.
    pub min: u64,
    /// It is not more.
    pub max: u64,
    /// The bits that are known.
    pub bits: u64,
    /// Ones for bits that are not known.
    pub unknown: u64,
    /// Its lower half is not less, and not more.
    pub low: (u32, u32),
    /// The same for copies of one number; 0 for those that have none.
    pub id: u32,
}

const LOW: u64 = u32::MAX as u64;

impl Number {
    /// Any number.
    pub const ANY: Number =
        Number { min: 0, max: u64::MAX, bits: 0, unknown: u64::MAX, low: (0, u32::MAX), id: 0 };

    /// This number.
    pub fn constant(value: u64) -> Number {
        Number { min: value, max: value, bits: value, unknown: 0, low: (value as u32, value as u32), id: 0 }
    }

    /// Any number of so many bytes.
    pub fn of_bytes(bytes: u32) -> Number {
        let max = 1u64.checked_shl(bytes * 8).map_or(u64::MAX, |over| over - 1);
        Number { min: 0, max, bits: 0, unknown: max, low: (0, max.min(LOW) as u32), id: 0 }
    }

    /// The number, if there is only one.
    pub fn known(&self) -> Option<u64> {
        (self.min == self.max).then_some(self.min)
    }

    /// What bits say of the bounds, and bounds of the bits.
    fn settled(mut self) -> Number {
        let most = self.bits | self.unknown;
        let mut low = (self.low.0.max(self.bits as u32), self.low.1.min(most as u32));
        if self.max <= LOW {
            low = (low.0.max(self.min as u32), low.1.min(self.max as u32));
        }
        if most <= LOW {
            self.min = self.min.max(low.0.into());
            self.max = self.max.min(low.1.into());
        }
        self.low = low;
        self.min = self.min.max(self.bits);
        self.max = self.max.min(most);
        if self.min > self.max || low.0 > low.1 {
            // A way that no packet takes.
            return Number { id: self.id, ..Number::constant(self.bits) };
        }
        let same = (self.min ^ self.max).leading_zeros();
        let low = u64::MAX.checked_shr(same).unwrap_or(0);
        self.unknown &= low;
        self.bits = (self.bits & low) | (self.min & !low);
        self.bits &= !self.unknown;
        self
    }

    fn of_bits(bits: u64, unknown: u64) -> Number {
        let bits = bits & !unknown;
        Number { min: bits, max: bits | unknown, bits, unknown, low: (0, u32::MAX), id: 0 }.settled()
    }

    /// The lower half.
    pub fn low(self) -> Number {
        if self.max <= LOW {
            return self;
        }
        Number { low: self.low, ..Number::of_bits(self.bits & LOW, self.unknown & LOW) }.settled()
    }

    /// The result of an operation, `operation` as in instructions.
    pub fn operate(self, operation: u8, other: Number, is_64: bool) -> Number {
        let (a, b) = if is_64 { (self, other) } else { (self.low(), other.low()) };
        let width = if is_64 { 64 } else { 32 };
        let result = match operation {
            0x00 => a.plus(b),
            0x10 => a.minus(b),
            0x20 => a.times(b),
            0x40 => Number::of_bits(a.bits | b.bits, (a.unknown | b.unknown) & !(a.bits | b.bits))
                .at_least(a.min.max(b.min)),
            0x50 => {
                let unknown = (a.bits | a.unknown) & (b.bits | b.unknown) & !(a.bits & b.bits);
                Number::of_bits(a.bits & b.bits, unknown).at_most(a.max.min(b.max))
            }
            0xa0 => Number::of_bits(a.bits ^ b.bits, a.unknown | b.unknown),
            0x60 => b.shift(width).map_or(Number::ANY, |by| a.left(by)),
            0x70 => b.shift(width).map_or(Number { max: a.max, ..Number::ANY }.settled(), |by| a.right(by)),
            0xc0 => match (a.known(), b.shift(width)) {
                (Some(a), Some(by)) if is_64 => Number::constant((a.cast_signed() >> by).cast_unsigned()),
                (Some(a), Some(by)) => {
                    Number::constant((((a & LOW) as u32).cast_signed() >> by).cast_unsigned().into())
                }
                (None, Some(by)) if a.max < 1 << (width - 1) => a.right(by),
                _ => Number::ANY,
            },
            0xb0 => b,
            // Division, remainder, negation.
            _ => match (operation, a.known(), b.known()) {
                (0x30, Some(a), Some(b)) if b != 0 => Number::constant(a / b),
                (0x90, Some(a), Some(b)) if b != 0 => Number::constant(a % b),
                (0x80, Some(a), _) => Number::constant(a.wrapping_neg()),
                _ => Number::ANY,
            },
        };
        if is_64 { result } else { Number { id: 0, ..result.low() } }
    }

    fn shift(self, width: u64) -> Option<u32> {
        self.known().filter(|by| *by < width).and_then(|by| u32::try_from(by).ok())
    }

    fn at_least(self, min: u64) -> Number {
        Number { min: self.min.max(min), ..self }.settled()
    }

    fn at_most(self, max: u64) -> Number {
        Number { max: self.max.min(max), ..self }.settled()
    }

    fn plus(self, other: Number) -> Number {
        let sum = self.bits.wrapping_add(other.bits);
        let most = sum.wrapping_add(self.unknown).wrapping_add(other.unknown);
        let unknown = (most ^ sum) | self.unknown | other.unknown;
        let bits = Number::of_bits(sum, unknown);
        match (self.min.checked_add(other.min), self.max.checked_add(other.max)) {
            (Some(min), Some(max)) => Number { min, max, ..bits }.settled(),
            _ => bits,
        }
    }

    fn minus(self, other: Number) -> Number {
        let difference = self.bits.wrapping_sub(other.bits);
        let alpha = difference.wrapping_add(self.unknown);
        let beta = difference.wrapping_sub(other.unknown);
        let unknown = (alpha ^ beta) | self.unknown | other.unknown;
        let bits = Number::of_bits(difference, unknown);
        match self.min.checked_sub(other.max) {
            Some(min) => Number { min, max: self.max.wrapping_sub(other.min), ..bits }.settled(),
            None => bits,
        }
    }

    fn times(self, other: Number) -> Number {
        match (self.min.checked_mul(other.min), self.max.checked_mul(other.max)) {
            (Some(min), Some(max)) => Number { min, max, ..Number::ANY }.settled(),
            _ => match (self.known(), other.known()) {
                (Some(a), Some(b)) => Number::constant(a.wrapping_mul(b)),
                _ => Number::ANY,
            },
        }
    }

    fn left(self, by: u32) -> Number {
        let bits = Number::of_bits(self.bits << by, self.unknown << by);
        if self.max.leading_zeros() >= by {
            Number { min: self.min << by, max: self.max << by, ..bits }.settled()
        } else {
            bits
        }
    }

    fn right(self, by: u32) -> Number {
        let bits = Number::of_bits(self.bits >> by, self.unknown >> by);
        Number { min: self.min >> by, max: self.max >> by, ..bits }.settled()
    }

    /// The outcome of a comparison, if it is known.
    pub fn compare(self, comparison: u8, other: Number, is_64: bool) -> Option<bool> {
        let (a, b) = if is_64 { (self, other) } else { (self.low(), other.low()) };
        let sign = if is_64 { 1u64 << 63 } else { 1 << 31 };
        match comparison {
            0x10 | 0x50 => {
                let differs =
                    a.max < b.min || b.max < a.min || (a.bits ^ b.bits) & !(a.unknown | b.unknown) != 0;
                let equal = match (a.known(), b.known()) {
                    (Some(a), Some(b)) => Some(a == b),
                    _ if differs => Some(false),
                    _ => None,
                };
                equal.map(|equal| equal == (comparison == 0x10))
            }
            0x20 => greater(a, b),
            0xa0 => greater(b, a),
            0x30 => greater(b, a).map(|less| !less),
            0xb0 => greater(a, b).map(|more| !more),
            0x40 => {
                let b = b.known()?;
                match ((a.bits & b) != 0, ((a.bits | a.unknown) & b) == 0) {
                    (true, _) => Some(true),
                    (_, true) => Some(false),
                    _ => None,
                }
            }
            // With sign: as without, moved by half of all numbers, if a number is on one side.
            _ => {
                let moved = |n: Number| {
                    let one_side = n.max < sign || n.min >= sign;
                    one_side.then_some(Number { min: n.min ^ sign, max: n.max ^ sign, ..Number::ANY })
                };
                let (a, b) = (moved(a)?, moved(b)?);
                match comparison {
                    0x60 => greater(a, b),
                    0xc0 => greater(b, a),
                    0x70 => greater(b, a).map(|less| !less),
                    0xd0 => greater(a, b).map(|more| !more),
                    _ => None,
                }
            }
        }
    }

    /// What is known of both behind a comparison with this outcome.
    pub fn refined(self, comparison: u8, other: Number, is_64: bool, outcome: bool) -> (Number, Number) {
        if !is_64 && (self.max > LOW || other.max > LOW) {
            let (a, b) = self.low().refined(comparison, other.low(), false, outcome);
            return (self.with_low(a), other.with_low(b));
        }
        let (a, b) = (self, other);
        let sign = if is_64 { 1u64 << 63 } else { 1 << 31 };
        let positive = a.max < sign && b.max < sign;
        let (a, b) = match (comparison, outcome) {
            (0x10, true) | (0x50, false) => {
                let both = Number {
                    min: a.min.max(b.min),
                    max: a.max.min(b.max),
                    bits: a.bits | b.bits,
                    unknown: a.unknown & b.unknown,
                    low: (a.low.0.max(b.low.0), a.low.1.min(b.low.1)),
                    id: 0,
                }
                .settled();
                (Number { id: a.id, ..both }, Number { id: b.id, ..both })
            }
            (0x10, false) | (0x50, true) => (a.without(b), b.without(a)),
            (0x20, true) | (0xb0, false) => more(a, b),
            (0xa0, true) | (0x30, false) => swapped(more(b, a)),
            (0x30, true) | (0xa0, false) => not_less(a, b),
            (0xb0, true) | (0x20, false) => swapped(not_less(b, a)),
            // Not negative, as the other is not.
            (0x70, true) | (0xc0, false) if b.max < sign => (a.at_least(b.min).at_most(sign - 1), b),
            (0x60, true) | (0xd0, false) if b.max < sign => {
                (a.at_least(b.min.saturating_add(1)).at_most(sign - 1), b)
            }
            (0xc0, true) | (0x70, false) if b.known() == Some(0) => (a.at_least(sign), b),
            (0xc0, true) | (0x70, false) if positive => swapped(more(b, a)),
            (0xd0, true) | (0x60, false) if positive => swapped(not_less(b, a)),
            (0x40, outcome) => match b.known() {
                Some(mask) if !outcome => {
                    (Number { bits: a.bits & !mask, unknown: a.unknown & !mask, ..a }.settled(), b)
                }
                Some(mask) if mask.is_power_of_two() => {
                    (Number { bits: a.bits | mask, unknown: a.unknown & !mask, ..a }.settled(), b)
                }
                _ => (a, b),
            },
            _ => (a, b),
        };
        (a, b)
    }

    /// With another lower half.
    fn with_low(self, low: Number) -> Number {
        let bits = self.bits & !LOW | low.bits;
        Number { bits, unknown: self.unknown & !LOW | low.unknown, low: low.low, ..self }.settled()
    }

    fn without(self, other: Number) -> Number {
        match other.known() {
            Some(value) if value == self.min && self.min < self.max => {
                Number { min: value + 1, ..self }.settled()
            }
            Some(value) if value == self.max && self.min < self.max => {
                Number { max: value - 1, ..self }.settled()
            }
            _ => self,
        }
    }

    /// All that this can be, the other can be.
    pub fn is_within(&self, other: &Number) -> bool {
        other.min <= self.min
            && self.max <= other.max
            && other.low.0 <= self.low.0
            && self.low.1 <= other.low.1
            && self.unknown & !other.unknown == 0
            && (self.bits ^ other.bits) & !other.unknown == 0
    }
}

fn greater(a: Number, b: Number) -> Option<bool> {
    if a.min > b.max {
        Some(true)
    } else if a.max <= b.min {
        Some(false)
    } else {
        None
    }
}

/// `a > b`
fn more(a: Number, b: Number) -> (Number, Number) {
    (a.at_least(b.min.saturating_add(1)), b.at_most(a.max.saturating_sub(1)))
}

/// `a >= b`
fn not_less(a: Number, b: Number) -> (Number, Number) {
    (a.at_least(b.min), b.at_most(a.max))
}

fn swapped((a, b): (Number, Number)) -> (Number, Number) {
    (b, a)
}

impl Value {
    /// The number, if it is one.
    pub fn number(&self) -> Option<Number> {
        if let Value::Number(number) = self { Some(*number) } else { None }
    }

    /// This number.
    pub fn constant(value: u64) -> Value {
        Value::Number(Number::constant(value))
    }

    /// Any number.
    pub const ANY: Value = Value::Number(Number::ANY);
}
