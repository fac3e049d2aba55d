//! How many rounds a loop can have: in, its body; out, a number that it never exceeds, unless it never ends.
//!
//! ```text
//! loop { if (k >= n) { leave l } A; k = k + 1 }          k and n have 16 bits: 65,536 rounds
//! ```
//!
//! A loop counts if a local is set at one place of the round, by itself and by what no round changes, and a test of that leaves it. Then the counter
//! has only so many values: the loop has left by the time that one comes again, or never will.

use super::effects::{self, StorageSet};
use crate::ir::*;
use num_bigint::BigUint;
use num_traits::{One, ToPrimitive, Zero};
use rustc_hash::FxHashSet;

/// The most rounds that the loop with this body begins, if that can be told.
pub fn most(program: &Program, body: &[Stmt]) -> Option<u64> {
    let mut all = StorageSet::new();
    effects::block_effects(program, body, &mut StorageSet::new(), &mut all);
    let round = Round { program, body, all };
    body.iter().filter_map(|stmt| round.by_counter(stmt)).min()
}

/// The largest value that an expression can have; of a signed one, as if it had no sign.
pub fn largest(expr: &Expr) -> BigUint {
    let any = ones(expr.ty.width());
    let value = match &expr.kind {
        ExprKind::Const(value) => value.clone(),
        ExprKind::Cast(operand) if operand.ty.is_signed() => any.clone(),
        ExprKind::Cast(operand) => largest(operand),
        ExprKind::Slice { hi, lo, .. } => ones(hi - lo + 1),
        ExprKind::Binary(BinaryOp::BitAnd, a, b) => largest(a).min(largest(b)),
        ExprKind::Conditional(_, a, b) => largest(a).max(largest(b)),
        ExprKind::Local(_)
        | ExprKind::Field { .. }
        | ExprKind::IsValid(_)
        | ExprKind::Unary(..)
        | ExprKind::Binary(..) => any.clone(),
    };
    value.min(any)
}

fn ones(width: u32) -> BigUint {
    (BigUint::one() << width) - 1u8
}

/// A test that leaves the loop.
struct Exit<'a> {
    condition: &'a Expr,
    /// It leaves where the condition holds.
    if_true: bool,
}

struct Round<'a> {
    program: &'a Program,
    body: &'a [Stmt],
    /// What a round may write.
    all: StorageSet,
}

impl<'a> Round<'a> {
    /// By the counter that a statement of the round sets.
    fn by_counter(&self, stmt: &Stmt) -> Option<u64> {
        let StmtKind::Assign { dst: LValue::Local(counter), src } = &stmt.kind else { return None };
        let others = || self.body.iter().filter(|other| !std::ptr::eq(*other, stmt));
        let writes = |other: &Stmt| {
            let mut writes = StorageSet::new();
            effects::stmt_effects(self.program, other, &mut StorageSet::new(), &mut writes);
            writes.locals.contains(counter)
        };
        if !self.is_of(src, *counter) || others().any(writes) {
            return None;
        }
        let exits: Vec<Exit<'_>> =
            others().filter_map(exit).filter(|exit| self.is_of(exit.condition, *counter)).collect();
        let values = 1u64.checked_shl(src.ty.width())?;
        let by_test = exits.iter().filter_map(|exit| self.by_test(exit, *counter, src, values)).min();
        let is_test = |stmt: &Stmt| exit(stmt).is_some_and(|exit| self.is_of(exit.condition, *counter));
        let leaves_otherwise = others().filter(|stmt| !is_test(stmt)).any(|stmt| self.leaves(stmt));
        by_test.or((!exits.is_empty() && !leaves_otherwise).then_some(values))
    }

    /// By a test that holds for some value of the counter, whatever it is compared with.
    fn by_test(&self, exit: &Exit<'_>, counter: LocalId, step: &Expr, values: u64) -> Option<u64> {
        let ExprKind::Binary(op, a, b) = &exit.condition.kind else { return None };
        let is_counter = |expr: &Expr| matches!(expr.kind, ExprKind::Local(local) if local == counter);
        let OpClass::Comparison(comparison) = op.class() else { return None };
        let (comparison, other) = match (is_counter(a), is_counter(b)) {
            (true, false) => (comparison, b),
            (false, true) => (mirrored(comparison), a),
            (true, true) | (false, false) => return None,
        };
        let mut reads = StorageSet::new();
        effects::expr_reads(self.program, other, &mut reads);
        if reads.locals.contains(&counter) {
            return None;
        }
        let comparison = if exit.if_true { comparison } else { negated(comparison) };
        let ExprKind::Binary(step_op @ (BinaryOp::Add | BinaryOp::Sub), from, by) = &step.kind else {
            return None;
        };
        let by = by.as_const().filter(|_| is_counter(from))?;
        // Up to what it is compared with, which is never so large that the counter would pass it by.
        let limit = largest(other);
        let before = match comparison {
            Comparison::Ge => Some(1u8),
            Comparison::Gt => Some(2),
            Comparison::Lt | Comparison::Le | Comparison::Eq | Comparison::Ne => None,
        };
        let up = *step_op == BinaryOp::Add && !by.is_zero() && !step.ty.is_signed();
        if let Some(before) = before
            && up
            && &limit + by <= ones(step.ty.width())
        {
            return (limit + before).to_u64();
        }
        // An odd step comes to every value.
        let comes = matches!(comparison, Comparison::Ge | Comparison::Le | Comparison::Eq);
        (comes && by.bit(0)).then_some(values)
    }

