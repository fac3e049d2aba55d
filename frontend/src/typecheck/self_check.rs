//! What [`crate::hir`] promises of an accepted program, looked at in debug builds.

use super::Checker;
use crate::diagnostic::Diagnostic;
use crate::hir::{ExprKind, Type};
use crate::source::Span;

impl Checker<'_> {
    /// Reports an expression whose type was never found, or that stands for an error that nobody reported.
    pub(super) fn self_check(&mut self) {
        let mut fault: Option<(Span, String)> = None;
        self.program.each_expr(&mut |e| {
            if matches!(e.kind, ExprKind::Error) || matches!(self.program.types[e.ty], Type::Error) {
                fault = Some((e.span, "an error in this expression was not reported".to_owned()));
            } else if self.mentions_inference(e.ty) {
                fault = Some((e.span, "the type of this expression was not found".to_owned()));
            }
        });
        if let Some((span, message)) = fault {
            self.emit(Diagnostic::bug(span, message));
        }
    }

    fn mentions_inference(&self, ty: crate::hir::TypeId) -> bool {
        matches!(self.program.types[ty], Type::Infer(_))
            || self.children(ty).iter().any(|&child| self.mentions_inference(child))
    }
}
