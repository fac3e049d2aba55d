//! Other ways of asking for and setting the validity of a header: `h.valid`, and `valid(h)` as in P4_14. In: a name that
//! is no field, method or function. Out: the finding with the edit that calls the method of P4_16.

use super::Checker;
use crate::ast;
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{self, StructKind, Type, TypeId};
use crate::source::Span;

/// The method that is meant by a name that is no method.
fn method_meant_by(name: &str) -> Option<&'static str> {
    match name {
        "valid" | "isValid" | "is_valid" | "isvalid" | "validity" => Some("isValid"),
        "add_header" | "setValid" => Some("setValid"),
        "remove_header" | "setInvalid" => Some("setInvalid"),
        _ => None,
    }
}

impl Checker<'_> {
    /// `isValid`, if `.name` of a value of this type can only mean that.
    pub(super) fn validity_meant_by(&self, ty: TypeId, name: &str) -> Option<&'static str> {
        method_meant_by(name).filter(|method| *method == "isValid" && self.has_method(ty, method))
    }

    /// `valid(h)`: if `name` is not declared, but names what a method of the only argument does, reports that.
    pub(super) fn call_for_validity(
        &mut self,
        name: &ast::QualifiedName,
        args: &[ast::Argument],
        span: Span,
    ) -> Option<hir::Expr> {
        let text = &name.name.text;
        let method = method_meant_by(text)?;
        let [ast::Argument { name: None, value, .. }] = args else {
            return None;
        };
        if super::operator::needs_type(value)
            || value.kind_is_dont_care()
            || self.scopes.lookup(text).is_some()
            || self.top_level_names.contains_key(text)
        {
            return None;
        }
        let header = self.expr(value, None);
        if self.is_error(header.ty) || !self.has_method(header.ty, method) {
            // Says that the name is unknown. The argument has been looked at.
            self.resolve_name(name, |_| true);
            return Some(self.bad(span));
        }
        let message = format!("cannot find `{text}` in this scope");
        let diagnostic = Diagnostic::error(codes::E0201, name.name.span, message);
        let help = format!("in P4_16 this is a method of the header: `{method}()`");
        let diagnostic = match self.sources.text(value.span).filter(|text| is_postfix(text)) {
            Some(header) => diagnostic.with_suggestion(span, format!("{header}.{method}()"), help),
            None => diagnostic.with_note(help),
        };
        self.emit(diagnostic);
        Some(self.bad(span))
    }

    fn has_method(&self, ty: TypeId, method: &str) -> bool {
        self.struct_kind(ty).is_some_and(|kind| match kind {
            StructKind::Header => true,
            StructKind::HeaderUnion => method == "isValid",
            StructKind::Struct => false,
        })
    }

    fn struct_kind(&self, ty: TypeId) -> Option<StructKind> {
        let Type::Struct(id, _) = self.kind(ty) else {
            return None;
        };
        Some(self.program.structs[*id].kind)
    }
}

/// True if `.name` behind the text belongs to all of it.
fn is_postfix(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']'))
}
