//! Arithmetic on bit patterns: `u128` where the width allows it, [`BigUint`] beyond. Knows the operators'
//! definitions in [`crate::ir::BinaryOp`], nothing of storage.

use crate::ir::BinaryOp;
use num_bigint::BigUint;
use num_traits::{One, ToPrimitive, Zero};
use std::cmp::Ordering;

/// The widest value that is held in a machine integer.
pub const NARROW: u32 = 128;

/// A bit pattern of a scalar; which of the two follows from the width alone, so equal values are equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// Up to [`NARROW`] bits.
    Narrow(u128),
    /// More.
    Wide(BigUint),
}

impl Value {
    /// The low `width` bits of a number.
    pub fn new(value: &BigUint, width: u32) -> Value {
        if width <= NARROW {
            Value::Narrow(low128(value) & mask(width))
        } else {
            Value::Wide(value & big_mask(width))
        }
    }

    /// Zero of a width.
    pub fn zero(width: u32) -> Value {
        if width <= NARROW { Value::Narrow(0) } else { Value::Wide(BigUint::zero()) }
    }

    /// As a number.
    pub fn to_big(&self) -> BigUint {
        match self {
            Value::Narrow(v) => BigUint::from(*v),
            Value::Wide(v) => v.clone(),
        }
    }

    /// As a machine integer; values beyond are `u128::MAX`.
    pub fn saturate(&self) -> u128 {
        match self {
            Value::Narrow(v) => *v,
            Value::Wide(v) => v.to_u128().unwrap_or(u128::MAX),
        }
    }
}

/// A varbit: how many bits, and which.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VarBits {
    /// Bits in use.
    pub len: u32,
    /// Their pattern.
    pub bits: BigUint,
}

/// `width` ones.
pub fn mask(width: u32) -> u128 {
    if width == 0 { 0 } else { u128::MAX >> (NARROW - width.min(NARROW)) }
}

/// `width` ones.
pub fn big_mask(width: u32) -> BigUint {
    (BigUint::one() << width) - BigUint::one()
}

/// The low 128 bits.
pub fn low128(value: &BigUint) -> u128 {
    let mut digits = value.iter_u64_digits();
    let low = digits.next().unwrap_or(0);
    let high = digits.next().unwrap_or(0);
    u128::from(high) << 64 | u128::from(low)
}

/// Reads a pattern as two's complement.
pub fn signed(value: u128, width: u32) -> i128 {
    if width == 0 {
        return 0;
    }
    let up = NARROW - width.min(NARROW);
    ((value << up) as i128) >> up
}

/// `-v`
pub fn neg(v: u128, width: u32) -> u128 {
    v.wrapping_neg() & mask(width)
}

/// A binary operator with operands of one type (shifts: `b` is the amount; comparisons give 0 or 1; `Concat` is
/// not among them and gives 0).
pub fn binary(op: BinaryOp, a: u128, b: u128, width: u32, is_signed: bool) -> u128 {
    let m = mask(width);
    match op {
        BinaryOp::Add => a.wrapping_add(b) & m,
        BinaryOp::Sub => a.wrapping_sub(b) & m,
        BinaryOp::Mul => a.wrapping_mul(b) & m,
        BinaryOp::Div if b == 0 => 0,
        BinaryOp::Div if is_signed => signed(a, width).wrapping_div(signed(b, width)) as u128 & m,
        BinaryOp::Div => a / b,
        BinaryOp::Mod if b == 0 => 0,
        BinaryOp::Mod if is_signed => signed(a, width).wrapping_rem(signed(b, width)) as u128 & m,
        BinaryOp::Mod => a % b,
        BinaryOp::SatAdd if is_signed => clamp(signed(a, width).saturating_add(signed(b, width)), width),
        BinaryOp::SatAdd => a.saturating_add(b).min(m),
        BinaryOp::SatSub if is_signed => clamp(signed(a, width).saturating_sub(signed(b, width)), width),
        BinaryOp::SatSub => a.saturating_sub(b),
        BinaryOp::Shl if b >= u128::from(width) => 0,
        BinaryOp::Shl => (a << (b as u32)) & m,
        BinaryOp::Shr if is_signed => (signed(a, width) >> (b.min(127) as u32)) as u128 & m,
        BinaryOp::Shr if b >= u128::from(width) => 0,
        BinaryOp::Shr => a >> (b as u32),
        BinaryOp::BitAnd | BinaryOp::And => a & b,
        BinaryOp::BitOr | BinaryOp::Or => a | b,
        BinaryOp::BitXor => a ^ b,
        BinaryOp::Concat => 0,
        BinaryOp::Eq => u128::from(a == b),
        BinaryOp::Ne => u128::from(a != b),
        BinaryOp::Lt => u128::from(less(a, b, width, is_signed)),
        BinaryOp::Le => u128::from(!less(b, a, width, is_signed)),
        BinaryOp::Gt => u128::from(less(b, a, width, is_signed)),
        BinaryOp::Ge => u128::from(!less(a, b, width, is_signed)),
    }
}

/// `a < b` by the type's order.
pub fn less(a: u128, b: u128, width: u32, is_signed: bool) -> bool {
    if is_signed { signed(a, width) < signed(b, width) } else { a < b }
}

fn clamp(v: i128, width: u32) -> u128 {
    if width == 0 {
        return 0;
    }
    let high = (mask(width) >> 1) as i128;
    v.clamp(-high - 1, high) as u128 & mask(width)
}

/// From one width to another: truncates, or extends by the sign of the type it comes from.
pub fn resize(v: u128, from: u32, from_signed: bool, to: u32) -> u128 {
    if from_signed && to > from { signed(v, from) as u128 & mask(to) } else { v & mask(to) }
}

