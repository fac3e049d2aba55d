//! The operators against their definitions on unbounded integers.

use super::*;
use num_bigint::BigInt;
use num_bigint::Sign;
use proptest::prelude::*;

const ARITHMETIC: &[BinaryOp] = &[
    BinaryOp::Add,
    BinaryOp::Sub,
    BinaryOp::Mul,
    BinaryOp::Div,
    BinaryOp::Mod,
    BinaryOp::SatAdd,
    BinaryOp::SatSub,
    BinaryOp::BitAnd,
    BinaryOp::BitOr,
    BinaryOp::BitXor,
];
const COMPARISONS: &[BinaryOp] =
    &[BinaryOp::Eq, BinaryOp::Ne, BinaryOp::Lt, BinaryOp::Le, BinaryOp::Gt, BinaryOp::Ge];

fn number(v: &BigUint, width: u32, is_signed: bool) -> BigInt {
    let v = BigInt::from(v.clone());
    if is_signed && width > 0 && v >= BigInt::one() << (width - 1) { v - (BigInt::one() << width) } else { v }
}

fn pattern(v: &BigInt, width: u32) -> BigUint {
    let modulus = BigInt::one() << width;
    let v = ((v % &modulus) + &modulus) % &modulus;
    v.to_biguint().unwrap()
}

fn clamped(v: BigInt, width: u32, is_signed: bool) -> BigInt {
    let (low, high) = if is_signed {
        (-(BigInt::one() << (width - 1)), (BigInt::one() << (width - 1)) - 1)
    } else {
        (BigInt::zero(), (BigInt::one() << width) - 1)
    };
    v.clamp(low, high)
}

fn expected(op: BinaryOp, a: &BigUint, b: &BigUint, width: u32, is_signed: bool) -> BigUint {
    let (x, y) = (number(a, width, is_signed), number(b, width, is_signed));
    let flag = |c: bool| BigUint::from(u8::from(c));
    let result = match op {
        BinaryOp::Add => x + y,
        BinaryOp::Sub => x - y,
        BinaryOp::Mul => x * y,
        BinaryOp::Div | BinaryOp::Mod if y.is_zero() => BigInt::zero(),
        BinaryOp::Div => x / y,
        BinaryOp::Mod => x % y,
        BinaryOp::SatAdd => clamped(x + y, width, is_signed),
        BinaryOp::SatSub => clamped(x - y, width, is_signed),
        BinaryOp::BitAnd => return a & b,
        BinaryOp::BitOr => return a | b,
        BinaryOp::BitXor => return a ^ b,
        BinaryOp::Eq => return flag(x == y),
        BinaryOp::Ne => return flag(x != y),
        BinaryOp::Lt => return flag(x < y),
        BinaryOp::Le => return flag(x <= y),
        BinaryOp::Gt => return flag(x > y),
        BinaryOp::Ge => return flag(x >= y),
        BinaryOp::Shl | BinaryOp::Shr | BinaryOp::And | BinaryOp::Or | BinaryOp::Concat => unreachable!(),
    };
    pattern(&result, width)
}

fn patterns(widths: std::ops::RangeInclusive<u32>) -> impl Strategy<Value = (u32, BigUint, BigUint)> {
    (
        widths,
        proptest::collection::vec(any::<u32>(), 0..10),
        proptest::collection::vec(any::<u32>(), 0..10),
        0..6u8,
    )
        .prop_map(|(width, a, b, special)| {
            let (mut a, mut b) = (BigUint::new(a), BigUint::new(b));
            match special {
                0 => b = BigUint::zero(),
                1 => b = big_mask(width),
                2 => a = BigUint::one() << (width - 1),
                3 => b = a.clone(),
                _ => {}
            }
            (width, a & big_mask(width), b & big_mask(width))
        })
}

proptest! {
    #[test]
    fn narrow_operators((width, a, b) in patterns(1..=128), is_signed: bool) {
        let (x, y) = (low128(&a), low128(&b));
        for op in ARITHMETIC.iter().chain(COMPARISONS) {
            let got = binary(*op, x, y, width, is_signed);
            prop_assert_eq!(BigUint::from(got), expected(*op, &a, &b, width, is_signed), "{:?}", op);
        }
        prop_assert_eq!(BigUint::from(neg(x, width)), pattern(&-number(&a, width, false), width));
    }

    #[test]
    fn wide_operators((width, a, b) in patterns(1..=300), is_signed: bool) {
        for op in ARITHMETIC {
            let got = big_binary(*op, &a, &b, width, is_signed);
            prop_assert_eq!(got, expected(*op, &a, &b, width, is_signed), "{:?}", op);
        }
        for op in COMPARISONS {
            let got = big_compare(*op, &a, &b, width, is_signed);
            prop_assert_eq!(BigUint::from(u8::from(got)), expected(*op, &a, &b, width, is_signed), "{:?}", op);
        }
        prop_assert_eq!(big_neg(&a, width), pattern(&-number(&a, width, false), width));
        prop_assert_eq!(big_complement(&a, width), pattern(&(BigInt::from(-1) - number(&a, width, false)), width));
    }

    #[test]
    fn shifts((width, a, _) in patterns(1..=300), amount in 0u32..400, is_signed: bool) {
        let value = number(&a, width, is_signed);
        let left = pattern(&(&value << amount), width);
        // BigInt shifts right arithmetically.
        let right = pattern(&(&value >> amount), width);
        prop_assert_eq!(big_shift(true, &a, amount.into(), width, is_signed), left.clone());
        prop_assert_eq!(big_shift(false, &a, amount.into(), width, is_signed), right.clone());
        if width <= NARROW {
            let x = low128(&a);
            prop_assert_eq!(BigUint::from(binary(BinaryOp::Shl, x, amount.into(), width, is_signed)), left);
            prop_assert_eq!(BigUint::from(binary(BinaryOp::Shr, x, amount.into(), width, is_signed)), right);
        }
    }

    #[test]
    fn widths((from, a, _) in patterns(1..=300), to in 1u32..300, is_signed: bool) {
        let wanted = pattern(&number(&a, from, is_signed), to);
        prop_assert_eq!(big_resize(&a, from, is_signed, to), wanted.clone());
        if from <= NARROW && to <= NARROW {
            prop_assert_eq!(BigUint::from(resize(low128(&a), from, is_signed, to)), wanted);
        }
    }

    #[test]
    fn slices((width, a, b) in patterns(1..=300), lo in 0u32..300, part in 1u32..300) {
        let lo = lo % width;
        let part = 1 + part % (width - lo);
        let modulus = BigUint::one() << part;
        prop_assert_eq!(big_slice(&a, lo, part), (&a >> lo) % &modulus);
        let bits = b % &modulus;
        let spliced = big_splice(&a, lo, part, &bits);
        prop_assert_eq!(big_slice(&spliced, lo, part), bits);
        prop_assert_eq!(big_splice(&spliced, lo, part, &big_slice(&a, lo, part)), a);
    }
}

#[test]
fn signed_values() {
    assert_eq!(signed(0x80, 8), -128);
    assert_eq!(signed(0x7f, 8), 127);
    assert_eq!(signed(u128::MAX, 128), -1);
    assert_eq!(signed(5, 0), 0);
    assert_eq!(binary(BinaryOp::Div, 0x80, 0xff, 8, true), 0x80);
    assert_eq!(number(&BigUint::from(0x80u8), 8, true), BigInt::new(Sign::Minus, vec![128]));
}
