//! Expressions: pure C text for pure P4, computed in host order; constants are put in network order where a field is compared with one.

use super::field::Referent;
use super::{Cx, c_type};
use crate::c::code::{Code, Known, code};
use crate::c::expr::{CExpr, CType, Prec, ones};
use crate::layout::headers::FieldPlace;
use num_bigint::BigUint;
use num_traits::ToPrimitive;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{
    BinaryOp, Comparison, Expr, ExprKind, HeaderId, HeaderRef, OpClass, ScalarType, UnaryOp,
};

/// What C computes with has no more.
const MOST_BITS: u32 = 128;

impl Cx<'_> {
    /// An expression as C. Bits above the width may be garbage: see [`CExpr::masked`].
    pub fn expr(&mut self, e: &Expr) -> CExpr {
        if e.ty.width() > MOST_BITS && !matches!(e.ty, ScalarType::Varbit { .. }) {
            // What of these numbers can be computed in words is none any more.
            let width = e.ty.width();
            match &e.kind {
                ExprKind::Binary(BinaryOp::Div | BinaryOp::Mod, ..) => {
                    return self.refuse_wide("division", width, e.span);
                }
                ExprKind::Binary(BinaryOp::SatAdd | BinaryOp::SatSub, ..) => {
                    return self.refuse_wide("saturating arithmetic", width, e.span);
                }
                _ => self.check_width(e.ty, e.span),
            }
            return CExpr::zero(width);
        }
        match &e.kind {
            ExprKind::Const(value) => self.constant(value, e.ty),
            ExprKind::Local(id) => match self.wire_params.get(id) {
                Some(param) => param.host(),
                None => self.local(*id),
            },
            ExprKind::Field { header, field } => self.read_field(header, *field, e.span),
            ExprKind::IsValid(header) => self.is_valid(header),
            ExprKind::Unary(op, operand) => self.unary(*op, operand),
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right, e),
            ExprKind::Conditional(condition, then, otherwise) => {
                let c = self.condition(condition);
                if c.is_true() {
                    return self.expr(then);
                }
                if c.is_false() {
                    return self.expr(otherwise);
                }
                let a = self.under(condition, true, then);
                let b = self.under(condition, false, otherwise);
                c.choose(&a, &b)
            }
            ExprKind::Cast(operand) => self.cast(operand, e.ty),
            ExprKind::Slice { base, hi, lo } => {
                if let Some((header, field)) = base.as_field().filter(|_| base.ty.width() > 128) {
                    return self.read_part(header, field, (*hi, *lo), e.span);
                }
                let base = self.expr(base);
                slice(base, *hi, *lo)
            }
        }
    }

    /// An expression of type `bool`.
    pub fn condition(&mut self, e: &Expr) -> CExpr {
        self.expr(e).masked()
    }

    /// The value of an expression with no garbage above its width.
    pub fn value(&mut self, e: &Expr) -> CExpr {
        self.expr(e).masked()
    }

    /// An expression in network order: a number of 1, 2, 4 or 8 bytes whose bytes in memory are the value's, most
    /// significant first. A field that is such a number by itself is taken as it is.
    pub fn network(&mut self, e: &Expr, bytes: u32) -> CExpr {
        if let ExprKind::Field { header, field } = &e.kind
            && e.ty.width() == bytes * 8
            && let Some(raw) = self.raw_field(header, *field)
        {
            return raw;
        }
        if let ExprKind::Local(local) = &e.kind
            && let Some(raw) = self.wire_params.get(local).and_then(|param| param.integer(bytes))
        {
            return raw;
        }
        let value = self.value(e);
        in_network_order(&value, bytes)
    }

    /// A field that is a whole integer member, in network order.
    pub(super) fn raw_field(&mut self, header: &HeaderRef, field: u32) -> Option<CExpr> {
        let (id, place) = self.raw_place(header, field)?;
        let ty = integer_type(place.bytes);
        Some(self.value_by_holder(id, &CExpr::zero(place.width), |cx, base| {
            CExpr::atom(cx.member_name(id, &place, base), ty, place.width)
        }))
    }

    /// Where such a field is.
    fn raw_place(&mut self, header: &HeaderRef, field: u32) -> Option<(HeaderId, FieldPlace)> {
        let Referent::One(id) = self.referent(header) else { return None };
        let place = self.field_place(id, field)?;
        (place.is_whole() && self.is_integer(id, &place)).then_some((id, place))
    }

    /// The number needs no swap to be had in network order.
    pub(crate) fn is_in_network_order(&mut self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Const(_) => true,
            ExprKind::Field { header, field } => self.raw_place(header, *field).is_some(),
            ExprKind::Local(local) => {
                self.wire_params.get(local).is_some_and(|param| param.integer(expr.ty.width() / 8).is_some())
            }
            ExprKind::IsValid(_)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Conditional(..)
            | ExprKind::Cast(_)
            | ExprKind::Slice { .. } => false,
        }
    }

    pub(super) fn constant(&mut self, value: &BigUint, ty: ScalarType) -> CExpr {
        match ty {
            ScalarType::Bool => CExpr::boolean(value.bit(0)),
            ScalarType::Enum(id) => {
                let position = value.to_usize().unwrap_or(usize::MAX);
                CExpr::atom(self.module.enumerator(id, position), CType::U32, 32)
            }
            ScalarType::Bits { .. } | ScalarType::Error | ScalarType::Varbit { .. } => {
                CExpr::constant(value, ty.width())
            }
        }
    }

    /// `e`, knowing that a condition holds or does not.
    fn under(&mut self, condition: &Expr, holds: bool, e: &Expr) -> CExpr {
        let before = self.paths.clone();
        let outermost = self.statement_paths.is_none();
        if outermost {
            self.statement_paths = Some(before.clone());
        }
        // Pins made here stand in front of the statement and stay; what the condition tells of others does not.
        let known = self.pinned.clone();
        self.assume(condition, holds);
        let value = self.expr(e).masked();
        self.paths = before;
        for (id, known) in known {
            self.pinned.insert(id, known);
        }
        if outermost {
            self.statement_paths = None;
        }
        value
    }

    /// Takes note that a condition holds (or does not) from here on.
    pub fn assume(&mut self, condition: &Expr, holds: bool) {
        match &condition.kind {
            ExprKind::IsValid(header) => {
                if let Referent::One(id) = self.referent(header) {
                    let may = self.paths.may(id);
                    if let Some(known) = self.pinned.get_mut(&id) {
                        *known |= holds && may.absent && !may.memory;
                    }
                    self.paths.assume(id, holds);
                }
            }
            ExprKind::Unary(UnaryOp::Not, operand) => self.assume(operand, !holds),
            ExprKind::Binary(BinaryOp::And, left, right) if holds => {
                self.assume(left, true);
                self.assume(right, true);
            }
            ExprKind::Binary(BinaryOp::Or, left, right) if !holds => {
                self.assume(left, false);
                self.assume(right, false);
            }
            ExprKind::Const(_)
            | ExprKind::Local(_)
            | ExprKind::Field { .. }
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Conditional(..)
            | ExprKind::Cast(_)
            | ExprKind::Slice { .. } => {}
        }
    }

    fn unary(&mut self, op: UnaryOp, operand: &Expr) -> CExpr {
        let x = self.expr(operand);
        match op {
            UnaryOp::Not => match x.known() {
                Some(known) => CExpr::boolean(!known),
                None => CExpr::truth(code!("!{}", x.masked().operand()), Prec::Unary),
            },
            UnaryOp::Neg | UnaryOp::Complement => {
                let sign = if op == UnaryOp::Neg { "-" } else { "~" };
                if op == UnaryOp::Neg && x.width > 64 {
                    let text = super::operators::wide_call("int_sub128", CExpr::zero(x.width), x.clone());
                    return CExpr { text, prec: Prec::Postfix, ty: CType::U128, clean: false, ..x };
                }
                let x = x.unsigned();
                let operand = x.operand();
                let operand = if operand.starts_with(sign) { code!("({})", operand) } else { operand };
                CExpr { text: code!("{}{}", Code::text(sign), operand), prec: Prec::Unary, clean: false, ..x }
            }
        }
    }

    fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr, e: &Expr) -> CExpr {
        match op.class() {
            OpClass::Logic => {
                let and = op == BinaryOp::And;
                let a = self.condition(left);
                if a.known() == Some(and) {
                    return self.condition(right);
                }
                if a.known() == Some(!and) {
                    return a;
                }
                let b = self.under(left, and, right);
                if b.known() == Some(and) {
                    return a;
                }
                if b.known() == Some(!and) {
                    return b;
                }
                let (sign, prec) = if and { ("&&", Prec::And) } else { ("||", Prec::Or) };
                a.joined(sign, prec, &b, 1, true)
            }
            OpClass::Comparison(comparison @ (Comparison::Eq | Comparison::Ne)) => {
                let sign = comparison.text();
                if let ScalarType::Varbit { .. } = left.ty {
                    return self.varbits_compared(comparison, left, right);
                }
                if let Some(text) = self.compared_in_place(left, right, sign) {
                    return text;
                }
                let (a, b) = (self.value(left), self.value(right));
                // clang warns of a comparison of constants.
                if let (Some(a), Some(b)) = (a.known(), b.known()) {
                    return CExpr::boolean((a == b) == (comparison == Comparison::Eq));
                }
                a.joined(sign, Prec::Equality, &b, 1, true)
            }
            OpClass::Concat => {
                let (high, low) = (self.expr(left), self.value(right));
                concat(high, low)
            }
            OpClass::Arithmetic
            | OpClass::Shift
            | OpClass::Comparison(Comparison::Lt | Comparison::Le | Comparison::Gt | Comparison::Ge) => {
                let (a, b) = (self.expr(left), self.expr(right));
                self.arithmetic(op, a, b, left.ty, e.span)
            }
        }
    }

    /// `field == constant` and `field == field` without a swap at run time.
    fn compared_in_place(&mut self, left: &Expr, right: &Expr, sign: &'static str) -> Option<CExpr> {
        let (field_side, other) = if left.as_field().is_some() { (left, right) } else { (right, left) };
        let (header, field) = field_side.as_field()?;
        let raw = self.raw_field(header, field)?;
        let bytes = field_side.ty.width() / 8;
        let other = match other.as_field() {
            Some((header, field)) => self.raw_field(header, field)?,
            None => in_network_order(&self.constant(other.as_const()?, other.ty), bytes),
        };
        Some(raw.joined(sign, Prec::Equality, &other, 1, true))
    }

    fn cast(&mut self, operand: &Expr, to: ScalarType) -> CExpr {
        let x = self.expr(operand);
        let (from, width) = (operand.ty, to.width());
        if to == ScalarType::Bool {
            return CExpr { ty: CType::Bool, ..x.masked() };
        }
        if width <= from.width() {
            let ty = CType::of_width(width);
            let clean = x.clean && width == from.width();
            let x = CExpr { width, clean, ..x };
            return if x.ty > CType::of_width(width) { truncated(x, ty) } else { x };
        }
        if from.is_signed() {
            let wide = CType::of_width(width);
            let x = x.sign_extended();
            let text = if x.ty < wide {
                code!("({})({})", wide.name(), x.text)
            } else {
                code!("({}){}", x.ty.name(), x.operand())
            };
            // From a narrow signed type the conversion to the wide unsigned one extends the sign.
            return CExpr { text, prec: Prec::Unary, ty: wide.max(x.ty), width, clean: false };
        }
        let x = x.masked();
        let wide = c_type(to);
        let x = if wide > CType::U32 { x.converted(wide) } else { x };
        CExpr { width, clean: true, ..x }
    }

    /// Refuses an operation on more than 64 bits for which BPF has no instructions.
    pub(super) fn refuse_wide(&mut self, what: &str, width: u32, span: Span) -> CExpr {
        let message = format!("{what} of {width} bits is not supported, at most 64");
        self.refuse(p4xdp_frontend::diagnostic::codes::E0512, span, message);
        CExpr::zero(width)
    }
}

