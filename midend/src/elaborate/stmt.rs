//! Statements.

use super::env::{Binding, FrameKind};
use super::expr::NextAs;
use super::storage::Loc;
use super::value::Value;
use super::walk;
use super::{Elaborator, Res};
use crate::ir::{self, Expr, LValue, LabelId, ScalarType, StmtKind};
use num_bigint::BigUint;
use p4xdp_frontend::hir::{self, BinaryOp, Block, ConstValue, ExprKind, SwitchCase, SwitchLabel, VarId};
use p4xdp_frontend::source::Span;

impl<'h> Elaborator<'h> {
    /// A block with a scope of its own.
    pub(super) fn block_stmt(&mut self, block: &'h Block) -> Res<()> {
        let within = |e: &mut Self| e.scoped(|e| e.statements(&block.statements));
        if is_atomic(&block.annotations) { self.atomic(block.span, within) } else { within(self) }
    }

    /// Statements that others see as one step. A parser that has such is one as a whole.
    pub(super) fn atomic(&mut self, span: Span, within: impl FnOnce(&mut Self) -> Res<()>) -> Res<()> {
        if let Some(parser) = &mut self.parser {
            parser.atomic = true;
            return within(self);
        }
        let (body, ()) = self.block(within)?;
        let label = self.ir.labels.push(span);
        self.push(StmtKind::Labelled { label, atomic: true, body }, span);
        Ok(())
    }

    /// Statements in the scope at hand. Goes on behind a statement that is in error.
    pub(super) fn statements(&mut self, list: &'h [hir::Stmt]) -> Res<()> {
        let mut result = Ok(());
        for stmt in list {
            result = result.and(self.stmt(stmt));
            self.check_size(stmt.span)?;
        }
        result
    }

    fn stmt(&mut self, stmt: &'h hir::Stmt) -> Res<()> {
        let span = stmt.span;
        match &stmt.kind {
            hir::StmtKind::Variable(var, init) => self.variable(*var, init.as_ref()),
            hir::StmtKind::Constant(_) => Ok(()),
            hir::StmtKind::Instance(id) => self.instance(*id).map(|_| ()),
            hir::StmtKind::Assign { lhs, op, rhs } => self.assign(lhs, *op, rhs, span),
            hir::StmtKind::Call(call) => self.call(call).map(|_| ()),
            hir::StmtKind::If { condition, then_block, else_block } => {
                let applies = self.parser.is_some()
                    && (walk::applies_parser(&then_block.statements)
                        || else_block.as_ref().is_some_and(|b| walk::applies_parser(&b.statements)));
                // What is never run needs no elaboration, and is not there for control planes: as in p4c.
                let condition = match self.try_constant(condition)? {
                    Some(ConstValue::Bool(known)) => Expr::bool(known, span),
                    Some(_) | None => self.scalar(condition)?,
                };
                if let Some(known) = condition.as_const() {
                    return if *known == BigUint::from(1u8) {
                        self.block_stmt(then_block)
                    } else {
                        else_block.as_ref().map_or(Ok(()), |b| self.block_stmt(b))
                    };
                }
                if applies {
                    return self.if_in_parser(condition, then_block, else_block.as_ref(), span);
                }
                let then = self.block(|e| e.block_stmt(then_block));
                let otherwise = self.block(|e| else_block.as_ref().map_or(Ok(()), |b| e.block_stmt(b)));
                let ((then_block, ()), (else_block, ())) = (then?, otherwise?);
                self.push(StmtKind::If { condition, then_block, else_block }, span);
                Ok(())
            }
            hir::StmtKind::Block(block) => self.block_stmt(block),
            hir::StmtKind::Switch { scrutinee, cases, default } => {
                self.switch(scrutinee, cases, default.as_ref(), span)
            }
            hir::StmtKind::For { init, condition, update, body } => {
                self.for_loop(init, condition, update, body, span)
            }
            hir::StmtKind::ForRange { variable, lo, hi, body } => {
                self.for_range(*variable, lo, hi, body, span)
            }
            hir::StmtKind::ForIn { variable, collection, body } => {
                self.for_in(*variable, collection, body, span)
            }
            hir::StmtKind::Break => self.leave_loop(true, span),
            hir::StmtKind::Continue => self.leave_loop(false, span),
            hir::StmtKind::Exit => self.exit(span),
            hir::StmtKind::Return(value) => self.return_stmt(value.as_ref(), span),
        }
    }