    /// True if the expression has its value by the counter alone, as far as rounds go.
    fn is_of(&self, expr: &Expr, counter: LocalId) -> bool {
        let mut reads = StorageSet::new();
        effects::expr_reads(self.program, expr, &mut reads);
        let counts = reads.locals.remove(&counter);
        counts && !reads.overlaps(&self.all)
    }

    /// True if the statement may leave the loop.
    fn leaves(&self, stmt: &Stmt) -> bool {
        let (mut inner, mut left) = (FxHashSet::default(), FxHashSet::default());
        let mut ends = false;
        let mut look = |stmt: &Stmt| match &stmt.kind {
            StmtKind::Labelled { label, .. } => {
                inner.insert(*label);
            }
            StmtKind::Leave(label) => {
                left.insert(*label);
            }
            StmtKind::Extract { .. }
            | StmtKind::Lookahead { .. }
            | StmtKind::Advance { .. }
            | StmtKind::Verify { .. }
            | StmtKind::Reject { .. } => ends = true,
            StmtKind::Assign { .. }
            | StmtKind::SetValid { .. }
            | StmtKind::CopyHeader { .. }
            | StmtKind::PushFront { .. }
            | StmtKind::PopFront { .. }
            | StmtKind::If { .. }
            | StmtKind::Switch { .. }
            | StmtKind::Loop { .. }
            | StmtKind::ApplyTable { .. }
            | StmtKind::CallExtern { .. }
            | StmtKind::PacketLength { .. }
            | StmtKind::Emit(_)
            | StmtKind::EmitScalar(_) => {}
        };
        visit::statements(std::slice::from_ref(stmt), &mut |stmt| {
            look(stmt);
            if let StmtKind::ApplyTable { table, .. } = &stmt.kind {
                for action in &self.program.tables[*table].actions {
                    visit::statements(&self.program.actions[action.action].body, &mut look);
                }
            }
        });
        ends || left.iter().any(|label| !inner.contains(label))
    }
}

/// `if (c) { leave .. }` as a statement of the round.
fn exit(stmt: &Stmt) -> Option<Exit<'_>> {
    let StmtKind::If { condition, then_block, else_block } = &stmt.kind else { return None };
    let leaves = |block: &Block| matches!(block.as_slice(), [Stmt { kind: StmtKind::Leave(_), .. }]);
    match (leaves(then_block), leaves(else_block)) {
        (true, false) if else_block.is_empty() => Some(Exit { condition, if_true: true }),
        (false, true) if then_block.is_empty() => Some(Exit { condition, if_true: false }),
        _ => None,
    }
}

/// The comparison with its sides exchanged.
fn mirrored(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Lt => Comparison::Gt,
        Comparison::Le => Comparison::Ge,
        Comparison::Gt => Comparison::Lt,
        Comparison::Ge => Comparison::Le,
        Comparison::Eq | Comparison::Ne => comparison,
    }
}

/// The comparison that holds where this one does not.
fn negated(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Lt => Comparison::Ge,
        Comparison::Le => Comparison::Gt,
        Comparison::Gt => Comparison::Le,
        Comparison::Ge => Comparison::Lt,
        Comparison::Eq => Comparison::Ne,
        Comparison::Ne => Comparison::Eq,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use p4xdp_frontend::source::Span;

    fn local(width: u32) -> Expr {
        Expr::local(LocalId::from_u32(0), ScalarType::bit(width), Span::NONE)
    }

    #[test]
    fn values_are_at_most_what_they_are_made_of() {
        let wide = |expr: Expr| Expr::cast(expr, ScalarType::bit(32), Span::NONE);
        assert_eq!(largest(&local(8)), 255u32.into());
        assert_eq!(largest(&wide(local(8))), 255u32.into());
        assert_eq!(largest(&Expr::cast(local(16), ScalarType::bit(4), Span::NONE)), 15u32.into());
        let mask = Expr::constant(0x7fu8, ScalarType::bit(32), Span::NONE);
        let masked = Expr::binary(BinaryOp::BitAnd, local(32), mask, ScalarType::bit(32), Span::NONE);
        assert_eq!(largest(&masked), 127u32.into());
        let sum =
            Expr::binary(BinaryOp::Add, wide(local(8)), wide(local(8)), ScalarType::bit(32), Span::NONE);
        assert_eq!(largest(&sum), u32::MAX.into());
    }
}
