//! Enums, `error`, `match_kind`, `typedef`, `type` and value sets.

use super::type_rules::TypeUse;
use super::{Checker, const_eval, named};
use crate::ast;
use crate::diagnostic::{Code, Diagnostic, codes};
use crate::hir::{self, ConstValue, EnumId, NewTypeId, Type, TypeId, ValueSetId};
use crate::resolve::{Binding, NamedType};
use crate::source::Span;
use num_bigint::BigInt;
use rustc_hash::FxHashMap;

impl Checker<'_> {
    /// `enum`
    pub(super) fn enum_decl(
        &mut self,
        annotations: &[ast::Annotation],
        underlying: Option<&ast::TypeExpr>,
        name: &ast::Name,
        members: &[ast::EnumMember],
    ) -> EnumId {
        let annotations = self.annotations(annotations);
        let underlying = underlying.map(|ty| {
            let id = self.type_expr(ty);
            if self.is_error(id) || matches!(self.kind(id), Type::Bits { .. }) {
                return id;
            }
            let text = self.text(id);
            self.error(
                codes::E0310,
                ty.span,
                format!("the underlying type of an enum must be `bit<w>` or `int<w>`, not `{text}`"),
            );
            self.basic.error
        });
        let id = self.program.enums.push(hir::EnumDecl {
            name: named(name),
            underlying,
            members: Vec::with_capacity(members.len()),
            annotations,
        });
        self.scopes.push();
        let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
        for (position, member) in members.iter().enumerate() {
            if let Some(earlier) = seen.insert(&member.name.text, member.name.span) {
                let message = format!("member `{}` is declared twice", member.name.text);
                self.error_beside(codes::E0202, member.name.span, message, (earlier, "first declared here"));
            }
            let value = self.enum_value(member, underlying);
            self.annotations(&member.annotations);
            if value.is_some() {
                let binding = Binding::EnumMember(id, position as u32);
                self.scopes.rebind(&member.name.text, member.name.span, binding);
            }
            self.program.enums[id].members.push(hir::EnumMemberDecl { name: named(&member.name), value });
        }
        self.scopes.pop();
        self.declare(name, Binding::Type(NamedType::Enum(id)));
        id
    }

    fn enum_value(&mut self, member: &ast::EnumMember, underlying: Option<TypeId>) -> Option<BigInt> {
        let (value, ty) = match (&member.value, underlying) {
            (Some(value), Some(ty)) => (value, ty),
            (None, None) => return None,
            (None, Some(_)) => {
                self.error(
                    codes::E0127,
                    member.name.span,
                    format!("member `{}` of an enum with an underlying type needs a value", member.name.text),
                );
                return None;
            }
            (Some(value), None) => {
                self.error(
                    codes::E0127,
                    value.span,
                    format!(
                        "member `{}` cannot have a value: the enum has no underlying type",
                        member.name.text
                    ),
                );
                return None;
            }
        };
        let value = self.expr(value, Some(ty));
        if *self.kind(value.ty) == Type::Int
            && let Some(number) = self.int_value(&value)
            && let Some((width, signed)) = self.representation(ty)
        {
            // Out of range is an error here, not a warning (section "Enumeration types").
            if const_eval::wrap(number.clone(), width, signed) != number {
                let text = self.text(ty);
                self.error(codes::E0312, value.span, format!("value {number} does not fit into `{text}`"));
                return None;
            }
            return Some(number);
        }
        let value = self.coerce(value, ty, None);
        if self.is_error(value.ty) {
            return None;
        }
        match const_eval::eval_local(&self.program, &value) {
            Ok(ConstValue::Int(value)) => Some(value),
            Ok(_) => None,
            Err(fault) => {
                self.eval_fault(&fault, value.span, "the value of an enum member");
                None
            }
        }
    }

    /// `error { .. }`
    pub(super) fn error_decl(&mut self, members: &[ast::Name]) {
        for member in members {
            if let Some(&id) = self.errors_by_name.get(&member.text) {
                let earlier = &self.program.errors[id];
                let diagnostic = Diagnostic::error(
                    codes::E0202,
                    member.span,
                    format!("error `{}` is declared twice", member.text),
                )
                .with_label(earlier.span, "first declared here");
                self.emit(diagnostic);
                continue;
            }
            let id = self.program.errors.push(named(member));
            self.errors_by_name.insert(member.text.clone(), id);
        }
    }

    /// `match_kind { .. }`
    pub(super) fn match_kind_decl(&mut self, members: &[ast::Name]) {
        for member in members {
            let id = self.program.match_kinds.next_key();
            if self.declare(member, Binding::MatchKind(id)) {
                self.program.match_kinds.push(named(member));
            }
        }
    }

    /// `typedef T name;`
    pub(super) fn typedef(&mut self, ty: &ast::TypeExpr, name: &ast::Name) {
        let id = self.type_expr(ty);
        let id = self.expect_type(id, TypeUse::Typedef, ty.span);
        let binding = if self.is_error(id) { Binding::Error } else { Binding::Type(NamedType::Typedef(id)) };
        self.declare(name, binding);
    }

    /// `type T name;`
    pub(super) fn new_type(
        &mut self,
        annotations: &[ast::Annotation],
        ty: &ast::TypeExpr,
        name: &ast::Name,
    ) -> NewTypeId {
        let underlying = self.type_expr_for(ty, TypeUse::NewType);
        let sound = !self.is_error(underlying);
        let annotations = self.annotations(annotations);
        let id = self.program.new_types.push(hir::NewTypeDecl { name: named(name), underlying, annotations });
        self.declare(name, if sound { Binding::Type(NamedType::NewType(id)) } else { Binding::Error });
        id
    }

    /// `value_set<T>(size) name;`
    pub(super) fn value_set(
        &mut self,
        annotations: &[ast::Annotation],
        ty: &ast::TypeExpr,
        size: &ast::Expr,
        name: &ast::Name,
    ) -> ValueSetId {
        let ty = self.type_expr_for(ty, TypeUse::ValueSet);
        let size = self.expr(size, None);
        if !self.is_error(size.ty) {
            self.require_size(&size, codes::E0301, "the size of a value set");
        }
        let annotations = self.annotations(annotations);
        let id = self.program.value_sets.push(hir::ValueSet { name: named(name), ty, size, annotations });
        self.declare(name, Binding::ValueSet(id));
        id
    }

    /// Requires a size to be an integer, which is an error of that code if it is none, and known.
    pub(super) fn require_size(&mut self, size: &hir::Expr, code: Code, what: &str) -> bool {
        if !self.is_numeric(size.ty) {
            let text = self.text(size.ty);
            self.error(code, size.span, format!("{what} must be an integer, but this has type `{text}`"));
            return false;
        }
        let known = self.is_known(size);
        if !known {
            self.error(codes::E0303, size.span, format!("{what} must be known at compile time"));
        }
        known
    }
}
