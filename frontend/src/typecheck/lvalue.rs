//! L-values: what can be assigned to or passed as `out` and `inout`.

use super::Checker;
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{self, Access, Direction, ExprKind, VariableKind};
use crate::source::Span;

/// Why an expression is not an l-value.
enum Fault {
    /// A parameter that cannot be written, with its declaration.
    Parameter(Direction, Span),
    Constant(Span),
    StackLast,
    Value,
}

impl Checker<'_> {
    /// Reports an expression that is not an l-value; `what` says what needed one.
    pub(super) fn require_lvalue(&mut self, e: &hir::Expr, what: &str) -> bool {
        let Some(fault) = self.lvalue_fault(e) else {
            return true;
        };
        let (reason, label) = match fault {
            Fault::Parameter(direction, span) => {
                let reason = match direction {
                    Direction::In => "an `in` parameter is read-only",
                    Direction::None | Direction::Out | Direction::InOut => {
                        "a directionless parameter is read-only"
                    }
                };
                (reason, Some(span))
            }
            Fault::Constant(span) => ("a constant cannot be changed", Some(span)),
            Fault::StackLast => ("`last` is read-only", None),
            Fault::Value => ("this is a value, not a place", None),
        };
        let mut diagnostic = Diagnostic::error(codes::E0306, e.span, format!("{what} must be an l-value"))
            .with_primary(reason);
        if let Some(span) = label {
            diagnostic = diagnostic.with_label(span, "declared here");
        }
        self.emit(diagnostic);
        false
    }

    fn lvalue_fault(&self, e: &hir::Expr) -> Option<Fault> {
        if let ExprKind::Error = e.kind {
            return None;
        }
        if let ExprKind::Constant(id) = e.kind {
            return Some(Fault::Constant(self.program.constants[id].name.span));
        }
        match e.access() {
            Access::Variable(id) => {
                let variable = &self.program.variables[id];
                match variable.kind {
                    VariableKind::Local | VariableKind::Parameter(Direction::Out | Direction::InOut) => None,
                    VariableKind::Parameter(direction @ (Direction::In | Direction::None)) => {
                        Some(Fault::Parameter(direction, variable.name.span))
                    }
                    VariableKind::ConstructorParameter => {
                        Some(Fault::Parameter(Direction::None, variable.name.span))
                    }
                }
            }
            // Elements of tuples are l-values in p4c, though not in the specification.
            Access::Field(base, _)
            | Access::Index(base, _)
            | Access::Next(base)
            | Access::Slice(base, ..)
            | Access::PlusSlice(base, _) => self.lvalue_fault(base),
            Access::Last(_) => Some(Fault::StackLast),
            Access::Cast(_) | Access::Value => Some(Fault::Value),
        }
    }
}