/// The sign bit of a wide pattern.
fn negative(v: &BigUint, width: u32) -> bool {
    width > 0 && v.bit(u64::from(width - 1))
}

/// `-v`
pub fn big_neg(v: &BigUint, width: u32) -> BigUint {
    if v.is_zero() { BigUint::zero() } else { (BigUint::one() << width) - v }
}

/// `~v`
pub fn big_complement(v: &BigUint, width: u32) -> BigUint {
    big_mask(width) ^ v
}

/// Magnitude and sign of a two's complement pattern.
fn magnitude(v: &BigUint, width: u32) -> (BigUint, bool) {
    if negative(v, width) { (big_neg(v, width), true) } else { (v.clone(), false) }
}

fn with_sign(magnitude: BigUint, negative: bool, width: u32) -> BigUint {
    let v = magnitude & big_mask(width);
    if negative { big_neg(&v, width) } else { v }
}

/// A binary operator whose operands and result have one wide type. Shifts and comparisons stand beside it;
/// they and `Concat` give zero here.
pub fn big_binary(op: BinaryOp, a: &BigUint, b: &BigUint, width: u32, is_signed: bool) -> BigUint {
    match op {
        BinaryOp::Add => (a + b) & big_mask(width),
        BinaryOp::Sub => (a + big_neg(b, width)) & big_mask(width),
        BinaryOp::Mul => (a * b) & big_mask(width),
        BinaryOp::Div | BinaryOp::Mod if b.is_zero() => BigUint::zero(),
        BinaryOp::Div if is_signed => {
            let ((a, a_neg), (b, b_neg)) = (magnitude(a, width), magnitude(b, width));
            with_sign(a / b, a_neg != b_neg, width)
        }
        BinaryOp::Div => a / b,
        BinaryOp::Mod if is_signed => {
            let ((a, a_neg), (b, _)) = (magnitude(a, width), magnitude(b, width));
            with_sign(a % b, a_neg, width)
        }
        BinaryOp::Mod => a % b,
        BinaryOp::SatAdd if is_signed => big_saturate(a, b, &((a + b) & big_mask(width)), width),
        BinaryOp::SatAdd => (a + b).min(big_mask(width)),
        BinaryOp::SatSub if is_signed => {
            let difference = (a + big_neg(b, width)) & big_mask(width);
            // a - b overflows exactly when the signs of a and of -b-1 = !b agree and differ from the result's.
            big_saturate(a, &big_complement(b, width), &difference, width)
        }
        BinaryOp::SatSub => {
            if a < b {
                BigUint::zero()
            } else {
                a - b
            }
        }
        BinaryOp::BitAnd | BinaryOp::And => a & b,
        BinaryOp::BitOr | BinaryOp::Or => a | b,
        BinaryOp::BitXor => a ^ b,
        BinaryOp::Shl
        | BinaryOp::Shr
        | BinaryOp::Concat
        | BinaryOp::Eq
        | BinaryOp::Ne
        | BinaryOp::Lt
        | BinaryOp::Le
        | BinaryOp::Gt
        | BinaryOp::Ge => BigUint::zero(),
    }
}

fn big_saturate(a: &BigUint, b: &BigUint, wrapped: &BigUint, width: u32) -> BigUint {
    let sign = negative(a, width);
    if sign == negative(b, width) && sign != negative(wrapped, width) {
        let highest = big_mask(width) >> 1u32;
        if sign { highest + BigUint::one() } else { highest }
    } else {
        wrapped.clone()
    }
}

/// `a << amount` or `a >> amount`.
pub fn big_shift(left: bool, a: &BigUint, amount: u128, width: u32, is_signed: bool) -> BigUint {
    let fill = !left && is_signed && negative(a, width);
    if amount >= u128::from(width) {
        return if fill { big_mask(width) } else { BigUint::zero() };
    }
    let amount = amount as u32;
    if left {
        (a << amount) & big_mask(width)
    } else if fill {
        (a >> amount) | (big_mask(amount) << (width - amount))
    } else {
        a >> amount
    }
}

/// A comparison; operators that are none give false.
pub fn big_compare(op: BinaryOp, a: &BigUint, b: &BigUint, width: u32, is_signed: bool) -> bool {
    let sign = |v: &BigUint| is_signed && negative(v, width);
    // Of two numbers of one sign, the larger one's bit pattern is the larger; a negative one is below any other.
    let order = sign(b).cmp(&sign(a)).then_with(|| a.cmp(b));
    match order {
        Ordering::Less => matches!(op, BinaryOp::Lt | BinaryOp::Le | BinaryOp::Ne),
        Ordering::Equal => matches!(op, BinaryOp::Eq | BinaryOp::Le | BinaryOp::Ge),
        Ordering::Greater => matches!(op, BinaryOp::Gt | BinaryOp::Ge | BinaryOp::Ne),
    }
}

/// As [`resize`], for any widths.
pub fn big_resize(v: &BigUint, from: u32, from_signed: bool, to: u32) -> BigUint {
    if to <= from {
        v & big_mask(to)
    } else if from_signed && negative(v, from) {
        v | (big_mask(to - from) << from)
    } else {
        v.clone()
    }
}

/// Bits `lo .. lo + width`.
pub fn big_slice(v: &BigUint, lo: u32, width: u32) -> BigUint {
    (v >> lo) & big_mask(width)
}

/// `base` with bits `lo .. lo + width` replaced.
pub fn big_splice(base: &BigUint, lo: u32, width: u32, bits: &BigUint) -> BigUint {
    let hole = big_mask(width) << lo;
    let kept = base - (base & &hole);
    kept | (bits << lo)
}

#[cfg(test)]
mod tests;
