//! Constant folding and algebraic simplification of expressions.
//!
//! ```text
//! (16w4 + 16w6) == x     =>   16w10 == x
//! b == true              =>   b
//! (bit<8>) (x[7:0])      =>   x[7:0]
//! c ? a : a              =>   a
//! ```

use crate::ir::*;
use num_bigint::{BigInt, BigUint, Sign};
use num_traits::{One, ToPrimitive, Zero};

/// Folds every expression of the program.
pub fn run(program: &mut Program) {
    program.exprs_mut(&mut fold);
}

/// Folds an expression, operands first.
pub fn fold(expr: &mut Expr) {
    expr.operands_mut(&mut fold);
    fold_node(expr);
}

/// Folds an expression whose operands are folded.
pub fn fold_node(expr: &mut Expr) {
    if let Some(new) = folded(expr) {
        *expr = new;
    }
}

/// A simpler expression of the same value and type, if there is one; the operands are folded.
fn folded(expr: &Expr) -> Option<Expr> {
    let (ty, span) = (expr.ty, expr.span);
    let constant = |value: BigUint| Some(Expr::constant(value, ty, span));
    match &expr.kind {
        ExprKind::Const(_) | ExprKind::Local(_) | ExprKind::Field { .. } | ExprKind::IsValid(_) => None,
        ExprKind::Unary(op, a) => match (op, &a.kind) {
            (_, ExprKind::Const(value)) => constant(match op {
                UnaryOp::Not => BigUint::from(u8::from(value.is_zero())),
                UnaryOp::Neg => wrap(-BigInt::from(value.clone()), ty.width()),
                UnaryOp::Complement => wrap(-BigInt::from(value.clone()) - 1, ty.width()),
            }),
            (UnaryOp::Not, ExprKind::Binary(op, x, y)) => {
                let op = negated(*op)?;
                Some(Expr { kind: ExprKind::Binary(op, x.clone(), y.clone()), ty, span })
            }
            (UnaryOp::Not | UnaryOp::Complement | UnaryOp::Neg, ExprKind::Unary(inner, x)) if inner == op => {
                Some((**x).clone())
            }
            _ => None,
        },
        ExprKind::Binary(op, a, b) => match (a.as_const(), b.as_const()) {
            (Some(x), Some(y)) => constant(evaluate(*op, x, a.ty, y, b.ty)?),
            (x, y) => algebra(*op, a, x, b, y, expr),
        },
        ExprKind::Conditional(c, a, b) => match c.as_const() {
            Some(value) => Some(if value.is_zero() { (**b).clone() } else { (**a).clone() }),
            None if same(a, b) => Some((**a).clone()),
            None => match (a.as_const(), b.as_const()) {
                (Some(x), Some(y)) if ty == ScalarType::Bool => match (x.is_zero(), y.is_zero()) {
                    (false, true) => Some((**c).clone()),
                    (true, false) => {
                        let mut not = Expr::not((**c).clone());
                        fold(&mut not);
                        Some(not)
                    }
                    _ => None,
                },
                _ => None,
            },
        },
        ExprKind::Cast(a) => {
            if a.ty == ty {
                return Some((**a).clone());
            }
            match &a.kind {
                ExprKind::Const(value) => constant(cast(value, a.ty, ty)),
                // A truncation of a truncation, or of an extension that it takes back.
                ExprKind::Cast(inner) if is_bits(inner.ty) && is_bits(a.ty) && is_bits(ty) => {
                    let keeps = ty.width() <= a.ty.width()
                        || inner.ty.width() <= a.ty.width() && same_extension(inner.ty, a.ty);
                    keeps.then(|| Expr::cast((**inner).clone(), ty, span))
                }
                _ => None,
            }
        }
        ExprKind::Slice { base, hi, lo } => match &base.kind {
            ExprKind::Const(value) => constant(low_bits(&(value >> *lo), ty.width())),
            ExprKind::Slice { base: inner, lo: inner_lo, .. } => {
                let kind = ExprKind::Slice { base: inner.clone(), hi: hi + inner_lo, lo: lo + inner_lo };
                Some(Expr { kind, ty, span })
            }
            ExprKind::Cast(inner) if is_bits(inner.ty) && *hi < inner.ty.width() && base.ty.width() > *hi => {
                let kind = ExprKind::Slice { base: inner.clone(), hi: *hi, lo: *lo };
                Some(Expr { kind, ty, span })
            }
            _ if *lo == 0 && *hi + 1 == base.ty.width() && base.ty == ty => Some((**base).clone()),
            _ => None,
        },
    }
}

/// Extending `from` to `to` and on gives the same as extending it at once.
fn same_extension(from: ScalarType, to: ScalarType) -> bool {
    from.is_signed() == to.is_signed() || (!from.is_signed() && from.width() < to.width())
}

fn is_bits(ty: ScalarType) -> bool {
    matches!(ty, ScalarType::Bits { .. })
}