    /// A variable comes to life. Without an initialiser it is zero, or invalid.
    pub(super) fn variable(&mut self, var: VarId, init: Option<&'h hir::Expr>) -> Res<()> {
        let decl = &self.hir.variables[var];
        let span = decl.name.span;
        let value = match init {
            Some(init) => {
                let value = self.value(init)?;
                self.convert(value, decl.ty, init.span)?
            }
            None => self.default_value(decl.ty, span)?,
        };
        let loc = self.variable_storage(var)?;
        self.write(&loc, value, decl.ty, span)?;
        self.bind(var, Binding::Loc(loc));
        Ok(())
    }

    /// A variable of a control's body keeps its storage from one application to the next: tables may know it.
    pub(super) fn variable_storage(&mut self, var: VarId) -> Res<Loc> {
        let decl = &self.hir.variables[var];
        let keeper = match self.env.frames.last() {
            Some(frame) if frame.is_control => self.env.owner,
            _ => None,
        };
        if let Some(owner) = keeper
            && let Some(known) = self.objects[owner].locals.get(&var)
        {
            return Ok(known.clone());
        }
        let loc = self.alloc(decl.ty, &decl.name.name, &decl.annotations, decl.name.span)?;
        if let Some(owner) = keeper {
            self.objects[owner].locals.insert(var, loc.clone());
        }
        Ok(loc)
    }

    fn assign(
        &mut self,
        lhs: &'h hir::Expr,
        op: Option<BinaryOp>,
        rhs: &'h hir::Expr,
        span: Span,
    ) -> Res<()> {
        let loc = self.loc(lhs, NextAs::Element)?;
        let old = match op {
            Some(_) => Some(self.read_scalar(&loc, lhs.span)?),
            None => None,
        };
        let mark = self.out.len();
        let value = self.value(rhs)?;
        let end = self.out.len();
        let loc = self.guard_loc(loc, mark);
        let value = match (op, old) {
            (Some(op), Some(old)) => {
                // `A op= B` is `A = A op B`: the left operand is evaluated first.
                let mark = mark + (self.out.len() - end);
                let old = self.guard(Value::Scalar(old), lhs.ty, mark, lhs.span)?;
                let (Value::Scalar(old), Value::Scalar(operand)) = (old, value) else {
                    return Err(self.bug(span, "an operation on an aggregate"));
                };
                Value::Scalar(self.update(op, old, operand, span))
            }
            _ => self.convert(value, lhs.ty, rhs.span)?,
        };
        self.write(&loc, value, lhs.ty, span)
    }

    fn switch(
        &mut self,
        scrutinee: &'h hir::Expr,
        cases: &'h [SwitchCase],
        default: Option<&'h Block>,
        span: Span,
    ) -> Res<()> {
        let (scrutinee, positions) = match &scrutinee.kind {
            ExprKind::TableActionRun(apply) => {
                let ty = ScalarType::bit(32);
                let run = self.new_local("action_run".into(), ty, Vec::new(), span);
                let info = self.apply_table(apply, None, Some(run))?;
                (Expr::local(run, ty, scrutinee.span), Some(info))
            }
            _ => (self.scalar(scrutinee)?, None),
        };
        let mut arms = Vec::new();
        let mut result = Ok(());
        for case in cases {
            let mut values = Vec::new();
            for label in &case.labels {
                match label {
                    SwitchLabel::Action(action, span) => {
                        match positions.as_ref().and_then(|i| i.actions.get(action)) {
                            Some(&position) => values.push(BigUint::from(position)),
                            None => return Err(self.bug(*span, "a label that is no action of the table")),
                        }
                    }
                    SwitchLabel::Value(e) => values.extend(self.constant_patterns(e)?),
                }
            }
            match self.block(|e| e.block_stmt(&case.block)) {
                Ok((block, ())) => arms.push((values, block)),
                Err(error) => result = Err(error),
            }
        }
        let default = self.block(|e| default.map_or(Ok(()), |b| e.block_stmt(b)));
        result?;
        let (default, ()) = default?;
        self.push(StmtKind::Switch { scrutinee, cases: arms, default }, span);
        Ok(())
    }

