//! Whether two l-values are the same, or parts of one another.

use crate::hir::{ConstValue, Expr, ExprKind, VarId};

/// One step into a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Field(u32),
    Element(num_bigint::BigInt),
    Bits(u32, u32),
    /// Some element or bits.
    Some,
}

/// The variable and the way into it; `None` for what is no l-value.
fn path(e: &Expr) -> Option<(VarId, Vec<Step>)> {
    let mut steps = Vec::new();
    let mut e = e;
    let root = loop {
        e = match &e.kind {
            ExprKind::Variable(id) => break *id,
            ExprKind::Field(base, field) => {
                steps.push(Step::Field(*field));
                base
            }
            ExprKind::Index(base, index) => {
                steps.push(match &index.kind {
                    ExprKind::Literal(ConstValue::Int(value)) => Step::Element(value.clone()),
                    _ => Step::Some,
                });
                base
            }
            ExprKind::Slice { base, hi, lo } => {
                steps.push(Step::Bits(*hi, *lo));
                base
            }
            ExprKind::StackNext(base) | ExprKind::StackLast(base) | ExprKind::PlusSlice { base, .. } => {
                steps.push(Step::Some);
                base
            }
            ExprKind::Literal(_)
            | ExprKind::Constant(_)
            | ExprKind::Instance(_)
            | ExprKind::This
            | ExprKind::Construct(_)
            | ExprKind::StackLastIndex(_)
            | ExprKind::StackSize(_)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Conditional(..)
            | ExprKind::Cast(_)
            | ExprKind::Aggregate(..)
            | ExprKind::InvalidHeader
            | ExprKind::Default
            | ExprKind::Call(_)
            | ExprKind::TableHit { .. }
            | ExprKind::TableActionRun(_)
            | ExprKind::ActionName(_)
            | ExprKind::Error => return None,
        };
    };
    steps.reverse();
    Some((root, steps))
}

/// True if both are the same l-value for certain.
pub(super) fn same(a: &Expr, b: &Expr) -> bool {
    match (path(a), path(b)) {
        (Some(a), Some(b)) => a == b && !a.1.contains(&Step::Some),
        (_, _) => false,
    }
}

/// True if a part of one is a part of the other for certain.
pub(super) fn overlap(a: &Expr, b: &Expr) -> bool {
    let (Some((root, a)), Some((other, b))) = (path(a), path(b)) else { return false };
    root == other
        && a.iter().zip(&b).all(|(a, b)| match (a, b) {
            (Step::Bits(hi, lo), Step::Bits(other_hi, other_lo)) => lo <= other_hi && other_lo <= hi,
            (Step::Some, _) | (_, Step::Some) => false,
            (a, b) => a == b,
        })
}