/// Rules for one constant operand or for equal operands.
fn algebra(
    op: BinaryOp,
    a: &Expr,
    x: Option<&BigUint>,
    b: &Expr,
    y: Option<&BigUint>,
    whole: &Expr,
) -> Option<Expr> {
    let (ty, span) = (whole.ty, whole.span);
    let zero = |v: Option<&BigUint>| v.is_some_and(Zero::is_zero);
    let ones = |v: Option<&BigUint>| v.is_some_and(|v| *v == low_bits_mask(ty.width()));
    let this = |e: &Expr| Some(e.clone());
    let constant = |v: BigUint| Some(Expr::constant(v, ty, span));
    match op {
        BinaryOp::Add | BinaryOp::SatAdd | BinaryOp::BitOr | BinaryOp::BitXor if zero(y) => this(a),
        BinaryOp::Add | BinaryOp::SatAdd | BinaryOp::BitOr | BinaryOp::BitXor if zero(x) => this(b),
        BinaryOp::Sub | BinaryOp::SatSub | BinaryOp::Shl | BinaryOp::Shr if zero(y) => this(a),
        BinaryOp::Shl if zero(x) => constant(BigUint::zero()),
        BinaryOp::Shl if y.is_some_and(|y| *y >= BigUint::from(ty.width())) => constant(BigUint::zero()),
        BinaryOp::Shr if zero(x) => constant(BigUint::zero()),
        BinaryOp::Shr if !ty.is_signed() && y.is_some_and(|y| *y >= BigUint::from(ty.width())) => {
            constant(BigUint::zero())
        }
        BinaryOp::Mul | BinaryOp::BitAnd if zero(x) || zero(y) => constant(BigUint::zero()),
        BinaryOp::Mul if y.is_some_and(One::is_one) && !(ty.is_signed() && ty.width() == 1) => this(a),
        BinaryOp::Mul if x.is_some_and(One::is_one) && !(ty.is_signed() && ty.width() == 1) => this(b),
        BinaryOp::Div if y.is_some_and(One::is_one) && !ty.is_signed() => this(a),
        BinaryOp::BitAnd if ones(y) => this(a),
        BinaryOp::BitAnd if ones(x) => this(b),
        BinaryOp::BitOr if ones(y) || ones(x) => constant(low_bits_mask(ty.width())),
        BinaryOp::BitAnd | BinaryOp::BitOr if same(a, b) => this(a),
        BinaryOp::Sub | BinaryOp::BitXor if same(a, b) => constant(BigUint::zero()),
        BinaryOp::And if zero(x) || zero(y) => Some(Expr::bool(false, span)),
        BinaryOp::And if x.is_some() => this(b),
        BinaryOp::And if y.is_some() => this(a),
        BinaryOp::Or if x.is_some_and(|v| !v.is_zero()) || y.is_some_and(|v| !v.is_zero()) => {
            Some(Expr::bool(true, span))
        }
        BinaryOp::Or if x.is_some() => this(b),
        BinaryOp::Or if y.is_some() => this(a),
        BinaryOp::And | BinaryOp::Or if same(a, b) => this(a),
        BinaryOp::Eq | BinaryOp::Ne if a.ty == ScalarType::Bool && (x.is_some() || y.is_some()) => {
            let (other, constant) = if let Some(x) = x { (b, x) } else { (a, y?) };
            let keep = constant.is_zero() == (op == BinaryOp::Ne);
            let mut result = if keep { other.clone() } else { Expr::not(other.clone()) };
            fold(&mut result);
            Some(result)
        }
        BinaryOp::Eq | BinaryOp::Le | BinaryOp::Ge if same(a, b) => Some(Expr::bool(true, span)),
        BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Gt if same(a, b) => Some(Expr::bool(false, span)),
        BinaryOp::Lt if zero(y) && !a.ty.is_signed() => Some(Expr::bool(false, span)),
        BinaryOp::Gt if zero(x) && !a.ty.is_signed() => Some(Expr::bool(false, span)),
        BinaryOp::Ge if zero(y) && !a.ty.is_signed() => Some(Expr::bool(true, span)),
        BinaryOp::Le if zero(x) && !a.ty.is_signed() => Some(Expr::bool(true, span)),
        BinaryOp::Concat if a.ty.width() == 0 && ty == b.ty => this(b),
        BinaryOp::Concat if b.ty.width() == 0 => this(a),
        _ => None,
    }
}

/// The operator that gives the opposite answer.
fn negated(op: BinaryOp) -> Option<BinaryOp> {
    match op {
        BinaryOp::Eq => Some(BinaryOp::Ne),
        BinaryOp::Ne => Some(BinaryOp::Eq),
        BinaryOp::Lt => Some(BinaryOp::Ge),
        BinaryOp::Le => Some(BinaryOp::Gt),
        BinaryOp::Gt => Some(BinaryOp::Le),
        BinaryOp::Ge => Some(BinaryOp::Lt),
        _ => None,
    }
}

/// True if two expressions are certainly of one value. Deep trees are not compared.
pub fn same(a: &Expr, b: &Expr) -> bool {
    same_to(a, b, 8)
}

