//! Comparisons whose outcome is known whatever the operands are: with the lowest or highest value of the type, and of
//! something with itself.

use super::{Lint, paths};
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{BinaryOp, Comparison, ConstValue, Expr, ExprKind, Type, Visit};
use num_bigint::BigInt;

pub(super) fn check(lint: &mut Lint<'_>) {
    let program = lint.program;
    program.walk(&mut Comparisons(lint));
}

struct Comparisons<'l, 'p>(&'l mut Lint<'p>);

impl<'p> Visit<'p> for Comparisons<'_, 'p> {
    fn expr(&mut self, e: &'p Expr) {
        let ExprKind::Binary(op, a, b) = &e.kind else { return };
        let (outcome, because) = if let Some(outcome) = of_itself(*op)
            && paths::same(a, b)
        {
            (outcome, "both sides are the same".to_owned())
        } else if let Some(found) = self.at_the_end(*op, a, b) {
            found
        } else if let Some(found) = mirrored(*op).and_then(|op| self.at_the_end(op, b, a)) {
            found
        } else {
            return;
        };
        let finding =
            Diagnostic::warning(codes::W0318, e.span, format!("this comparison is always {outcome}"));
        self.0.emit(finding.with_note(because));
    }
}

impl Comparisons<'_, '_> {
    /// The outcome of comparing anything with `literal`.
    fn at_the_end(&self, op: BinaryOp, other: &Expr, literal: &Expr) -> Option<(bool, String)> {
        let ExprKind::Literal(ConstValue::Int(value)) = &literal.kind else { return None };
        if matches!(other.kind, ExprKind::Literal(_) | ExprKind::Constant(_)) {
            return None;
        }
        let Type::Bits { width, signed } = self.0.program.types[literal.ty] else { return None };
        let one = BigInt::from(1);
        let (lowest, highest) = match (signed, width) {
            (_, 0) => return None,
            (true, width) => (-(&one << (width - 1)), (&one << (width - 1)) - &one),
            (false, width) => (BigInt::ZERO, (&one << width) - &one),
        };
        let outcome = match op {
            BinaryOp::Lt if *value == lowest => false,
            BinaryOp::Ge if *value == lowest => true,
            BinaryOp::Gt if *value == highest => false,
            BinaryOp::Le if *value == highest => true,
            _ => return None,
        };
        let end = if *value == lowest { "lowest" } else { "highest" };
        Some((outcome, format!("{value} is the {end} value of `{}`", self.0.program.type_text(literal.ty))))
    }
}

/// What comparing something with itself gives.
fn of_itself(op: BinaryOp) -> Option<bool> {
    match op.comparison()? {
        Comparison::Eq | Comparison::Le | Comparison::Ge => Some(true),
        Comparison::Ne | Comparison::Lt | Comparison::Gt => Some(false),
    }
}

/// The operator with its operands swapped.
fn mirrored(op: BinaryOp) -> Option<BinaryOp> {
    match op.comparison()? {
        Comparison::Lt => Some(BinaryOp::Gt),
        Comparison::Le => Some(BinaryOp::Ge),
        Comparison::Gt => Some(BinaryOp::Lt),
        Comparison::Ge => Some(BinaryOp::Le),
        Comparison::Eq | Comparison::Ne => None,
    }
}
