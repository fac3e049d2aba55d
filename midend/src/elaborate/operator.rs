//! Operators. `&&`, `||` and `?:` become control flow where an operand has effects.

use super::expr::unsigned;
use super::value::Value;
use super::{Elaborator, Res};
use crate::ir::{self, Expr, LValue, ScalarType, StmtKind};
use p4xdp_frontend::hir::{self, BinaryOp, Type, UnaryOp};
use p4xdp_frontend::source::Span;

impl<'h> Elaborator<'h> {
    pub(super) fn unary(&mut self, op: UnaryOp, a: &'h hir::Expr, span: Span) -> Res<Value> {
        let a = self.scalar(a)?;
        let op = match op {
            UnaryOp::Plus => return Ok(Value::Scalar(a)),
            UnaryOp::Neg => ir::UnaryOp::Neg,
            UnaryOp::Not => ir::UnaryOp::Not,
            UnaryOp::Complement => ir::UnaryOp::Complement,
        };
        let ty = a.ty;
        Ok(Value::Scalar(Expr { kind: ir::ExprKind::Unary(op, Box::new(a)), ty, span }))
    }

    pub(super) fn binary(
        &mut self,
        op: BinaryOp,
        a: &'h hir::Expr,
        b: &'h hir::Expr,
        e: &'h hir::Expr,
    ) -> Res<Value> {
        let span = e.span;
        if matches!(self.types.list[a.ty], Type::Int | Type::String | Type::MatchKind) {
            return match self.try_constant(e)? {
                None if self.is_int(a) && self.is_int(b) => {
                    let (a, b) = self.integers(a, b)?;
                    Ok(Value::Scalar(Expr::binary(op, a, b, ScalarType::Bool, span)))
                }
                _ => {
                    let value = self.constant(e)?;
                    self.constant_value(&value, e.ty, span)
                }
            };
        }
        match op {
            BinaryOp::And | BinaryOp::Or => return self.short_circuit(op == BinaryOp::And, a, b, span),
            BinaryOp::Eq | BinaryOp::Ne => {
                let left = self.value(a)?;
                let mark = self.out.len();
                let right = self.value(b)?;
                let left = self.guard(left, a.ty, mark, a.span)?;
                let equal = self.compare(left, right, a.ty, span)?;
                return Ok(Value::Scalar(if op == BinaryOp::Eq { equal } else { not(equal) }));
            }
            _ => {}
        }
        let (left, right) = self.scalar_pair(a, b)?;
        let right = match op {
            BinaryOp::Shl | BinaryOp::Shr => unsigned(right),
            _ => right,
        };
        let ty = self.scalar_type(e.ty, span)?;
        Ok(Value::Scalar(Expr::binary(op, left, right, ty, span)))
    }

    /// `old op operand` of an `op=` assignment.
    pub(super) fn update(&mut self, op: BinaryOp, old: Expr, operand: Expr, span: Span) -> Expr {
        let ty = old.ty;
        let operand = match op {
            BinaryOp::Shl | BinaryOp::Shr => unsigned(operand),
            _ => Expr::cast(operand, ty, span),
        };
        Expr::binary(op, old, operand, ty, span)
    }

    fn short_circuit(&mut self, and: bool, a: &'h hir::Expr, b: &'h hir::Expr, span: Span) -> Res<Value> {
        let left = self.scalar(a)?;
        if left.as_const().is_some_and(|v| (*v == 0u8.into()) == and) {
            return Ok(Value::Scalar(left));
        }
        let (mut block, right) = self.block(|e| e.scalar(b))?;
        if block.is_empty() {
            let op = if and { BinaryOp::And } else { BinaryOp::Or };
            return Ok(Value::Scalar(Expr::binary(op, left, right, ScalarType::Bool, span)));
        }
        let result = self.new_local("tmp".into(), ScalarType::Bool, Vec::new(), span);
        self.push(StmtKind::Assign { dst: LValue::Local(result), src: left }, span);
        let value = Expr::local(result, ScalarType::Bool, span);
        let assign = StmtKind::Assign { dst: LValue::Local(result), src: right };
        block.push(ir::Stmt { kind: assign, span });
        let condition = if and { value.clone() } else { Expr::not(value.clone()) };
        self.push(StmtKind::If { condition, then_block: block, else_block: Vec::new() }, span);
        Ok(Value::Scalar(value))
    }

    pub(super) fn conditional(
        &mut self,
        c: &'h hir::Expr,
        a: &'h hir::Expr,
        b: &'h hir::Expr,
        e: &'h hir::Expr,
    ) -> Res<Value> {
        let span = e.span;
        let condition = self.scalar(c)?;
        if let Some(known) = condition.as_const() {
            let chosen = if *known == 0u8.into() { b } else { a };
            let value = self.value(chosen)?;
            return self.convert(value, e.ty, span);
        }
        let (then_block, then_value) = self.block(|s| {
            let value = s.value(a)?;
            s.convert(value, e.ty, span)
        })?;
        let (else_block, else_value) = self.block(|s| {
            let value = s.value(b)?;
            s.convert(value, e.ty, span)
        })?;
        if then_block.is_empty()
            && else_block.is_empty()
            && let (Value::Scalar(a), Value::Scalar(b)) = (&then_value, &else_value)
        {
            let ty = a.ty;
            let (a, b) = (Box::new(a.clone()), Box::new(b.clone()));
            let kind = ir::ExprKind::Conditional(Box::new(condition), a, b);
            return Ok(Value::Scalar(Expr { kind, ty, span }));
        }
        let result = self.alloc(e.ty, &"tmp".into(), &[], span)?;
        let branch = |s: &mut Self, block: ir::Block, value: Value| {
            s.block(|s| {
                s.out = block;
                s.write(&result, value, e.ty, span)
            })
        };
        let (then_block, ()) = branch(self, then_block, then_value)?;
        let (else_block, ()) = branch(self, else_block, else_value)?;
        self.push(StmtKind::If { condition, then_block, else_block }, span);
        self.read(&result, span)
    }
}

/// `!e`
pub(super) fn not(e: Expr) -> Expr {
    match e.kind {
        ir::ExprKind::Binary(BinaryOp::Eq, a, b) => {
            Expr { kind: ir::ExprKind::Binary(BinaryOp::Ne, a, b), ty: e.ty, span: e.span }
        }
        ir::ExprKind::Unary(ir::UnaryOp::Not, a) => *a,
        _ => Expr::not(e),
    }
}
