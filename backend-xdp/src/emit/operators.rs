//! Arithmetic, shifts and comparisons: P4's operators by C's, where those differ.
//!
//! Signed values are kept as bit patterns, and sign-extended where an operator looks at the sign. BPF at -mcpu=v3 has no signed division and
//! nothing for 128 bits but what clang makes of addition and bit operations; the prelude has the rest.

use super::Cx;
use super::expr::largest;
use crate::c::code::{Code, Known, code};
use crate::c::expr::{CExpr, CType, Prec};
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{BinaryOp, ScalarType};

impl Cx<'_> {
    /// `a op b`; `ty` is the left operand's type.
    pub(super) fn arithmetic(
        &mut self,
        op: BinaryOp,
        a: CExpr,
        b: CExpr,
        ty: ScalarType,
        span: Span,
    ) -> CExpr {
        let width = ty.width();
        match op {
            BinaryOp::Add if width > 64 => dirty(wide_call("int_add128", a, b), CType::U128, width),
            BinaryOp::Sub if width > 64 => dirty(wide_call("int_sub128", a, b), CType::U128, width),
            BinaryOp::Add => computed(a, b).map("+", Prec::Additive, width, false),
            BinaryOp::Sub => computed(a, b).map("-", Prec::Additive, width, false),
            BinaryOp::Mul if width > 64 => dirty(wide_call("int_mul128", a, b), CType::U128, width),
            BinaryOp::Mul => computed(a, b).map("*", Prec::Multiplicative, width, false),
            BinaryOp::BitAnd => {
                let clean = a.clean || b.clean;
                Pair(a, b).map("&", Prec::BitAnd, width, clean)
            }
            BinaryOp::BitOr => {
                let clean = a.clean && b.clean;
                Pair(a, b).map("|", Prec::BitOr, width, clean)
            }
            BinaryOp::BitXor => {
                let clean = a.clean && b.clean;
                Pair(a, b).map("^", Prec::BitXor, width, clean)
            }
            BinaryOp::Shl => shift_left(a, b, width),
            BinaryOp::Shr => shift_right(a, b, ty),
            BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
                compare(op, a.masked(), b.masked(), ty)
            }
            BinaryOp::Div | BinaryOp::Mod => self.divide(op, a.masked(), b.masked(), ty, span),
            BinaryOp::SatAdd | BinaryOp::SatSub => self.saturate(op, a.masked(), b.masked(), ty, span),
            // Not arithmetic; handled where operands are evaluated.
            BinaryOp::Concat | BinaryOp::And | BinaryOp::Or | BinaryOp::Eq | BinaryOp::Ne => {
                a.joined("==", Prec::Equality, &b, 1, true)
            }
        }
    }

    fn divide(&mut self, op: BinaryOp, a: CExpr, b: CExpr, ty: ScalarType, span: Span) -> CExpr {
        let width = ty.width();
        if width > 64 {
            return self.refuse_wide("division", width, span);
        }
        if ty.is_signed() {
            let (a, b) = (signed_argument(a), signed_argument(b));
            let function = if op == BinaryOp::Div { Known("int_div") } else { Known("int_mod") };
            return CExpr { width, ..dirty(code!("{}({}, {})", function, a, b), CType::U64, width) };
        }
        let sign = if op == BinaryOp::Div { "/" } else { "%" };
        let known = b.ty == CType::Literal || b.text.starts_with("0x");
        if b.is_zero() {
            return CExpr::zero(width);
        }
        let quotient = Pair(a.unsigned(), b.clone()).map(sign, Prec::Multiplicative, width, true);
        if known { quotient } else { b.choose(&quotient, &CExpr::zero(width)) }
    }

    fn saturate(&mut self, op: BinaryOp, a: CExpr, b: CExpr, ty: ScalarType, span: Span) -> CExpr {
        let width = ty.width();
        if width > 64 {
            return self.refuse_wide("saturating arithmetic", width, span);
        }
        let add = op == BinaryOp::SatAdd;
        let bits = CType::of_width(width);
        let call = if ty.is_signed() {
            let function = if add { Known("int_sat_adds") } else { Known("int_sat_subs") };
            code!("{}({}, {}, {})", function, signed_argument(a), signed_argument(b), width)
        } else if add {
            code!("@int_sat_add({}, {}, {})", a.text, b.text, largest(width).text)
        } else {
            code!("@int_sat_sub({}, {})", a.text, b.text)
        };
        let value = CExpr { clean: !ty.is_signed(), ..dirty(call, CType::U64, width) };
        if bits < CType::U64 {
            CExpr { text: code!("({}){}", bits.name(), value.text), prec: Prec::Unary, ty: bits, ..value }
        } else {
            value
        }
    }
}

struct Pair(CExpr, CExpr);

impl Pair {
    fn map(self, op: &'static str, prec: Prec, width: u32, clean: bool) -> CExpr {
        self.0.joined(op, prec, &self.1, width, clean)
    }
}

/// Operands that C computes with as unsigned numbers.
fn computed(a: CExpr, b: CExpr) -> Pair {
    let ty = CType::of_width(a.width);
    if a.ty < ty && b.ty < ty { Pair(a.unsigned(), b) } else { Pair(a, b) }
}

fn dirty(text: Code, ty: CType, width: u32) -> CExpr {
    CExpr { text, prec: Prec::Postfix, ty, width, clean: false }
}

