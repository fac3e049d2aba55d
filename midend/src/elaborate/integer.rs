//! Arithmetic of type `int` on values known at run time only: `(bit<8>) ((int) x + 1)`. A number's type is as wide as its largest value
//! needs, so that nothing wraps.

use super::{Elaborator, Res};
use crate::ir::{self, Expr, ScalarType};
use num_traits::ToPrimitive;
use p4xdp_frontend::hir::{self, BinaryOp, ConstValue, ExprKind, Type, UnaryOp};

/// Bits that such a number may need.
const MOST_BITS: u32 = 4096;

impl<'h> Elaborator<'h> {
    /// True for expressions of type `int`.
    pub(super) fn is_int(&self, e: &hir::Expr) -> bool {
        matches!(self.types.list[e.ty], Type::Int)
    }

    /// A number of type `int` as a signed one that is wide enough.
    pub(super) fn integer(&mut self, e: &'h hir::Expr) -> Res<Expr> {
        let span = e.span;
        if let Some(ConstValue::Int(value)) = self.try_constant(e)? {
            let width = value.bits() as u32 + 1;
            let ty = self.signed(width, e)?;
            return Ok(Expr::constant(super::value::pattern(&value, width), ty, span));
        }
        match &e.kind {
            ExprKind::Cast(a) if !self.is_int(a) => {
                let a = self.scalar(a)?;
                let extra = u32::from(!a.ty.is_signed());
                let ty = self.signed(a.ty.width() + extra, e)?;
                Ok(Expr::cast(a, ty, span))
            }
            ExprKind::Cast(a) | ExprKind::Unary(UnaryOp::Plus, a) => self.integer(a),
            ExprKind::Unary(UnaryOp::Neg, a) => {
                let a = self.integer(a)?;
                let ty = self.signed(a.ty.width() + 1, e)?;
                let a = Box::new(Expr::cast(a, ty, span));
                Ok(Expr { kind: ir::ExprKind::Unary(ir::UnaryOp::Neg, a), ty, span })
            }
            ExprKind::Binary(op, a, b) => {
                if let BinaryOp::Shl | BinaryOp::Shr = op {
                    return self.integer_shift(*op, a, b, e);
                }
                let (a, b) = self.integer_pair(a, b)?;
                let widest = a.ty.width().max(b.ty.width());
                let width = match op {
                    BinaryOp::Add | BinaryOp::Sub | BinaryOp::Div => widest + 1,
                    BinaryOp::Mul => a.ty.width() + b.ty.width(),
                    BinaryOp::Mod | BinaryOp::BitAnd | BinaryOp::BitOr | BinaryOp::BitXor => widest,
                    _ => return Err(self.unsupported(span, "this operator on run-time values of type `int`")),
                };
                let ty = self.signed(width, e)?;
                Ok(Expr::binary(*op, Expr::cast(a, ty, span), Expr::cast(b, ty, span), ty, span))
            }
            _ => Err(self.unsupported(span, "a run-time value of type `int` of this kind")),
        }
    }

    /// Two numbers of type `int`, evaluated from left to right.
    fn integer_pair(&mut self, a: &'h hir::Expr, b: &'h hir::Expr) -> Res<(Expr, Expr)> {
        let left = self.integer(a)?;
        let mark = self.out.len();
        let right = self.integer(b)?;
        if self.out.len() > mark {
            return Err(self.unsupported(b.span, "an operand with effects in arithmetic of type `int`"));
        }
        Ok((left, right))
    }

    /// Two numbers of type `int` in one type.
    pub(super) fn integers(&mut self, a: &'h hir::Expr, b: &'h hir::Expr) -> Res<(Expr, Expr)> {
        let (left, right) = self.integer_pair(a, b)?;
        let ty = self.signed(left.ty.width().max(right.ty.width()), a)?;
        Ok((Expr::cast(left, ty, a.span), Expr::cast(right, ty, b.span)))
    }

    fn integer_shift(
        &mut self,
        op: BinaryOp,
        a: &'h hir::Expr,
        b: &'h hir::Expr,
        e: &'h hir::Expr,
    ) -> Res<Expr> {
        let amount = match self.try_constant(b)? {
            Some(ConstValue::Int(amount)) => amount.to_u32().unwrap_or(MOST_BITS),
            _ => return Err(self.unsupported(e.span, "a shift of type `int` by a run-time amount")),
        };
        let a = self.integer(a)?;
        let width = if op == BinaryOp::Shl { a.ty.width().saturating_add(amount) } else { a.ty.width() };
        let ty = self.signed(width, e)?;
        let amount = Expr::constant(amount, ScalarType::bit(32), b.span);
        Ok(Expr::binary(op, Expr::cast(a, ty, e.span), amount, ty, e.span))
    }

    fn signed(&mut self, width: u32, e: &hir::Expr) -> Res<ScalarType> {
        if width > MOST_BITS {
            return Err(self.unsupported(e.span, format!("a number of more than {MOST_BITS} bits")));
        }
        Ok(ScalarType::Bits { width, signed: true })
    }
}