    /// `return`: the copies out are made behind the label.
    fn return_stmt(&mut self, value: Option<&'h hir::Expr>, span: Span) -> Res<()> {
        if let Some(value) = value {
            let result = self.value(value)?;
            let Some((loc, ty)) = self.env.frames.last().and_then(|f| f.result.clone()) else {
                return Err(self.bug(span, "a result that nobody takes"));
            };
            let result = self.convert(result, ty, value.span)?;
            self.write(&loc, result, ty, span)?;
        }
        let top = self.env.frames.len().saturating_sub(1);
        let label = self.frame_label(top, span)?;
        self.push(StmtKind::Leave(label), span);
        Ok(())
    }

    /// `exit`: the copies out of all enclosing callables, innermost first, then to the end of the stage. In a table's
    /// action copies of the callables around the table cannot be made, as the table may be applied in several
    /// places: there it sets a flag that is looked at behind each application.
    pub(super) fn exit(&mut self, span: Span) -> Res<()> {
        for at in (0..self.env.frames.len()).rev() {
            let Some(frame) = self.env.frames.get(at) else {
                break;
            };
            let (kind, copies) = (frame.kind, frame.copy_outs.clone());
            for copy in copies {
                let value = self.read(&copy.param, span)?;
                self.write(&copy.arg, value, copy.ty, span)?;
            }
            let target = match kind {
                FrameKind::Inlined => continue,
                FrameKind::Stage => at,
                FrameKind::TableAction => {
                    let outer = self.env.frames.get(..at).unwrap_or_default();
                    if outer.iter().any(|f| f.is_shared || !f.copy_outs.is_empty()) {
                        let flag = self.exit_flag(span);
                        let value = Expr::bool(true, span);
                        self.push(StmtKind::Assign { dst: LValue::Local(flag), src: value }, span);
                        self.env.flagged = true;
                        at
                    } else {
                        0
                    }
                }
            };
            let label = self.frame_label(target, span)?;
            self.push(StmtKind::Leave(label), span);
            return Ok(());
        }
        Err(self.bug(span, "`exit` outside of a control"))
    }

    /// The local that says that an action has exited; cleared where the stage begins.
    pub(super) fn exit_flag(&mut self, span: Span) -> ir::LocalId {
        match self.env.exit_flag {
            Some(flag) => flag,
            None => {
                let flag = self.new_local("exited".into(), ScalarType::Bool, Vec::new(), span);
                self.env.exit_flag = Some(flag);
                flag
            }
        }
    }

    /// The label behind a frame's body.
    fn frame_label(&mut self, at: usize, span: Span) -> Res<LabelId> {
        if let Some(known) = self.env.frames.get(at).and_then(|f| f.label) {
            return Ok(known);
        }
        let label = self.ir.labels.push(span);
        match self.env.frames.get_mut(at) {
            Some(frame) => {
                frame.label = Some(label);
                Ok(label)
            }
            None => Err(self.bug(span, "a return from nowhere")),
        }
    }
}

/// `@atomic`
pub(super) fn is_atomic(annotations: &[hir::Annotation]) -> bool {
    annotations.iter().any(|annotation| &*annotation.name.text == "atomic")
}