fn same_to(a: &Expr, b: &Expr, depth: u32) -> bool {
    if a.ty != b.ty || depth == 0 {
        return false;
    }
    let same = |a: &Expr, b: &Expr| same_to(a, b, depth - 1);
    match (&a.kind, &b.kind) {
        (ExprKind::Const(a), ExprKind::Const(b)) => a == b,
        (ExprKind::Local(a), ExprKind::Local(b)) => a == b,
        (ExprKind::Field { header: a, field: i }, ExprKind::Field { header: b, field: j }) => {
            i == j && same_header(a, b, depth)
        }
        (ExprKind::IsValid(a), ExprKind::IsValid(b)) => same_header(a, b, depth),
        (ExprKind::Unary(o, a), ExprKind::Unary(p, b)) => o == p && same(a, b),
        (ExprKind::Binary(o, a, c), ExprKind::Binary(p, b, d)) => o == p && same(a, b) && same(c, d),
        (ExprKind::Conditional(a, c, e), ExprKind::Conditional(b, d, f)) => {
            same(a, b) && same(c, d) && same(e, f)
        }
        (ExprKind::Cast(a), ExprKind::Cast(b)) => same(a, b),
        (ExprKind::Slice { base: a, hi: h, lo: l }, ExprKind::Slice { base: b, hi: i, lo: m }) => {
            h == i && l == m && same(a, b)
        }
        _ => false,
    }
}

fn same_header(a: &HeaderRef, b: &HeaderRef, depth: u32) -> bool {
    match (a, b) {
        (HeaderRef::Header(a), HeaderRef::Header(b)) => a == b,
        (HeaderRef::Element { stack: s, index: a }, HeaderRef::Element { stack: t, index: b }) => {
            s == t && same_to(a, b, depth - 1)
        }
        (HeaderRef::Last(a), HeaderRef::Last(b)) => a == b,
        _ => false,
    }
}

/// All ones.
pub fn low_bits_mask(width: u32) -> BigUint {
    (BigUint::one() << width) - 1u8
}

fn low_bits(value: &BigUint, width: u32) -> BigUint {
    value & low_bits_mask(width)
}

/// The number as a bit pattern.
pub fn wrap(value: BigInt, width: u32) -> BigUint {
    let modulus = BigInt::one() << width;
    let rest = ((value % &modulus) + &modulus) % &modulus;
    rest.to_biguint().unwrap_or_default()
}

/// The number that a bit pattern stands for.
pub fn number(value: &BigUint, ty: ScalarType) -> BigInt {
    let negative = ty.is_signed() && ty.width() > 0 && value.bit(u64::from(ty.width()) - 1);
    let value = BigInt::from_biguint(Sign::Plus, value.clone());
    if negative { value - (BigInt::one() << ty.width()) } else { value }
}

/// A constant as another type.
pub fn cast(value: &BigUint, from: ScalarType, to: ScalarType) -> BigUint {
    match to {
        ScalarType::Bool => BigUint::from(u8::from(!value.is_zero())),
        _ => wrap(number(value, from), to.width()),
    }
}

/// The value of an operator on constants.
pub fn evaluate(op: BinaryOp, x: &BigUint, a: ScalarType, y: &BigUint, b: ScalarType) -> Option<BigUint> {
    let width = a.width();
    let (m, n) = (number(x, a), number(y, b));
    let truth = |holds: bool| Some(BigUint::from(u8::from(holds)));
    let saturated = |value: BigInt| {
        let (low, high) = if a.is_signed() {
            let half = BigInt::one() << width.saturating_sub(1);
            (-half.clone(), half - 1)
        } else {
            (BigInt::zero(), (BigInt::one() << width) - 1)
        };
        Some(wrap(value.clamp(low, high), width))
    };
    match op {
        BinaryOp::Add => Some(wrap(m + n, width)),
        BinaryOp::Sub => Some(wrap(m - n, width)),
        BinaryOp::Mul => Some(wrap(m * n, width)),
        BinaryOp::Div => Some(if n.is_zero() { BigUint::zero() } else { wrap(m / n, width) }),
        BinaryOp::Mod => Some(if n.is_zero() { BigUint::zero() } else { wrap(m % n, width) }),
        BinaryOp::SatAdd => saturated(m + n),
        BinaryOp::SatSub => saturated(m - n),
        BinaryOp::Shl => match y.to_u32() {
            Some(shift) if shift < width => Some(low_bits(&(x << shift), width)),
            _ => Some(BigUint::zero()),
        },
        BinaryOp::Shr => {
            let shift = y.to_u32().unwrap_or(u32::MAX).min(width);
            Some(wrap(m >> shift, width))
        }
        BinaryOp::BitAnd => Some(x & y),
        BinaryOp::BitOr => Some(x | y),
        BinaryOp::BitXor => Some(x ^ y),
        BinaryOp::And => truth(!x.is_zero() && !y.is_zero()),
        BinaryOp::Or => truth(!x.is_zero() || !y.is_zero()),
        BinaryOp::Concat => Some((x << b.width()) | y),
        BinaryOp::Eq => truth(x == y),
        BinaryOp::Ne => truth(x != y),
        BinaryOp::Lt => truth(m < n),
        BinaryOp::Le => truth(m <= n),
        BinaryOp::Gt => truth(m > n),
        BinaryOp::Ge => truth(m >= n),
    }
}
