//! Statements.

use super::expr::fits;
use super::{Region, Validator};
use crate::ir::*;
use rustc_hash::FxHashSet;

impl Validator<'_> {
    pub(super) fn block(&mut self, block: &[Stmt]) {
        for stmt in block {
            self.span = stmt.span;
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Assign { dst, src } => {
                let src = self.expr(src);
                if let Some(dst) = self.lvalue(dst) {
                    self.agree(dst, src, "an assignment");
                }
            }
            StmtKind::SetValid { header, .. } => {
                self.header(header, false);
            }
            StmtKind::CopyHeader { dst, src } => {
                let (dst, src) = (self.header(dst, false), self.header(src, false));
                self.require(dst == src, "a copy between headers of different types");
            }
            StmtKind::PushFront { stack, .. } | StmtKind::PopFront { stack, .. } => {
                self.stack(*stack);
            }
            StmtKind::If { condition, then_block, else_block } => {
                let condition = self.expr(condition);
                self.agree(condition, ScalarType::Bool, "a condition");
                self.block(then_block);
                self.block(else_block);
            }
            StmtKind::Switch { scrutinee, cases, default } => {
                let ty = self.expr(scrutinee);
                let mut seen = FxHashSet::default();
                for (values, block) in cases {
                    for value in values {
                        self.require(fits(value, ty.width()), "a label wider than the scrutinee");
                        self.require(seen.insert(value), "a label that occurs twice");
                    }
                    self.block(block);
                }
                self.block(default);
            }
            StmtKind::Labelled { label, body, .. } => {
                self.require(self.program.labels.is_valid(*label), "a label that does not exist");
                let fresh = self.seen_labels.insert(*label);
                self.require(fresh, "a label with two blocks");
                self.open.push(*label);
                self.block(body);
                self.open.pop();
            }
            StmtKind::Leave(label) => {
                let inside = self.open.contains(label);
                self.require(inside, "a leave outside of its block");
            }
            StmtKind::Loop { body, .. } => self.block(body),
            StmtKind::ApplyTable { table, hit, action_run } => {
                self.require(self.region == Region::Control, "a table applied outside of a control");
                self.require(self.program.tables.is_valid(*table), "a table that does not exist");
                if let Some(hit) = hit {
                    self.local_is(*hit, ScalarType::Bool, "`hit`");
                }
                if let Some(run) = action_run {
                    self.local_is(*run, ScalarType::bit(32), "`action_run`");
                }
                let open: FxHashSet<LabelId> = self.open.iter().copied().collect();
                self.applied_within
                    .entry(*table)
                    .and_modify(|all| all.retain(|l| open.contains(l)))
                    .or_insert(open);
            }
            StmtKind::CallExtern { instance, args, result, .. } => {
                if let Some(instance) = instance {
                    self.require(self.program.externs.is_valid(*instance), "an extern that does not exist");
                }
                args.iter().for_each(|arg| self.arg(arg));
                if let Some(result) = result {
                    self.result(result);
                }
            }
            StmtKind::Extract { header, varbit_bits } => {
                self.parser_only("extract");
                let ty = self.header(header, true);
                if let Some(bits) = varbit_bits {
                    let bits = self.expr(bits);
                    self.agree(bits, ScalarType::bit(32), "a varbit's length");
                    let varbit =
                        ty.and_then(|t| self.program.header_types.find(t)).and_then(HeaderType::varbit_field);
                    self.require(varbit.is_some(), "a varbit extraction of a header without varbit");
                }
            }
            StmtKind::Lookahead { dst, .. } => {
                self.parser_only("lookahead");
                let ty = self.program.locals.find(*dst).map(|l| l.ty);
                let unsigned = matches!(ty, Some(ScalarType::Bits { signed: false, .. }));
                self.require(unsigned, "a lookahead into something else than an unsigned number");
            }
            StmtKind::Advance { bits } => {
                self.parser_only("advance");
                let bits = self.expr(bits);
                self.agree(bits, ScalarType::bit(32), "an advance");
            }
            StmtKind::PacketLength { dst } => {
                self.parser_only("length");
                self.local_is(*dst, ScalarType::bit(32), "the packet's length");
            }
            StmtKind::Verify { condition, error } => {
                self.parser_only("verify");
                let condition = self.expr(condition);
                self.agree(condition, ScalarType::Bool, "a condition");
                let error = self.expr(error);
                self.agree(error, ScalarType::Error, "an error");
            }
            StmtKind::Reject { error } => {
                self.parser_only("reject");
                let error = self.expr(error);
                self.agree(error, ScalarType::Error, "an error");
            }
            StmtKind::Emit(header) => {
                self.require(self.region != Region::Parser, "emit in a parser");
                self.header(header, false);
            }
            StmtKind::EmitScalar(expr) => {
                self.require(self.region != Region::Parser, "emit in a parser");
                self.expr(expr);
            }
        }
    }

    fn parser_only(&mut self, what: &str) {
        if self.region != Region::Parser {
            self.fail(format!("{what} outside of a parser"));
        }
    }
}
