//! Shorthands for reporting.

use super::coerce::Because;
use super::{Checker, expr};
use crate::diagnostic::{Code, Diagnostic, codes};
use crate::hir::{self, ExprKind, TypeId};
use crate::source::Span;

impl Checker<'_> {
    /// Reports an error without further labels.
    pub(super) fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.sink.emit(Diagnostic::error(code, span, message));
    }

    /// Reports a finding.
    pub(super) fn emit(&mut self, diagnostic: Diagnostic) {
        self.sink.emit(diagnostic);
    }

    /// An expression that stands for something reported as wrong.
    pub(super) fn bad(&self, span: Span) -> hir::Expr {
        expr(ExprKind::Error, self.basic.error, span)
    }

    /// Reports an error and gives an expression that stands for it.
    pub(super) fn bad_expr(&mut self, code: Code, span: Span, message: impl Into<String>) -> hir::Expr {
        self.error(code, span, message);
        self.bad(span)
    }

    /// "expected .., found ..", unless one of the two was reported already.
    pub(super) fn mismatch(&mut self, span: Span, expected: TypeId, found: TypeId, because: Because) {
        if self.is_error(expected) || self.is_error(found) {
            return;
        }
        let (expected_text, found_text) = (self.text(expected), self.text(found));
        let mut diagnostic = Diagnostic::error(
            codes::E0301,
            span,
            format!("mismatched types: expected `{expected_text}`, found `{found_text}`"),
        )
        .with_primary(format!("this has type `{found_text}`"));
        if let Some((place, remark)) = because {
            diagnostic = diagnostic.with_label(place, remark);
        }
        if self.is_explicitly_castable(found, expected) {
            diagnostic =
                diagnostic.with_note(format!("an explicit cast would convert it: `({expected_text})(..)`"));
        }
        self.emit(diagnostic);
    }

    /// True for the type of what was reported as wrong, or a type built on it.
    pub(super) fn is_error(&self, ty: TypeId) -> bool {
        let ty = self.shallow(ty);
        ty == self.basic.error || self.children(ty).iter().any(|&child| self.is_error(child))
    }
}
