//! Statements and transitions.

use super::{Lowering, writing};
use crate::interp::code::{Access, Any, Block, Call, Case, Matcher, Op, Stmt, Target, Transition};
use crate::interp::externs;
use crate::interp::layout::Slot;
use crate::interp::value::{NARROW, Value, low128};
use crate::ir::{self, Keyset, ScalarType, StmtKind};
use cranelift_entity::EntityRef;

impl Lowering<'_> {
    /// Statements in order.
    pub(super) fn block(&mut self, block: &ir::Block) -> Block {
        let Some(first) = block.first() else { return Self::empty_block() };
        self.deeper(first.span, Vec::new(), |this| {
            let mut out = Vec::with_capacity(block.len());
            for stmt in block {
                let outer = std::mem::take(&mut this.guards);
                let op = this.op(stmt);
                let guards = std::mem::replace(&mut this.guards, outer);
                this.guard(guards, stmt.span, &mut out);
                out.extend(op.map(|op| Stmt { op, span: stmt.span }));
            }
            out
        })
    }

    fn guard(&self, mut guards: Vec<(u32, bool)>, span: p4xdp_frontend::source::Span, out: &mut Block) {
        guards.dedup();
        out.extend(guards.into_iter().map(|(stack, next)| Stmt { op: Op::Guard(stack, next), span }));
    }

    fn op(&mut self, stmt: &ir::Stmt) -> Option<Op> {
        Some(match &stmt.kind {
            StmtKind::Assign { dst, src } => {
                let src = self.any(src);
                let dst = self.dst(dst);
                match (dst.header, dst.slot, dst.part, src) {
                    (None, Slot::Narrow(slot), None, Any::Narrow(n)) => Op::Set(slot, n),
                    (Some(Access::Fixed(h)), Slot::Narrow(slot), None, Any::Narrow(n)) if h != u32::MAX => {
                        match self.layout.absolute(h as usize, Slot::Narrow(slot)) {
                            Slot::Narrow(slot) => Op::SetField(h, slot, n),
                            Slot::Wide(_) | Slot::Var(_) => return None,
                        }
                    }
                    (header, slot, part, src) => {
                        Op::Assign(crate::interp::code::Dst { header, slot, width: dst.width, part }, src)
                    }
                }
            }
            StmtKind::SetValid { header, valid } => Op::SetValid(self.access(header), *valid),
            StmtKind::CopyHeader { dst, src } => Op::CopyHeader(self.access(dst), self.access(src)),
            StmtKind::PushFront { stack, count } => Op::Push(stack.index() as u32, *count, true),
            StmtKind::PopFront { stack, count } => Op::Push(stack.index() as u32, *count, false),
            StmtKind::If { condition, then_block, else_block } => {
                let shown = (!self.is_exit_check(condition, stmt.span)).then_some(condition.span);
                let condition = self.narrow(condition);
                Op::If(condition, self.block(then_block), self.block(else_block), shown)
            }
            StmtKind::Switch { scrutinee, cases, default } => {
                let width = scrutinee.ty.width();
                let scrutinee = self.scalar(scrutinee);
                let cases = cases
                    .iter()
                    .map(|(values, block)| {
                        (values.iter().map(|v| Value::new(v, width)).collect(), self.block(block))
                    })
                    .collect();
                Op::Switch(scrutinee, cases, self.block(default))
            }
            StmtKind::Labelled { label, body, .. } => Op::Labelled(label.index() as u32, self.block(body)),
            StmtKind::Leave(label) => Op::Leave(label.index() as u32),
            StmtKind::Loop { body, bound: _ } => Op::Loop(self.block(body)),
            StmtKind::ApplyTable { table, hit, action_run } => Op::Apply(
                table.index() as u32,
                hit.map(|l| self.narrow_local(l)),
                action_run.map(|l| self.narrow_local(l)),
            ),
            StmtKind::CallExtern { instance, name, type_args: _, args, result } => {
                let builtin = self.builtin(*instance, name, args, stmt.span)?;
                let writings = if externs::writes_message(name) {
                    writing::of_args(self.program, args.get(1..).unwrap_or_default())
                } else {
                    Vec::new()
                };
                let args = args.iter().map(|a| self.arg(a)).collect();
                let result = result.as_ref().map(|r| self.arg(r));
                let tells = externs::tells(name);
                let name = match instance {
                    Some(id) => format!("{}.{name}", self.program.externs[*id].name).into(),
                    None => name.clone(),
                };
                let instance = instance.map(|i| i.index() as u32);
                let span = stmt.span;
                Op::Call(Box::new(Call { builtin, name, tells, instance, args, writings, result, span }))
            }
            StmtKind::Extract { header, varbit_bits } => {
                let length = varbit_bits.as_ref().map(|e| self.narrow(e));
                Op::Extract(self.access(header), length)
            }
            StmtKind::Lookahead { offset, dst } => {
                let width = self.program.locals[*dst].ty.width();
                Op::Lookahead(*offset, self.layout.local(*dst), width)
            }
            StmtKind::Advance { bits } => Op::Advance(self.narrow(bits)),
            StmtKind::PacketLength { dst } => Op::PacketLength(self.layout.local(*dst)),
            StmtKind::Verify { condition, error } => {
                let condition = self.narrow(condition);
                Op::Verify(condition, self.narrow(error))
            }
            StmtKind::Reject { error } => Op::Reject(self.narrow(error)),
            StmtKind::Emit(header) => Op::Emit(self.access(header)),
            StmtKind::EmitScalar(e) => Op::EmitScalar(self.scalar(e)),
        })
    }

    /// Elaboration looks behind the application of a table at whether an action has exited: a condition that stands at the call.
    fn is_exit_check(&self, condition: &ir::Expr, stmt: p4xdp_frontend::source::Span) -> bool {
        let is_flag = |id| &*self.program.locals[id].name == "exited";
        condition.span == stmt && matches!(condition.kind, ir::ExprKind::Local(id) if is_flag(id))
    }

    pub(super) fn transition(&mut self, transition: &ir::Transition) -> Transition {
        match transition {
            ir::Transition::Direct(target) => Transition::Direct(lower_target(*target)),
            ir::Transition::Select { keys, cases } => {
                let outer = std::mem::take(&mut self.guards);
                let types: Vec<ScalarType> = keys.iter().map(|k| k.ty).collect();
                let span = keys.first().map(|k| k.span).unwrap_or_default();
                let keys = keys.iter().map(|k| self.any(k)).collect();
                let mut guards = Vec::new();
                let needed = std::mem::replace(&mut self.guards, outer);
                self.guard(needed, span, &mut guards);
                let cases = cases
                    .iter()
                    .map(|case| Case {
                        matchers: case.keysets.iter().zip(&types).map(|(k, ty)| matcher(k, *ty)).collect(),
                        target: lower_target(case.target),
                    })
                    .collect();
                Transition::Select(guards, keys, cases, span)
            }
        }
    }
}

