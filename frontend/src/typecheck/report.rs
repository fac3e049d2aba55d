//! Shorthands for reporting.

use super::coerce::Because;
use super::{Checker, expr};
use crate::ast;
use crate::diagnostic::{Code, Diagnostic, codes};
use crate::hir::{self, Direction, ExprKind, Type, TypeId, VarId};
use crate::source::Span;
use std::sync::Arc;

/// What an expression must fit, and what to say there. Where it does not fit, the finding is here, and the expression
/// gets a label: the keys of a `select`, the value of a `switch`, the parameter of a package.
#[derive(Clone, Debug)]
pub(super) struct Lead {
    pub(super) span: Span,
    pub(super) label: String,
}

impl Checker<'_> {
    /// Reports an error without further labels.
    pub(super) fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.sink.emit(Diagnostic::error(code, span, message));
    }

    /// Reports a finding.
    pub(super) fn emit(&mut self, diagnostic: Diagnostic) {
        self.sink.emit(diagnostic);
    }

    /// Reports a finding after all others: that a type cannot stand in a declaration. Meanwhile the declaration is taken
    /// as it is, so that what is wrong with its uses is heard of too.
    pub(super) fn defer(&mut self, diagnostic: Diagnostic) {
        self.deferred.push(diagnostic);
    }

    /// Reports what was put off.
    pub(super) fn report_deferred(&mut self) {
        for diagnostic in std::mem::take(&mut self.deferred) {
            self.sink.emit(diagnostic);
        }
    }

    /// Runs `body` with mismatches being found at `lead`.
    pub(super) fn with_lead<T>(&mut self, lead: Option<Lead>, body: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.lead, lead);
        let value = body(self);
        self.lead = outer;
        value
    }

    /// An error at what the expression at hand must fit, or else at the expression.
    pub(super) fn unfit(
        &self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        detail: impl Into<String>,
    ) -> Diagnostic {
        match &self.lead {
            Some(lead) => Diagnostic::error(code, lead.span, message)
                .with_primary(lead.label.clone())
                .with_label(span, detail),
            None => Diagnostic::error(code, span, message).with_primary(detail),
        }
    }

    /// An error at a declaration, with the use that shows it; at the use where the declaration is in another file, such
    /// as that of an architecture.
    pub(super) fn at_declaration(
        &self,
        code: Code,
        declared: Span,
        used: Span,
        message: impl Into<String>,
    ) -> Diagnostic {
        if self.same_file(declared, used) {
            Diagnostic::error(code, declared, message).with_label(used, "because of this use")
        } else {
            Diagnostic::error(code, used, message).with_label(declared, "declared here")
        }
    }

    /// True if the two places are in one file.
    pub(super) fn same_file(&self, a: Span, b: Span) -> bool {
        let file = |span: Span| self.sources.file_at(span.lo).map(|(id, _)| id);
        file(a).is_some() && file(a) == file(b)
    }

    /// An expression that stands for something reported as wrong.
    pub(super) fn bad(&self, span: Span) -> hir::Expr {
        expr(ExprKind::Error, self.basic.error, span)
    }

    /// Reports an error that another place in the program explains.
    pub(super) fn error_beside(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        (other, label): (Span, &str),
    ) {
        self.sink.emit(Diagnostic::error(code, span, message).with_label(other, label));
    }

    /// The diagnostic with the candidate that is likely to be meant by a name, and whether there is one.
    pub(super) fn with_like_name<'n>(
        &mut self,
        diagnostic: Diagnostic,
        name: &ast::Name,
        what: &str,
        candidates: impl IntoIterator<Item = &'n Arc<str>>,
    ) -> (Diagnostic, bool) {
        let Some(similar) = self.sink.closest(&name.text, candidates.into_iter().map(|name| &**name)) else {
            return (diagnostic, false);
        };
        let message = format!("a {what} with a like name exists: did you mean `{similar}`?");
        (diagnostic.with_suggestion(name.span, similar.to_string(), message), true)
    }

    /// Reports an error and gives an expression that stands for it.
    pub(super) fn bad_expr(&mut self, code: Code, span: Span, message: impl Into<String>) -> hir::Expr {
        self.error(code, span, message);
        self.bad(span)
    }

    /// "expected .., found ..", unless one of the two was reported already.
    pub(super) fn mismatch(&mut self, span: Span, expected: TypeId, found: TypeId, because: Because) {
        let diagnostic = self.mismatch_of(span, expected, found, because);
        self.sink_all(diagnostic);
    }

    /// The same for a value that may be cast.
    pub(super) fn value_mismatch(&mut self, span: Span, expected: TypeId, found: TypeId, because: Because) {
        let diagnostic = self
            .mismatch_of(span, expected, found, because)
            .map(|diagnostic| self.with_cast(diagnostic, span, found, expected));
        self.sink_all(diagnostic);
    }

    fn sink_all(&mut self, diagnostics: Option<Diagnostic>) {
        diagnostics.into_iter().for_each(|diagnostic| self.sink.emit(diagnostic));
    }

    fn mismatch_of(
        &mut self,
        span: Span,
        expected: TypeId,
        found: TypeId,
        because: Because,
    ) -> Option<Diagnostic> {
        if self.is_error(expected) || self.is_error(found) {
            return None;
        }
        let (expected_text, found_text) = (self.text(expected), self.text(found));
        let message = format!("mismatched types: expected `{expected_text}`, found `{found_text}`");
        let mut diagnostic = self.unfit(codes::E0301, span, message, format!("this has type `{found_text}`"));
        if let Some((place, difference)) = self.signature_difference(expected, found) {
            diagnostic = diagnostic.with_label(place, difference);
        }
        if let Some((place, remark)) = because
            && diagnostic.primary.span != place
        {
            diagnostic = diagnostic.with_label(place, remark);
        }
        Some(diagnostic)
    }

    /// True for the type of what was reported as wrong, or a type built on it.
    pub(super) fn is_error(&self, ty: TypeId) -> bool {
        let ty = self.shallow(ty);
        ty == self.basic.error || self.children(ty).iter().any(|&child| self.is_error(child))
    }

    /// Where the signatures of two parsers or of two controls differ first.
    fn signature_difference(&mut self, expected: TypeId, found: TypeId) -> Option<(Span, String)> {
        let (expected, found) = (self.signature(expected)?, self.signature(found)?);
        if expected.is_parser != found.is_parser {
            let kind = |signature: &Signature| if signature.is_parser { "a parser" } else { "a control" };
            return Some((found.span, format!("this is {}, not {}", kind(&found), kind(&expected))));
        }
        for (&(wanted, wanted_ty), &(given, given_ty)) in expected.params.iter().zip(&found.params) {
            let (wanted, given) = (&self.program.variables[wanted], &self.program.variables[given]);
            let (span, wanted_direction) = (given.name.span, wanted.direction());
            if wanted_direction != given.direction() {
                let direction = match wanted_direction {
                    Direction::None => "without a direction",
                    Direction::In => "`in`",
                    Direction::Out => "`out`",
                    Direction::InOut => "`inout`",
                };
                return Some((span, format!("this parameter should be {direction}")));
            }
            if !self.unify(wanted_ty, given_ty) {
                let wanted = self.text(wanted_ty);
                return Some((span, format!("this parameter should have type `{wanted}`")));
            }
        }
        let (wanted, given) = (expected.params.len(), found.params.len());
        (wanted != given).then(|| (found.span, format!("this has {given} parameters, not {wanted}")))
    }

    fn signature(&mut self, ty: TypeId) -> Option<Signature> {
        let (name, type_params, params, args, is_parser) = match self.kind_of(ty) {
            Type::Parser(id, args) => {
                let decl = &self.program.parsers[id];
                (decl.name.span, decl.type_params.clone(), decl.params.clone(), args, true)
            }
            Type::Control(id, args) => {
                let decl = &self.program.controls[id];
                (decl.name.span, decl.type_params.clone(), decl.params.clone(), args, false)
            }
            _ => return None,
        };
        let substitution: Vec<_> = type_params.into_iter().zip(args).collect();
        let params = params.into_iter().map(|param| {
            let ty = self.program.variables[param].ty;
            (param, self.substitute(ty, &substitution))
        });
        Some(Signature { params: params.collect(), span: name, is_parser })
    }
}

/// The apply parameters of a parser or control, with their types.
struct Signature {
    params: Vec<(VarId, TypeId)>,
    span: Span,
    is_parser: bool,
}
