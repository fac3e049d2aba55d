//! Expressions: literals, names, and which module sees to the rest.

use super::coerce::Because;
use super::type_expr::MAX_SIZE;
use super::{Checker, expr};
use crate::ast::{self, ExprKind as Ast, LiteralWidth, QualifiedName};
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{self, ConstValue, ExprKind, Type, TypeId};
use crate::resolve::Binding;
use crate::source::Span;
use num_bigint::BigInt;
use std::sync::Arc;

impl Checker<'_> {
    /// An expression. `hint` is the type that the surroundings would like; the result may have another one.
    pub(super) fn expr(&mut self, e: &ast::Expr, hint: Option<TypeId>) -> hir::Expr {
        let span = e.span;
        match &e.kind {
            Ast::Int { value, width: None, .. } => {
                expr(ExprKind::Literal(ConstValue::Int(value.clone())), self.basic.int, span)
            }
            Ast::Int { value, width: Some(width), .. } => self.sized_literal(value, *width, span),
            Ast::Bool(value) => expr(ExprKind::Literal(ConstValue::Bool(*value)), self.basic.bool, span),
            Ast::String(text) => {
                let value = ConstValue::String(Arc::from(text.as_str()));
                expr(ExprKind::Literal(value), self.basic.string, span)
            }
            Ast::Name(name) => self.name(name, span),
            Ast::This => match self.this {
                Some(ty) => expr(ExprKind::This, ty, span),
                None => self.bad_expr(codes::E0203, span, "`this` exists in the methods of an object only"),
            },
            Ast::Type(ty) => {
                let id = self.type_expr_inferred(ty);
                if self.is_error(id) {
                    return self.bad(span);
                }
                self.bad_expr(codes::E0203, span, "this is a type, where a value is needed")
            }
            Ast::Member(base, name) => self.member(base, name, span),
            Ast::Index(base, index) => self.index(base, index, span),
            Ast::Slice(base, hi, lo) => self.slice(base, hi, lo, span),
            Ast::PlusSlice(base, lo, width) => self.plus_slice(base, lo, width, span),
            Ast::Unary(op, operand) => self.unary(*op, operand, hint, span),
            Ast::Binary(op, left, right) => self.binary(*op, left, right, span),
            Ast::Ternary(condition, then, otherwise) => {
                self.conditional(condition, then, otherwise, hint, span)
            }
            Ast::Cast(ty, operand) => self.cast_expr(ty, operand, span),
            Ast::Call { callee, type_args, args } => self.call_expr(callee, type_args, args, hint, span),
            Ast::List { elements, has_default } => self.list(elements, *has_default, hint, span),
            Ast::NamedList { members, has_default } => self.named_list(members, *has_default, hint, span),
            Ast::Tuple(elements) => match elements.as_slice() {
                [single] => self.expr(single, hint),
                _ => self.bad_expr(codes::E0321, span, "a tuple in parentheses can only be a keyset"),
            },
            Ast::InvalidHeader => self.invalid_header(hint, span),
            Ast::DefaultValue => self.default_expr(hint, span),
            Ast::Default => {
                self.bad_expr(codes::E0321, span, "`default` can only be a keyset or a switch label")
            }
            Ast::DontCare => self.bad_expr(
                codes::E0321,
                span,
                "`_` can only be a keyset or the argument of an `out` parameter",
            ),
            Ast::Mask(..) => self.bad_expr(codes::E0321, span, "`&&&` can only be used in a keyset"),
            Ast::Range(..) => {
                self.bad_expr(codes::E0321, span, "`..` can only be used in a keyset or a `for` loop")
            }
            Ast::Paren(inner) => self.expr(inner, hint),
        }
    }

    /// An expression that must have a type; what can be cast implicitly is cast.
    pub(super) fn expr_of(&mut self, e: &ast::Expr, ty: TypeId, because: Because) -> hir::Expr {
        let value = self.expr(e, Some(ty));
        self.coerce(value, ty, because)
    }

    /// A `bool` expression.
    pub(super) fn condition(&mut self, e: &ast::Expr) -> hir::Expr {
        self.expr_of(e, self.basic.bool, None)
    }

    fn sized_literal(&mut self, value: &BigInt, width: LiteralWidth, span: Span) -> hir::Expr {
        let LiteralWidth { width, signed } = width;
        if width > MAX_SIZE {
            return self.bad_expr(
                codes::E0304,
                span,
                format!("the width of a number cannot exceed {MAX_SIZE}"),
            );
        }
        if signed && width == 0 {
            return self.bad_expr(
                codes::E0304,
                span,
                "the width of an `int` type must be at least 1, but it is 0",
            );
        }
        let ty = self.intern(Type::Bits { width, signed });
        self.fitted_literal(value.clone(), ty, (width, signed), span)
    }

    fn name(&mut self, name: &QualifiedName, span: Span) -> hir::Expr {
        let Some(entry) = self.resolve_name(name, |binding| !binding.is_type()) else {
            return self.bad(span);
        };
        match entry.binding {
            Binding::Var(id) => {
                let variable = &mut self.program.variables[id];
                variable.is_mentioned = true;
                expr(ExprKind::Variable(id), variable.ty, span)
            }
            Binding::Const(id) => {
                let constant = &mut self.program.constants[id];
                constant.is_mentioned = true;
                expr(ExprKind::Constant(id), constant.ty, span)
            }
            Binding::Instance(id) => expr(ExprKind::Instance(id), self.program.instances[id].ty, span),
            Binding::MatchKind(id) => {
                expr(ExprKind::Literal(ConstValue::MatchKind(id)), self.basic.match_kind, span)
            }
            Binding::EnumMember(id, position) => {
                let value =
                    self.program.enums[id].members.get(position as usize).and_then(|m| m.value.clone());
                let ty = self.intern(Type::Enum(id));
                match value {
                    Some(value) => expr(ExprKind::Literal(ConstValue::Int(value)), ty, span),
                    None => self.bad(span),
                }
            }
            Binding::Error => self.bad(span),
            other @ (Binding::Type(_)
            | Binding::Functions(_)
            | Binding::Action(_)
            | Binding::Table(_)
            | Binding::ValueSet(_)
            | Binding::State(_)) => {
                let message = format!("`{}` is {}, not a value", name.name.text, other.kind());
                self.error_beside(codes::E0203, span, message, (entry.span, "declared here"));
                self.bad(span)
            }
        }
    }

    /// If the expression names a type, that type's binding.
    pub(super) fn type_named_by(&self, e: &ast::Expr) -> Option<Binding> {
        let Ast::Name(name) = &e.kind else {
            return None;
        };
        let text = &name.name.text;
        let entry = if name.absolute { self.scopes.lookup_top(text) } else { self.scopes.lookup(text) }?;
        entry.binding.is_type().then(|| entry.binding.clone())
    }

    /// If the expression is a bare name, what it stands for.
    pub(super) fn binding_of(&self, e: &ast::Expr) -> Option<Binding> {
        let Ast::Name(name) = &e.without_parentheses().kind else { return None };
        let text = &name.name.text;
        let entry = if name.absolute { self.scopes.lookup_top(text) } else { self.scopes.lookup(text) };
        entry.map(|entry| entry.binding.clone())
    }

    fn conditional(
        &mut self,
        condition: &ast::Expr,
        then: &ast::Expr,
        otherwise: &ast::Expr,
        hint: Option<TypeId>,
        span: Span,
    ) -> hir::Expr {
        let condition = self.condition(condition);
        let then_value = self.expr(then, hint);
        let other_hint = hint.or((!self.is_error(then_value.ty)).then_some(then_value.ty));
        let other_value = self.expr(otherwise, other_hint);
        if self.is_error(then_value.ty) || self.is_error(other_value.ty) {
            return self.bad(span);
        }
        let (then_value, other_value) = match self.same_type(then_value, other_value) {
            Ok(pair) => pair,
            Err((then_value, other_value)) => {
                let (a, b) = (self.text(then_value.ty), self.text(other_value.ty));
                self.emit(
                    Diagnostic::error(
                        codes::E0301,
                        span,
                        format!("the branches of `?:` have different types: `{a}` and `{b}`"),
                    )
                    .with_label(then_value.span, format!("this has type `{a}`"))
                    .with_label(other_value.span, format!("this has type `{b}`")),
                );
                return self.bad(span);
            }
        };
        let ty = then_value.ty;
        if *self.kind(ty) == Type::Int && !self.is_known(&condition) {
            // The width of the result must not depend on a run-time value (section "Conditional operator").
            return self.bad_expr(
                codes::E0302,
                span,
                "the branches of `?:` cannot both be `int` when its condition is known at run time only",
            );
        }
        expr(
            ExprKind::Conditional(Box::new(condition), Box::new(then_value), Box::new(other_value)),
            ty,
            span,
        )
    }
}
