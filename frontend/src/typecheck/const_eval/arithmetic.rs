//! Operators on compile-time values.

use super::{Fault, Why};
use crate::hir::{BinaryOp, ConstValue, UnaryOp};
use crate::source::Span;
use num_bigint::{BigInt, Sign};
use num_traits::{One, Signed, ToPrimitive, Zero};
use std::sync::Arc;

/// Largest left shift of an `int`: its result has no width that would bound it.
const MAX_SHIFT: u32 = 1 << 16;

/// Most bits that the operands of an operator on `int` may have together: squaring again and again must end.
const MAX_BITS: u64 = 1 << 18;

/// Longest string that concatenation makes.
const MAX_STRING: usize = 1 << 20;

/// Width and signedness; `None` for `int`.
type Bits = Option<(u32, bool)>;

/// The value with the same lowest `width` bits that the type `bit<width>` or `int<width>` has.
pub fn wrap(value: BigInt, width: u32, signed: bool) -> BigInt {
    if width == 0 {
        return BigInt::zero();
    }
    let modulus = BigInt::one() << width;
    let low = ((value % &modulus) + &modulus) % &modulus;
    if signed && low.bit(u64::from(width) - 1) { low - modulus } else { low }
}

fn fit(value: BigInt, bits: Bits) -> ConstValue {
    ConstValue::Int(match bits {
        Some((width, signed)) => wrap(value, width, signed),
        None => value,
    })
}

pub(super) fn unary(op: UnaryOp, operand: ConstValue, bits: Bits) -> Option<ConstValue> {
    match (op, operand) {
        (UnaryOp::Neg, ConstValue::Int(value)) => Some(fit(-value, bits)),
        (UnaryOp::Plus, ConstValue::Int(value)) => Some(ConstValue::Int(value)),
        (UnaryOp::Complement, ConstValue::Int(value)) => Some(fit(-value - 1, bits)),
        (UnaryOp::Not, ConstValue::Bool(value)) => Some(ConstValue::Bool(!value)),
        (UnaryOp::Neg | UnaryOp::Plus | UnaryOp::Complement | UnaryOp::Not, _) => None,
    }
}

pub(super) fn binary(
    op: BinaryOp,
    (a, bits_a): (ConstValue, Bits),
    (b, bits_b): (ConstValue, Bits),
    span: Span,
) -> Result<ConstValue, Fault> {
    if op == BinaryOp::Eq {
        return Ok(ConstValue::Bool(a == b));
    }
    if op == BinaryOp::Ne {
        return Ok(ConstValue::Bool(a != b));
    }
    match (a, b) {
        (ConstValue::Int(a), ConstValue::Int(b)) => integers(op, (a, bits_a), (b, bits_b), span),
        (ConstValue::String(a), ConstValue::String(b)) if op == BinaryOp::Concat => {
            if a.len() + b.len() > MAX_STRING {
                return Err(Why::TooLarge.at(span));
            }
            Ok(ConstValue::String(Arc::from(format!("{a}{b}"))))
        }
        (_, _) => Err(Why::NotKnown.at(span)),
    }
}

