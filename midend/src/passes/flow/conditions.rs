//! What a condition says of validities.

use crate::ir::*;

/// Headers that are known to be valid or invalid.
pub(super) type Validities = Vec<(HeaderId, bool)>;

/// What a condition says of validities where it holds, and where it does not.
pub(super) fn tested(condition: &Expr) -> (Validities, Validities) {
    match &condition.kind {
        ExprKind::IsValid(HeaderRef::Header(header)) => (vec![(*header, true)], vec![(*header, false)]),
        ExprKind::Unary(UnaryOp::Not, inner) => {
            let (holds, fails) = tested(inner);
            (fails, holds)
        }
        ExprKind::Binary(BinaryOp::And, a, b) => {
            let mut holds = tested(a).0;
            holds.extend(tested(b).0);
            (holds, Vec::new())
        }
        ExprKind::Binary(BinaryOp::Or, a, b) => {
            let mut fails = tested(a).1;
            fails.extend(tested(b).1);
            (Vec::new(), fails)
        }
        _ => (Vec::new(), Vec::new()),
    }
}