/// The call of a function of two numbers of 128 bits.
pub(super) fn wide_call(function: &'static str, a: CExpr, b: CExpr) -> Code {
    let argument = |x: CExpr| if x.ty == CType::U128 { x } else { x.masked().converted(CType::U128) };
    code!("{}({}, {})", Known(function), argument(a).text, argument(b).text)
}

/// A sign-extended 64-bit argument.
fn signed_argument(value: CExpr) -> Code {
    value.sign_extended().text
}

/// The value of a constant amount.
fn amount(n: &CExpr) -> Option<u64> {
    let text = n.text.to_string();
    let digits = text.trim_end_matches(['U', 'L']);
    match digits.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => digits.parse().ok(),
    }
}

fn shift_left(a: CExpr, n: CExpr, width: u32) -> CExpr {
    let a = CExpr { clean: a.clean, ..a.unsigned() };
    let bits = a.ty.computed_bits().max(CType::of_width(width).computed_bits());
    let a = if a.ty.computed_bits() < bits && a.clean { a.converted(CType::of_width(bits)) } else { a };
    if let Some(by) = amount(&n) {
        return match by {
            0 => a,
            by if by >= u64::from(width) => CExpr::zero(width),
            _ => a.joined("<<", Prec::Shift, &n, width, false),
        };
    }
    let n = n.masked();
    if bits == 128 {
        return dirty(code!("@int_shl128({}, {})", a.text, n.text), CType::U128, width);
    }
    let shifted = a.joined("<<", Prec::Shift, &n, width, false);
    within_bits(&n, bits, shifted, CExpr::zero(width))
}

fn shift_right(a: CExpr, n: CExpr, ty: ScalarType) -> CExpr {
    let width = ty.width();
    let a = a.masked();
    if ty.is_signed() {
        let a = a.sign_extended();
        let bits = a.ty.computed_bits();
        if bits == 128 && amount(&n).is_none() {
            // A sign-extended number has all 128 bits.
            let text = code!("@int_sar128({}, {})", a.text, n.masked().text);
            return dirty(text, CType::U128, width);
        }
        let most = CExpr::atom((bits - 1).to_string(), CType::Literal, 32);
        let n = match amount(&n) {
            Some(by) => CExpr::atom(by.min(u64::from(bits - 1)).to_string(), CType::Literal, 32),
            None => {
                let n = n.masked();
                within_bits(&n, bits, n.clone(), most)
            }
        };
        let shifted = a.joined(">>", Prec::Shift, &n, width, false);
        let ty = CType::of_width(bits);
        return CExpr {
            text: code!("({})({})", ty.name(), shifted.text),
            prec: Prec::Unary,
            ty,
            width,
            clean: false,
        };
    }
    let a = a.unsigned();
    let bits = a.ty.computed_bits();
    if let Some(by) = amount(&n) {
        return match by {
            0 => a,
            by if by >= u64::from(width) => CExpr::zero(width),
            _ => a.joined(">>", Prec::Shift, &n, width, true),
        };
    }
    let n = n.masked();
    if bits == 128 {
        return CExpr {
            clean: true,
            ..dirty(code!("@int_shr128({}, {})", a.text, n.text), CType::U128, width)
        };
    }
    let shifted = a.joined(">>", Prec::Shift, &n, width, true);
    within_bits(&n, bits, shifted, CExpr::zero(width))
}

/// `n < bits ? inside : outside`, or `inside` where `n` cannot be larger.
fn within_bits(n: &CExpr, bits: u32, inside: CExpr, outside: CExpr) -> CExpr {
    if n.width < 32 && (1u64 << n.width) <= u64::from(bits) {
        return inside;
    }
    let limit = CExpr::atom(bits.to_string(), CType::Literal, 32);
    n.clone().joined("<", Prec::Relational, &limit, 1, true).choose(&inside, &outside)
}

fn compare(op: BinaryOp, a: CExpr, b: CExpr, ty: ScalarType) -> CExpr {
    if ty.width() > 64 {
        return compare_wide(op, a, b, ty.is_signed());
    }
    let sign = match op {
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
        BinaryOp::Gt => ">",
        _ => ">=",
    };
    if !ty.is_signed() {
        return a.joined(sign, Prec::Relational, &b, 1, true);
    }
    // Both sides signed: casts and shifts of signed values, which C compares as such.
    let (a, b) = (a.sign_extended(), b.sign_extended());
    a.joined(sign, Prec::Relational, &b, 1, true)
}

/// A comparison of more than 64 bits. BPF has no instruction for it.
fn compare_wide(op: BinaryOp, a: CExpr, b: CExpr, is_signed: bool) -> CExpr {
    let ordered = |x: CExpr| {
        if !is_signed {
            return x;
        }
        let text = code!("@int_ordered128({})", x.sign_extended().text);
        CExpr::atom(text, CType::U128, 128)
    };
    let (a, b) = (ordered(a), ordered(b));
    let function = if matches!(op, BinaryOp::Lt | BinaryOp::Gt) { "int_less128" } else { "int_least128" };
    // `a > b` is `b < a`, `a <= b` is `b >= a`.
    let (a, b) = if matches!(op, BinaryOp::Gt | BinaryOp::Le) { (b, a) } else { (a, b) };
    CExpr::truth(wide_call(function, a, b), Prec::Postfix)
}