/// Bits `hi` to `lo`.
pub(crate) fn slice(base: CExpr, hi: u32, lo: u32) -> CExpr {
    let width = hi - lo + 1;
    let ty = CType::of_width(width);
    let clean = base.clean && hi + 1 == base.width;
    let shifted = if lo == 0 {
        base
    } else {
        // A negative int shifts in ones; the mask that follows takes them off.
        let by = CExpr::atom(lo.to_string(), CType::Literal, 32);
        base.unsigned().joined(">>", Prec::Shift, &by, width, clean)
    };
    let value = CExpr { width, clean, ..shifted };
    if value.ty > ty { truncated(value, ty) } else { value }
}

/// `high ++ low`; `low` is clean.
pub(crate) fn concat(high: CExpr, low: CExpr) -> CExpr {
    let width = high.width + low.width;
    if high.width == 0 {
        return CExpr { width, ..low };
    }
    if low.width == 0 {
        return CExpr { width, ..high };
    }
    let ty = CType::of_width(width);
    let clean = high.clean;
    let high = if clean { high } else { high.masked() };
    let by = CExpr::atom(low.width.to_string(), CType::Literal, 32);
    let placed = high.converted(ty).joined("<<", Prec::Shift, &by, width, true);
    placed.joined("|", Prec::BitOr, &low, width, true)
}

/// Cast to a narrower C type.
fn truncated(value: CExpr, ty: CType) -> CExpr {
    let clean = value.clean || ty.computed_bits() == value.width;
    CExpr { text: code!("({}){}", ty.name(), value.operand()), prec: Prec::Unary, ty, clean, ..value }
}

fn integer_type(bytes: u32) -> CType {
    match bytes {
        1 => CType::U8,
        2 => CType::U16,
        4 => CType::U32,
        _ => CType::U64,
    }
}

/// A number of 1, 2, 4 or 8 bytes in network order.
pub(super) fn in_network_order(value: &CExpr, bytes: u32) -> CExpr {
    let swap = match bytes {
        1 => return value.clone(),
        2 => Known("bpf_htons"),
        4 => Known("bpf_htonl"),
        _ => Known("bpf_cpu_to_be64"),
    };
    let text = if value.is_zero() { code!("0") } else { code!("{}({})", swap, value.text) };
    CExpr::atom(text, integer_type(bytes), bytes * 8)
}

/// The largest value of so many bits, as C.
pub(super) fn largest(width: u32) -> CExpr {
    CExpr::constant(&ones(width), width)
}