fn lower_target(target: ir::Target) -> Target {
    match target {
        ir::Target::State(s) => Target::State(s.index() as u32),
        ir::Target::Accept => Target::Accept,
        ir::Target::Reject => Target::Reject,
    }
}

/// A keyset for a key of a type.
pub(in crate::interp) fn matcher(keyset: &Keyset, ty: ScalarType) -> Matcher {
    let width = ty.width();
    if width > NARROW {
        return match keyset {
            Keyset::Universal => Matcher::Any,
            Keyset::ValueSet(id) => Matcher::ValueSet(id.index() as u32),
            Keyset::Value(_) | Keyset::Mask { .. } | Keyset::Range { .. } => {
                Matcher::Wide(keyset.clone(), width, ty.is_signed())
            }
        };
    }
    match keyset {
        Keyset::Universal => Matcher::Any,
        Keyset::Value(v) => Matcher::Masked { value: low128(v), mask: u128::MAX },
        Keyset::Mask { value, mask } => {
            let mask = low128(mask);
            Matcher::Masked { value: low128(value) & mask, mask }
        }
        Keyset::Range { lo, hi } => {
            Matcher::Range { low: low128(lo), high: low128(hi), signed: ty.is_signed().then_some(width) }
        }
        Keyset::ValueSet(id) => Matcher::ValueSet(id.index() as u32),
    }
}
