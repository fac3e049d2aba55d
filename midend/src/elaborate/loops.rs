//! Loops. `for` over a collection is unrolled; the others become [`StmtKind::Loop`].

use super::env::{Binding, LoopLabels};
use super::storage::Loc;
use super::types::Class;
use super::value::Value;
use super::{Elaborator, Res};
use crate::analysis::rounds;
use crate::ir::{self, BinaryOp, Expr, LValue, ScalarType, StmtKind};
use num_bigint::BigUint;
use num_traits::ToPrimitive;
use p4xdp_frontend::hir::{self, Block, VarId};
use p4xdp_frontend::source::Span;

/// Values from `lo` to the largest, or at least one.
fn rounds_between(lo: &Expr, largest: &BigUint) -> Option<u64> {
    let lo = lo.as_const().cloned().unwrap_or_default();
    if lo > *largest { Some(1) } else { (largest - lo + 1u8).to_u64() }
}

impl<'h> Elaborator<'h> {
    pub(super) fn for_loop(
        &mut self,
        init: &'h [hir::Stmt],
        condition: &'h hir::Expr,
        update: &'h [hir::Stmt],
        body: &'h Block,
        span: Span,
    ) -> Res<()> {
        self.scoped(|e| {
            e.statements(init)?;
            e.looping(span, |e| {
                let (rounds, ()) = e.block(|e| {
                    let condition = e.scalar(condition)?;
                    e.leave_if(Expr::not(condition), span)?;
                    e.loop_body(body, span)?;
                    e.statements(update)
                })?;
                e.push(StmtKind::Loop { body: rounds, bound: None }, span);
                Ok(())
            })
        })
    }

    /// `lo .. hi` counts in a variable of its own, so that the body may change the loop variable, and leaves before the
    /// counter would pass `hi`, which may be the type's largest value.
    pub(super) fn for_range(
        &mut self,
        variable: VarId,
        lo: &'h hir::Expr,
        hi: &'h hir::Expr,
        body: &'h Block,
        span: Span,
    ) -> Res<()> {
        let (lo, hi) = self.scalar_pair(lo, hi)?;
        let ty = self.scalar_type(self.hir.variables[variable].ty, span)?;
        let (lo, hi) = (Expr::cast(lo, ty, span), Expr::cast(hi, ty, span));
        let most = rounds::largest(&hi);
        let hi = self.freeze_scalar(hi);
        let bound = if ty.is_signed() { 1u64.checked_shl(ty.width()) } else { rounds_between(&lo, &most) };
        let counter = self.new_local(self.hir.variables[variable].name.name.clone(), ty, Vec::new(), span);
        self.push(StmtKind::Assign { dst: LValue::Local(counter), src: lo }, span);
        let count = Expr::local(counter, ty, span);
        let any = Expr::binary(BinaryOp::Le, count.clone(), hi.clone(), ScalarType::Bool, span);
        let (looping, ()) = self.block(|e| {
            e.looping(span, |e| {
                let (rounds, ()) = e.block(|e| {
                    e.scoped(|e| {
                        e.loop_variable(variable, Value::Scalar(count.clone()), span)?;
                        e.loop_body(body, span)
                    })?;
                    let last = Expr::binary(BinaryOp::Eq, count.clone(), hi.clone(), ScalarType::Bool, span);
                    e.leave_if(last, span)?;
                    let one = Expr::constant(1u8, ty, span);
                    let src = Expr::binary(BinaryOp::Add, count.clone(), one, ty, span);
                    e.push(StmtKind::Assign { dst: LValue::Local(counter), src }, span);
                    Ok(())
                })?;
                e.push(StmtKind::Loop { body: rounds, bound }, span);
                Ok(())
            })
        })?;
        self.push(StmtKind::If { condition: any, then_block: looping, else_block: Vec::new() }, span);
        Ok(())
    }

    /// The collection is evaluated once, before the first round.
    pub(super) fn for_in(
        &mut self,
        variable: VarId,
        collection: &'h hir::Expr,
        body: &'h Block,
        span: Span,
    ) -> Res<()> {
        let value = self.value(collection)?;
        let value = self.freeze(value, collection.ty, span)?;
        let class = self.class(collection.ty, span)?;
        let elements = match (value, class) {
            (Value::List(parts), _) => parts.into_iter().map(|(_, part)| part).collect(),
            (value @ Value::At(Loc::Stack(_) | Loc::UnionStack(_)), Class::Stack { size, .. }) => {
                let mut elements = Vec::new();
                for i in 0..size {
                    elements.push(self.element(&value, i, span)?);
                }
                elements
            }
            (Value::At(Loc::Struct(parts)), _) => {
                let mut elements = Vec::new();
                for (_, part) in parts.iter() {
                    elements.push(self.read(part, span)?);
                }
                elements
            }
            _ => return Err(self.bug(span, "a loop over something without elements")),
        };
        self.looping(span, |e| {
            for element in elements {
                e.scoped(|e| {
                    e.loop_variable(variable, element, span)?;
                    e.loop_body(body, span)
                })?;
            }
            Ok(())
        })
    }

    fn loop_variable(&mut self, variable: VarId, value: Value, span: Span) -> Res<()> {
        let decl = &self.hir.variables[variable];
        let loc = self.variable_storage(variable)?;
        let value = self.convert(value, decl.ty, span)?;
        self.write(&loc, value, decl.ty, span)?;
        self.bind(variable, Binding::Loc(loc));
        Ok(())
    }

    /// Makes a loop; `break` goes behind it.
    fn looping(&mut self, span: Span, make: impl FnOnce(&mut Self) -> Res<()>) -> Res<()> {
        if let Some(frame) = self.env.frames.last_mut() {
            frame.loops.push(LoopLabels::default());
        }
        let made = self.block(make);
        let labels = self.env.frames.last_mut().and_then(|f| f.loops.pop()).unwrap_or_default();
        let (body, ()) = made?;
        self.labelled(labels.on_break, body, span);
        Ok(())
    }

    /// The body of a round; `continue` goes behind it.
    fn loop_body(&mut self, body: &'h Block, span: Span) -> Res<()> {
        let (block, ()) = self.block(|e| e.block_stmt(body))?;
        let labels = self.env.frames.last_mut().and_then(|f| f.loops.last_mut());
        let label = labels.and_then(|l| l.on_continue.take());
        self.labelled(label, block, span);
        Ok(())
    }

    /// A block with its label, if it has one.
    pub(super) fn labelled(&mut self, label: Option<ir::LabelId>, body: ir::Block, span: Span) {
        match label {
            Some(label) => self.push(StmtKind::Labelled { label, atomic: false, body }, span),
            None => self.out.extend(body),
        }
    }

    fn leave_if(&mut self, condition: Expr, span: Span) -> Res<()> {
        let (then_block, ()) = self.block(|e| e.leave_loop(true, span))?;
        self.push(StmtKind::If { condition, then_block, else_block: Vec::new() }, span);
        Ok(())
    }

    /// `break` or `continue`.
    pub(super) fn leave_loop(&mut self, is_break: bool, span: Span) -> Res<()> {
        let fresh = self.ir.labels.push(span);
        let Some(labels) = self.env.frames.last_mut().and_then(|f| f.loops.last_mut()) else {
            return Err(self.bug(span, "`break` or `continue` outside of a loop"));
        };
        let label = if is_break { &mut labels.on_break } else { &mut labels.on_continue };
        let label = *label.get_or_insert(fresh);
        self.push(StmtKind::Leave(label), span);
        Ok(())
    }
}