fn integers(
    op: BinaryOp,
    (a, bits): (BigInt, Bits),
    (b, bits_b): (BigInt, Bits),
    span: Span,
) -> Result<ConstValue, Fault> {
    if bits.is_none() && a.bits().saturating_add(b.bits()) > MAX_BITS {
        return Err(Why::TooLarge.at(span));
    }
    let value = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div | BinaryOp::Mod => {
            if b.is_zero() {
                return Err(Why::DivisionByZero.at(span));
            }
            if a.is_negative() || b.is_negative() {
                return Err(Why::NegativeDivision.at(span));
            }
            if op == BinaryOp::Div { a / b } else { a % b }
        }
        BinaryOp::SatAdd => saturate(a + b, bits),
        BinaryOp::SatSub => saturate(a - b, bits),
        BinaryOp::Shl => shift_left(a, &b, bits, span)?,
        BinaryOp::Shr => {
            if b.is_negative() {
                return Err(Why::NegativeShift.at(span));
            }
            match b.to_u32() {
                Some(by) => a >> by,
                None if a.is_negative() => BigInt::from(-1),
                None => BigInt::zero(),
            }
        }
        BinaryOp::BitAnd => a & b,
        BinaryOp::BitOr => a | b,
        BinaryOp::BitXor => a ^ b,
        BinaryOp::Concat => {
            let (Some((width_a, signed)), Some((width_b, _))) = (bits, bits_b) else {
                return Err(Why::NotKnown.at(span));
            };
            let joined = (a << width_b) + wrap(b, width_b, false);
            return Ok(fit(joined, Some((width_a.saturating_add(width_b), signed))));
        }
        BinaryOp::Lt => return Ok(ConstValue::Bool(a < b)),
        BinaryOp::Le => return Ok(ConstValue::Bool(a <= b)),
        BinaryOp::Gt => return Ok(ConstValue::Bool(a > b)),
        BinaryOp::Ge => return Ok(ConstValue::Bool(a >= b)),
        BinaryOp::Eq => return Ok(ConstValue::Bool(a == b)),
        BinaryOp::Ne => return Ok(ConstValue::Bool(a != b)),
        BinaryOp::And | BinaryOp::Or => return Err(Why::NotKnown.at(span)),
    };
    Ok(fit(value, bits))
}

fn shift_left(a: BigInt, by: &BigInt, bits: Bits, span: Span) -> Result<BigInt, Fault> {
    if by.sign() == Sign::Minus {
        return Err(Why::NegativeShift.at(span));
    }
    let limit = bits.map_or(MAX_SHIFT, |(width, _)| width);
    match (by.to_u32().filter(|&by| by <= limit), bits) {
        (Some(by), _) => Ok(a << by),
        (None, Some(_)) => Ok(BigInt::zero()),
        (None, None) if a.is_zero() => Ok(a),
        (None, None) => Err(Why::TooLarge.at(span)),
    }
}

fn saturate(value: BigInt, bits: Bits) -> BigInt {
    let Some((width, signed)) = bits.filter(|&(width, _)| width > 0) else {
        return value;
    };
    let (least, most) = if signed {
        let half = BigInt::one() << (width - 1);
        (-&half, half - 1)
    } else {
        (BigInt::zero(), (BigInt::one() << width) - 1)
    };
    value.clamp(least, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_to_the_width() {
        assert_eq!(wrap(300.into(), 8, false), 44.into());
        assert_eq!(wrap((-1).into(), 8, false), 255.into());
        assert_eq!(wrap(200.into(), 8, true), (-56).into());
        assert_eq!(wrap(5.into(), 0, false), 0.into());
    }

    #[test]
    fn saturates_and_shifts() {
        let bits = Some((8, false));
        let run = |op, a: i32, b: i32, bits| {
            binary(op, (ConstValue::Int(a.into()), bits), (ConstValue::Int(b.into()), bits), Span::NONE)
        };
        assert_eq!(run(BinaryOp::SatAdd, 200, 100, bits), Ok(ConstValue::Int(255.into())));
        assert_eq!(run(BinaryOp::SatSub, -100, 100, Some((8, true))), Ok(ConstValue::Int((-128).into())));
        assert_eq!(run(BinaryOp::Shl, 1, 1000, bits), Ok(ConstValue::Int(0.into())));
        assert_eq!(run(BinaryOp::Shr, -1, 1000, None), Ok(ConstValue::Int((-1).into())));
        assert_eq!(run(BinaryOp::Shl, 1, 1 << 30, None), Err(Why::TooLarge.at(Span::NONE)));
        assert_eq!(run(BinaryOp::Div, 1, 0, None), Err(Why::DivisionByZero.at(Span::NONE)));
    }
}
