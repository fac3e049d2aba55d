//! Expressions, l-values, headers and arguments.

use super::{Region, Validator};
use crate::ir::*;
use crate::ir::{Comparison, OpClass};
use num_bigint::BigUint;

/// True if the bit pattern fits the width.
pub(super) fn fits(value: &BigUint, width: u32) -> bool {
    value.bits() <= u64::from(width)
}

impl Validator<'_> {
    /// Checks an expression and answers its type.
    pub(super) fn expr(&mut self, expr: &Expr) -> ScalarType {
        let ty = expr.ty;
        match &expr.kind {
            ExprKind::Const(value) => {
                self.require(fits(value, ty.width()), "a constant wider than its type");
                self.require(self.has_constant(value, ty), "a constant that its type does not have");
            }
            ExprKind::Local(id) => match self.program.locals.find(*id) {
                Some(local) => self.agree(local.ty, ty, "a local"),
                None => self.fail("a local that does not exist"),
            },
            ExprKind::Field { header, field } => {
                if let Some(field) = self.field(header, *field) {
                    self.agree(field, ty, "a field");
                }
            }
            ExprKind::IsValid(header) => {
                self.header(header, false);
                self.agree(ScalarType::Bool, ty, "a validity");
            }
            ExprKind::Unary(op, a) => {
                let operand = self.expr(a);
                self.agree(operand, ty, "a unary operator");
                match op {
                    UnaryOp::Not => self.agree(ScalarType::Bool, ty, "`!`"),
                    UnaryOp::Neg | UnaryOp::Complement => self.bits(ty, "an arithmetic operator"),
                }
            }
            ExprKind::Binary(op, a, b) => self.binary(*op, a, b, ty),
            ExprKind::Conditional(c, a, b) => {
                let condition = self.expr(c);
                self.agree(ScalarType::Bool, condition, "the condition of `?:`");
                let (a, b) = (self.expr(a), self.expr(b));
                self.agree(a, ty, "`?:`");
                self.agree(b, ty, "`?:`");
            }
            ExprKind::Cast(a) => {
                let from = self.expr(a);
                let possible =
                    !matches!(from, ScalarType::Varbit { .. }) && !matches!(ty, ScalarType::Varbit { .. });
                self.require(possible, "a cast of a varbit");
            }
            ExprKind::Slice { base, hi, lo } => {
                let base = self.expr(base);
                self.bits(base, "a slice");
                self.require(lo <= hi && *hi < base.width(), "a slice outside of its base");
                self.agree(ScalarType::bit(hi.saturating_sub(*lo) + 1), ty, "a slice");
            }
        }
        ty
    }

    /// True if the type has such a constant, its width aside.
    fn has_constant(&self, value: &BigUint, ty: ScalarType) -> bool {
        let members = match ty {
            ScalarType::Bool | ScalarType::Bits { .. } => return true,
            ScalarType::Varbit { .. } => return *value == BigUint::default(),
            ScalarType::Enum(id) => self.program.enums.find(id).map_or(0, |e| e.members.len()),
            ScalarType::Error => self.program.errors.len(),
        };
        *value < BigUint::from(members)
    }

    fn binary(&mut self, op: BinaryOp, a: &Expr, b: &Expr, ty: ScalarType) {
        let (left, right) = (self.expr(a), self.expr(b));
        match op.class() {
            OpClass::Arithmetic => {
                self.bits(ty, "an arithmetic operator");
                self.agree(left, ty, "a left operand");
                self.agree(right, ty, "a right operand");
            }
            OpClass::Shift => {
                self.bits(ty, "a shift");
                self.agree(left, ty, "a shifted value");
                let unsigned = matches!(right, ScalarType::Bits { signed: false, .. });
                self.require(unsigned, "a shift by something else than an unsigned number");
            }
            OpClass::Logic => {
                self.agree(ScalarType::Bool, ty, "a boolean operator");
                self.agree(left, ScalarType::Bool, "a boolean operand");
                self.agree(right, ScalarType::Bool, "a boolean operand");
            }
            OpClass::Concat => {
                self.bits(left, "`++`");
                self.bits(right, "`++`");
                let expected =
                    ScalarType::Bits { width: left.width() + right.width(), signed: left.is_signed() };
                self.agree(expected, ty, "`++`");
            }
            OpClass::Comparison(Comparison::Eq | Comparison::Ne) => {
                self.agree(ScalarType::Bool, ty, "a comparison");
                self.agree(left, right, "a comparison");
            }
            OpClass::Comparison(Comparison::Lt | Comparison::Le | Comparison::Gt | Comparison::Ge) => {
                self.agree(ScalarType::Bool, ty, "a comparison");
                self.agree(left, right, "a comparison");
                self.bits(left, "an ordered comparison");
            }
        }
    }

    pub(super) fn agree(&mut self, a: ScalarType, b: ScalarType, what: &str) {
        if a != b {
            self.fail(format!("types of {what} do not agree: {a:?} and {b:?}"));
        }
    }

    fn bits(&mut self, ty: ScalarType, what: &str) {
        if !matches!(ty, ScalarType::Bits { .. }) {
            self.fail(format!("{what} on {ty:?}"));
        }
    }

    /// Checks a header and answers its type.
    pub(super) fn header(&mut self, header: &HeaderRef, extracted: bool) -> Option<HeaderTypeId> {
        match header {
            HeaderRef::Header(id) => match self.program.headers.find(*id) {
                Some(header) => Some(header.ty),
                None => {
                    self.fail("a header that does not exist");
                    None
                }
            },
            HeaderRef::Element { stack, index } => {
                let index = self.expr(index);
                let unsigned = matches!(index, ScalarType::Bits { signed: false, .. });
                self.require(unsigned, "an index that is no unsigned number");
                self.stack(*stack)
            }
            HeaderRef::Next(stack) => {
                self.require(extracted && self.region == Region::Parser, "`next` that is not extracted");
                self.stack(*stack)
            }
            HeaderRef::Last(stack) => {
                self.require(self.region == Region::Parser, "`last` outside of a parser");
                self.stack(*stack)
            }
        }
    }

    pub(super) fn stack(&mut self, id: StackId) -> Option<HeaderTypeId> {
        match self.program.stacks.find(id) {
            Some(stack) => Some(stack.ty),
            None => {
                self.fail("a stack that does not exist");
                None
            }
        }
    }

    fn field(&mut self, header: &HeaderRef, field: u32) -> Option<ScalarType> {
        let ty = self.header(header, false)?;
        let found = self.program.header_types.find(ty)?.fields.get(field as usize).map(|f| f.ty);
        self.require(found.is_some(), "a field that does not exist");
        found
    }

    /// Checks an l-value and answers its type.
    pub(super) fn lvalue(&mut self, lvalue: &LValue) -> Option<ScalarType> {
        match lvalue {
            LValue::Local(id) => {
                let found = self.program.locals.find(*id).map(|l| l.ty);
                self.require(found.is_some(), "a local that does not exist");
                found
            }
            LValue::Field { header, field } => self.field(header, *field),
            LValue::Slice { base, hi, lo } => {
                let base = self.lvalue(base)?;
                self.bits(base, "a slice");
                self.require(lo <= hi && *hi < base.width(), "a slice outside of its base");
                Some(ScalarType::bit(hi.saturating_sub(*lo) + 1))
            }
        }
    }

    /// The receiver of an extern's result.
    pub(super) fn result(&mut self, arg: &Arg) {
        self.arg(arg);
        match arg {
            Arg::Out(_) | Arg::Header(_) | Arg::Stack(_) | Arg::Missing => {}
            Arg::Struct(fields) => fields.iter().for_each(|(_, field)| self.result(field)),
            Arg::In(_) | Arg::While { .. } | Arg::String(_) | Arg::Extern(_) | Arg::Packet => {
                self.fail("a result that nothing receives");
            }
        }
    }

    pub(super) fn arg(&mut self, arg: &Arg) {
        match arg {
            Arg::In(expr) => {
                self.expr(expr);
            }
            Arg::While { condition, value } => {
                let ty = self.expr(condition);
                self.require(ty == ScalarType::Bool, "a condition that is no `bool`");
                self.expr(value);
            }
            Arg::Out(lvalue) => {
                self.lvalue(lvalue);
            }
            Arg::Header(header) => {
                self.header(header, false);
            }
            Arg::Stack(stack) => {
                self.stack(*stack);
            }
            Arg::Struct(fields) => fields.iter().for_each(|(_, field)| self.arg(field)),
            Arg::Extern(id) => {
                self.require(self.program.externs.is_valid(*id), "an extern that does not exist")
            }
            Arg::String(_) | Arg::Packet | Arg::Missing => {}
        }
    }
}
