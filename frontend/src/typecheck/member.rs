//! `e.name`: fields, enum members, `error.X`, the members of header stacks and of a table's result.

use super::{Checker, expr};
use crate::ast::{self, ExprKind as Ast};
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{self, ConstValue, EnumId, ExprKind, Sort, Type, TypeId};
use crate::source::Span;
use std::sync::Arc;

impl Checker<'_> {
    /// `base.name`
    pub(super) fn member(&mut self, base: &ast::Expr, name: &ast::Name, span: Span) -> hir::Expr {
        if let Some(ty) = self.type_base(base) {
            return self.type_member(ty, base, name, span);
        }
        let base = self.expr(base, None);
        self.member_of(base, name, span)
    }

    /// If `base` names a type, that type; parts left open are inference variables.
    pub(super) fn type_base(&mut self, base: &ast::Expr) -> Option<TypeId> {
        match &base.kind {
            Ast::Type(ty) => Some(self.type_expr_inferred(ty)),
            Ast::Name(name) => {
                self.type_named_by(base)?;
                let kind = ast::TypeExprKind::Named(name.clone());
                Some(self.type_expr_inferred(&ast::TypeExpr { kind, span: base.span }))
            }
            _ => None,
        }
    }

    fn type_member(&mut self, ty: TypeId, base: &ast::Expr, name: &ast::Name, span: Span) -> hir::Expr {
        if self.is_error(ty) {
            return self.bad(span);
        }
        if let Type::Enum(id) = *self.kind(ty) {
            return self.enum_member(id, ty, name, span);
        }
        if *self.kind(ty) != Type::ErrorCode {
            let text = self.text(ty);
            return self.bad_expr(
                codes::E0204,
                base.span.to(name.span),
                format!("type `{text}` has no member `{}`", name.text),
            );
        }
        if let Some(&id) = self.errors_by_name.get(&name.text) {
            return expr(ExprKind::Literal(ConstValue::Error(id)), ty, span);
        }
        let names = self.candidates(self.program.errors.values().map(|error| &error.name));
        self.no_such_member(name, "error", &names, None)
    }

    fn enum_member(&mut self, id: EnumId, ty: TypeId, name: &ast::Name, span: Span) -> hir::Expr {
        let found = self.enum_member_position(id, &name.text);
        let decl = &self.program.enums[id];
        let Some(position) = found else {
            let names = self.candidates(decl.members.iter().map(|member| &member.name.name));
            let (owner, declared) = (decl.name.name.clone(), decl.name.span);
            return self.no_such_member(name, &owner, &names, Some(declared));
        };
        let value = match decl.members.get(position).and_then(|member| member.value.clone()) {
            Some(value) => ConstValue::Int(value),
            None if decl.underlying.is_some() => return self.bad(span),
            None => ConstValue::EnumMember(position as u32),
        };
        expr(ExprKind::Literal(value), ty, span)
    }

    /// Names that a mistyped one may stand for; none where that will not be asked any more.
    fn candidates<'n>(&self, names: impl Iterator<Item = &'n Arc<str>>) -> Vec<Arc<str>> {
        if self.sink.makes_suggestions() { names.cloned().collect() } else { Vec::new() }
    }

    fn no_such_member(
        &mut self,
        name: &ast::Name,
        owner: &str,
        members: &[Arc<str>],
        declared: Option<Span>,
    ) -> hir::Expr {
        let message = format!("`{owner}` has no member `{}`", name.text);
        let diagnostic = Diagnostic::error(codes::E0204, name.span, message);
        let (mut diagnostic, _) = self.with_like_name(diagnostic, name, "member", members);
        if let Some(declared) = declared {
            diagnostic = diagnostic.with_label(declared, "declared here");
        }
        self.emit(diagnostic);
        self.bad(name.span)
    }

    /// `.name` of a typed expression.
    fn member_of(&mut self, base: hir::Expr, name: &ast::Name, span: Span) -> hir::Expr {
        if self.is_error(base.ty) {
            return self.bad(span);
        }
        let kind = self.kind_of(base.ty);
        if let Type::ApplyResult(table) = kind {
            return self.apply_result_member(base, table, name, span);
        }
        match kind.sort() {
            Sort::Struct(id, args) => {
                let found = self.field_position(id, &name.text);
                let decl = &self.program.structs[id];
                let field = found.and_then(|position| Some((position, decl.fields.get(position)?.ty)));
                let Some((position, written)) = field else {
                    let names = self.candidates(decl.fields.iter().map(|field| &field.name.name));
                    let (owner, declared) = (decl.name.name.clone(), decl.name.span);
                    let method = self.validity_meant_by(base.ty, &name.text);
                    self.no_such_field(name, (&owner, declared), &names, method);
                    return self.bad(span);
                };
                let ty = if args.is_empty() {
                    written
                } else {
                    let substitution = self.struct_substitution(id, args);
                    self.substitute(written, &substitution)
                };
                expr(ExprKind::Field(Box::new(base), position as u32), ty, span)
            }
            Sort::Stack { element, .. } => self.stack_member(base, *element, name, span),
            Sort::Unknown | Sort::Simple | Sort::Tuple(_) | Sort::List(_) | Sort::Object(_) | Sort::Other => {
                let text = self.text(base.ty);
                let mut diagnostic = Diagnostic::error(
                    codes::E0204,
                    name.span,
                    format!("type `{text}` has no field `{}`", name.text),
                );
                if matches!(kind, Type::Extern(..)) {
                    diagnostic = diagnostic.with_note("the methods of an extern object can only be called");
                }
                self.emit(diagnostic);
                self.bad(span)
            }
        }
    }

    fn stack_member(&mut self, base: hir::Expr, element: TypeId, name: &ast::Name, span: Span) -> hir::Expr {
        let bit32 = self.basic.bit32;
        if &*name.text == "size" {
            return expr(ExprKind::StackSize(Box::new(base)), bit32, span);
        }
        let text = &*name.text;
        if !matches!(text, "next" | "last" | "lastIndex") || !self.is_header_like(element) {
            let ty = self.text(base.ty);
            return self.bad_expr(codes::E0204, name.span, format!("type `{ty}` has no member `{text}`"));
        }
        if !self.place.in_parser() {
            return self.bad_expr(
                codes::E0329,
                name.span,
                format!("`{text}` of a header stack can only be used in a parser"),
            );
        }
        let base = Box::new(base);
        match text {
            "next" => expr(ExprKind::StackNext(base), element, span),
            "last" => expr(ExprKind::StackLast(base), element, span),
            _ => expr(ExprKind::StackLastIndex(base), bit32, span),
        }
    }

    fn apply_result_member(
        &mut self,
        base: hir::Expr,
        table: hir::TableId,
        name: &ast::Name,
        span: Span,
    ) -> hir::Expr {
        let ExprKind::Call(apply) = base.kind else {
            return self.bad_expr(
                codes::E0204,
                span,
                "the result of a table is there only where it is applied",
            );
        };
        match &*name.text {
            "hit" => expr(ExprKind::TableHit { apply, negated: false }, self.basic.bool, span),
            "miss" => expr(ExprKind::TableHit { apply, negated: true }, self.basic.bool, span),
            "action_run" => {
                let ty = self.intern(Type::ActionRun(table));
                expr(ExprKind::TableActionRun(apply), ty, span)
            }
            other => self.bad_expr(
                codes::E0204,
                name.span,
                format!("the result of a table has `hit`, `miss` and `action_run`, but no `{other}`"),
            ),
        }
    }
}
