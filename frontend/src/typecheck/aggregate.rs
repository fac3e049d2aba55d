//! Tuple expressions `{a, b}`, structure-valued expressions `{x = a}`, `{#}` and `...`.

use super::place::Place;
use super::{Checker, expr};
use crate::ast;
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{self, ExprKind, Sort, StructKind, Type, TypeId, WrittenOrder};
use crate::source::Span;

impl Checker<'_> {
    /// `{a, b}` and `{a, ...}`
    pub(super) fn list(
        &mut self,
        elements: &[ast::Expr],
        has_default: bool,
        hint: Option<TypeId>,
        span: Span,
    ) -> hir::Expr {
        if let Some(early) =
            elements.iter().find(|element| matches!(element.kind, ast::ExprKind::DefaultValue))
        {
            return self.bad_expr(codes::E0324, early.span, "`...` must be the last element of a list");
        }
        let slots = hint.and_then(|hint| self.slots(hint, elements.len()).map(|slots| (hint, slots)));
        let Some((hint, slots)) = slots else {
            if has_default {
                return self.unknown_type(span, "`...`");
            }
            let parts: Vec<hir::Expr> = elements.iter().map(|element| self.expr(element, None)).collect();
            if hint.is_some_and(|hint| self.is_error(hint)) {
                return self.bad(span);
            }
            for part in &parts {
                // A property of a table may be a list of objects.
                let is_object = self.is_object(part.ty) && self.place != Place::Table;
                if is_object || *self.kind(part.ty) == Type::Void {
                    let text = self.text(part.ty);
                    return self.bad_expr(
                        codes::E0310,
                        part.span,
                        format!("a `{text}` cannot be an element of a tuple"),
                    );
                }
            }
            let types = parts.iter().map(|part| part.ty).collect();
            let ty = self.intern(Type::Tuple(types));
            return expr(ExprKind::Aggregate(parts, WrittenOrder::default()), ty, span);
        };
        let enough = if has_default { elements.len() <= slots.len() } else { elements.len() == slots.len() };
        if !enough {
            let text = self.text(hint);
            let (expected, found) = (slots.len(), elements.len());
            let was = if found == 1 { "was" } else { "were" };
            let message = format!("`{text}` needs {expected} values, but {found} {was} given");
            let mut diagnostic = Diagnostic::error(codes::E0324, span, message);
            if let Type::Struct(id, _) = self.kind(hint) {
                let declared = self.program.structs[*id].name.span;
                diagnostic = diagnostic.with_label(declared, "declared here");
            }
            self.emit(diagnostic);
            for element in elements {
                self.untyped(element);
            }
            return self.bad(span);
        }
        let mut slots = slots.into_iter();
        let mut parts: Vec<hir::Expr> = elements
            .iter()
            .zip(slots.by_ref())
            .map(|(element, slot)| self.expr_of(element, slot, None))
            .collect();
        for slot in slots {
            parts.push(self.default_of(slot, span));
        }
        self.aggregate(parts, WrittenOrder::default(), hint, span)
    }

    /// `{x = a}` and `{x = a, ...}`
    pub(super) fn named_list(
        &mut self,
        members: &[(ast::Name, ast::Expr)],
        has_default: bool,
        hint: Option<TypeId>,
        span: Span,
    ) -> hir::Expr {
        let hint = hint.filter(|&hint| !matches!(self.kind(hint), Type::Infer(_)));
        let Some(hint) = hint else {
            return self.unknown_type(span, "a structure-valued expression");
        };
        let Type::Struct(id, args) = self.kind_of(hint) else {
            if self.is_error(hint) {
                return self.bad(span);
            }
            let text = self.text(hint);
            return self.bad_expr(
                codes::E0301,
                span,
                format!("mismatched types: expected `{text}`, found a structure-valued expression"),
            );
        };
        let decl = &self.program.structs[id];
        let (struct_name, declared, kind) = (decl.name.name.clone(), decl.name.span, decl.kind);
        let names: Vec<_> = decl.fields.iter().map(|field| field.name.name.clone()).collect();
        if kind == StructKind::HeaderUnion {
            return self.bad_expr(
                codes::E0324,
                span,
                format!("a value of header union `{struct_name}` cannot be written as a list of fields"),
            );
        }
        let types = self.field_types(id, &args);
        let mut parts: Vec<Option<hir::Expr>> = names.iter().map(|_| None).collect();
        let mut sound = true;
        let mut unknown = Vec::new();
        for (name, value) in members {
            let position = self.field_position(id, &name.text);
            let (Some(position), Some(&ty)) = (position, position.and_then(|position| types.get(position)))
            else {
                unknown.push(name);
                self.untyped(value);
                continue;
            };
            let value = self.expr_of(value, ty, None);
            if let Some(slot) = parts.get_mut(position)
                && slot.replace(value).is_some()
            {
                sound = false;
                self.error(codes::E0324, name.span, format!("field `{}` is given twice", name.text));
            }
        }
        sound &= unknown.is_empty();
        for name in unknown {
            self.no_such_field(name, (&struct_name, declared), &names, None);
        }
        let missing: Vec<String> = names
            .iter()
            .zip(&parts)
            .filter(|(_, part)| part.is_none())
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        if !missing.is_empty() && !has_default {
            if sound {
                let message = format!("no value is given for {} of `{struct_name}`", missing.join(", "));
                let diagnostic =
                    Diagnostic::error(codes::E0324, span, message).with_label(declared, "declared here");
                let diagnostic = self.with_rest(diagnostic, span);
                self.emit(diagnostic);
            }
            return self.bad(span);
        }
        if !sound {
            return self.bad(span);
        }
        let parts = parts.into_iter().zip(types);
        let parts = parts.map(|(part, ty)| part.unwrap_or_else(|| self.default_of(ty, span))).collect();
        let written: Vec<usize> =
            members.iter().filter_map(|(name, _)| self.field_position(id, &name.text)).collect();
        self.aggregate(parts, WrittenOrder::new(written), hint, span)
    }

    /// Reports a field that a struct does not have. `method` is one without parameters that is likely to be meant, unless
    /// a field has a like name.
    pub(super) fn no_such_field(
        &mut self,
        name: &ast::Name,
        (owner, declared): (&str, Span),
        fields: &[std::sync::Arc<str>],
        method: Option<&str>,
    ) {
        let message = format!("`{owner}` has no field `{}`", name.text);
        let diagnostic = Diagnostic::error(codes::E0204, name.span, message);
        let (mut diagnostic, found) = self.with_like_name(diagnostic, name, "field", fields);
        if let (false, Some(method)) = (found, method) {
            diagnostic = diagnostic.with_suggestion(
                name.span,
                format!("{method}()"),
                format!("a method says that: did you mean `{method}()`?"),
            );
        }
        self.emit(diagnostic.with_label(declared, "declared here"));
    }

    /// Checks an expression whose place is wrong for its own mistakes.
    fn untyped(&mut self, e: &ast::Expr) {
        if !super::operator::needs_type(e) {
            self.expr(e, None);
        }
    }

    fn aggregate(
        &mut self,
        parts: Vec<hir::Expr>,
        order: WrittenOrder,
        hint: TypeId,
        span: Span,
    ) -> hir::Expr {
        let ty = self.resolve(hint);
        expr(ExprKind::Aggregate(parts, order), ty, span)
    }

    fn unknown_type(&mut self, span: Span, what: &str) -> hir::Expr {
        self.emit(
            Diagnostic::error(codes::E0308, span, format!("the type of {what} cannot be inferred here"))
                .with_note("put the type in front: `(Type){ .. }`"),
        );
        self.bad(span)
    }

    /// `{#}`
    pub(super) fn invalid_header(&mut self, hint: Option<TypeId>, span: Span) -> hir::Expr {
        match hint {
            Some(hint) if self.is_header_like(hint) && matches!(self.kind(hint), Type::Struct(..)) => {
                expr(ExprKind::InvalidHeader, hint, span)
            }
            Some(hint) if !matches!(self.kind(hint), Type::Infer(_)) => {
                if self.is_error(hint) {
                    return self.bad(span);
                }
                let text = self.text(hint);
                self.bad_expr(
                    codes::E0301,
                    span,
                    format!("mismatched types: expected `{text}`, found an invalid header or header union"),
                )
            }
            Some(_) | None => self.unknown_type(span, "`{#}`"),
        }
    }

    /// `...` as a whole expression.
    pub(super) fn default_expr(&mut self, hint: Option<TypeId>, span: Span) -> hir::Expr {
        match hint {
            Some(hint) if !matches!(self.kind(hint), Type::Infer(_)) => self.default_of(hint, span),
            Some(_) | None => self.unknown_type(span, "`...`"),
        }
    }

    fn default_of(&mut self, ty: TypeId, span: Span) -> hir::Expr {
        if self.is_error(ty) {
            return self.bad(span);
        }
        if !self.has_default_value(ty) {
            let text = self.text(ty);
            return self.bad_expr(codes::E0324, span, format!("type `{text}` has no default value"));
        }
        let ty = self.resolve(ty);
        expr(ExprKind::Default, ty, span)
    }

    fn has_default_value(&mut self, ty: TypeId) -> bool {
        let kind = self.kind_of(ty);
        if let Type::NewType(id) = kind {
            return self.has_default_value(self.program.new_types[id].underlying);
        }
        match kind.sort() {
            Sort::Struct(id, args) => match self.program.structs[id].kind {
                StructKind::Header | StructKind::HeaderUnion => true,
                StructKind::Struct => {
                    self.field_types(id, args).into_iter().all(|field| self.has_default_value(field))
                }
            },
            Sort::Tuple(elements) => elements.iter().all(|&element| self.has_default_value(element)),
            Sort::Stack { element, .. } => self.has_default_value(*element),
            Sort::Simple => kind != Type::MatchKind,
            Sort::Unknown => kind == Type::Error,
            Sort::List(_) | Sort::Object(_) | Sort::Other => false,
        }
    }
}
