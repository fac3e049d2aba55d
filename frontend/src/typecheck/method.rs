//! `object.method(..)`: methods of externs, `apply`, and the methods that the language gives to headers, header
//! stacks and everything that has a size.

use super::Checker;
use super::place::Place;
use super::size::SizeQuery;
use super::unify::Substitution;
use crate::ast;
use crate::diagnostic::suggest;
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{
    self, Call, Callee, ExprKind, ExternId, FunctionKind, StructKind, Type, TypeId, WrittenOrder,
};
use crate::resolve::Binding;
use crate::source::Span;
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};
use std::sync::Arc;

/// What stands behind the dot of `base.name<type_args>(args)`, and the place of all of it.
#[derive(Clone, Copy)]
pub(super) struct MethodCall<'e> {
    pub(super) name: &'e ast::Name,
    pub(super) type_args: &'e [ast::TypeExpr],
    pub(super) args: &'e [ast::Argument],
    pub(super) span: Span,
}

impl Checker<'_> {
    /// `base.name<type_args>(args)`
    pub(super) fn method_call(
        &mut self,
        base: &ast::Expr,
        call: MethodCall<'_>,
        hint: Option<TypeId>,
    ) -> hir::Expr {
        let MethodCall { name, type_args, args, span } = call;
        if let Some(ty) = self.type_base(base) {
            self.no_type_arguments(name, type_args);
            return self.type_method(ty, call);
        }
        if let Some(Binding::Table(table)) = self.binding_of(base) {
            return self.table_apply(table, call);
        }
        let outer = std::mem::replace(&mut self.unevaluated, SizeQuery::named(&name.text).is_some());
        let base = self.expr(base, None);
        self.unevaluated = outer;
        if self.is_error(base.ty) {
            self.arguments_of_unknown(args);
            return self.bad(span);
        }
        if !matches!(self.kind(base.ty), Type::Extern(..)) {
            self.no_type_arguments(name, type_args);
        }
        if let Some(query) = SizeQuery::named(&name.text)
            && !self.is_object(base.ty)
        {
            self.no_arguments(name, args, span);
            return self.size_literal(query, base.ty, span);
        }
        let kind = self.kind_of(base.ty);
        if let Type::Extern(id, extern_args) = kind {
            let owner: Substitution =
                self.program.externs[id].type_params.iter().copied().zip(extern_args).collect();
            return self.extern_method(base, (id, owner), call, hint);
        }
        if matches!(kind, Type::Parser(..) | Type::Control(..)) && &*name.text == "apply" {
            return self.apply(base, args, span);
        }
        if let Type::Struct(id, _) = kind
            && self.program.structs[id].kind != StructKind::Struct
        {
            return self.header_method(base, self.program.structs[id].kind, call);
        }
        if let Type::Stack { element, .. } = kind
            && self.is_header_like(element)
        {
            return self.stack_method(base, call);
        }
        self.no_such_method(base.ty, call)
    }

    /// The methods that the language itself gives take no type arguments.
    fn no_type_arguments(&mut self, name: &ast::Name, type_args: &[ast::TypeExpr]) {
        if let (Some(first), Some(last)) = (type_args.first(), type_args.last()) {
            self.error(
                codes::E0309,
                first.span.to(last.span),
                format!("`{}` takes no type arguments", name.text),
            );
        }
    }

    fn no_such_method(&mut self, ty: TypeId, call: MethodCall<'_>) -> hir::Expr {
        let MethodCall { name, args, span, .. } = call;
        self.arguments_of_unknown(args);
        let text = self.text(ty);
        let mut diagnostic = Diagnostic::error(
            codes::E0204,
            name.span,
            format!("type `{text}` has no method `{}`", name.text),
        );
        let meant = self.validity_meant_by(ty, &name.text);
        if let Some(similar) = meant.or_else(|| suggest::closest(&name.text, self.builtin_methods(ty))) {
            diagnostic = diagnostic.with_suggestion(
                name.span,
                similar,
                format!("a method with a like name exists: did you mean `{similar}`?"),
            );
        }
        self.emit(diagnostic);
        self.bad(span)
    }

    /// The methods that the language itself gives to values of a type.
    fn builtin_methods(&self, ty: TypeId) -> Vec<&'static str> {
        let kind = self.kind(ty);
        if matches!(kind, Type::Parser(..) | Type::Control(..)) {
            return vec!["apply"];
        }
        let mut methods = Vec::new();
        if let Type::Struct(id, _) = kind {
            methods = match self.program.structs[*id].kind {
                StructKind::Header => vec!["isValid", "setValid", "setInvalid"],
                StructKind::HeaderUnion => vec!["isValid"],
                StructKind::Struct => Vec::new(),
            };
        } else if matches!(kind, Type::Stack { element, .. } if self.is_header_like(*element)) {
            methods = vec!["push_front", "pop_front"];
        }
        methods.extend(["minSizeInBits", "minSizeInBytes", "maxSizeInBits", "maxSizeInBytes"]);
        methods
    }

    fn type_method(&mut self, ty: TypeId, call: MethodCall<'_>) -> hir::Expr {
        let MethodCall { name, args, span, .. } = call;
        if self.is_error(ty) {
            self.arguments_of_unknown(args);
            return self.bad(span);
        }
        if let Some(query) = SizeQuery::named(&name.text) {
            self.no_arguments(name, args, span);
            return self.size_literal(query, ty, span);
        }
        if &*name.text == "apply" && matches!(self.kind(ty), Type::Parser(..) | Type::Control(..)) {
            return self.direct_application(ty, call);
        }
        self.no_such_method(ty, call)
    }

    fn header_method(&mut self, base: hir::Expr, kind: StructKind, call: MethodCall<'_>) -> hir::Expr {
        let MethodCall { name, args, span, .. } = call;
        let base_ty = base.ty;
        let writes = match &*name.text {
            "isValid" => false,
            "setValid" | "setInvalid" if kind == StructKind::Header => true,
            _ => return self.no_such_method(base_ty, call),
        };
        let args = self.no_arguments(name, args, span);
        if writes && !self.require_lvalue(&base, &format!("the header of `{}`", name.text)) {
            return self.bad(span);
        }
        let base = Box::new(base);
        let (callee, ty) = match &*name.text {
            "isValid" => (Callee::IsValid(base), self.basic.bool),
            "setValid" => (Callee::SetValid(base), self.basic.void),
            _ => (Callee::SetInvalid(base), self.basic.void),
        };
        let order = WrittenOrder::default();
        self.finish_call(Call { callee, type_args: Vec::new(), args, order, span }, ty)
    }

    fn stack_method(&mut self, base: hir::Expr, call: MethodCall<'_>) -> hir::Expr {
        let MethodCall { name, args, span, .. } = call;
        let base_ty = base.ty;
        let front = match &*name.text {
            "push_front" => true,
            "pop_front" => false,
            _ => return self.no_such_method(base_ty, call),
        };
        let [arg] = args else {
            self.arguments_of_unknown(args);
            return self.bad_expr(codes::E0307, span, format!("`{}` takes 1 argument", name.text));
        };
        let Some(count) = self.known_integer(&arg.value, "the number of elements to move") else {
            return self.bad(span);
        };
        if !self.require_lvalue(&base, &format!("the header stack of `{}`", name.text)) {
            return self.bad(span);
        }
        let valid = !count.is_negative() && count != BigInt::ZERO;
        let (Some(count), true) = (count.to_u32(), valid) else {
            return self.bad_expr(
                codes::E0312,
                arg.span,
                format!("the number of elements to move must be positive, but it is {count}"),
            );
        };
        let callee = if front {
            Callee::PushFront(Box::new(base), count)
        } else {
            Callee::PopFront(Box::new(base), count)
        };
        let ty = self.basic.void;
        let order = WrittenOrder::default();
        self.finish_call(Call { callee, type_args: Vec::new(), args: Vec::new(), order, span }, ty)
    }

    fn extern_method(
        &mut self,
        object: hir::Expr,
        (id, owner): (ExternId, Substitution),
        call: MethodCall<'_>,
        hint: Option<TypeId>,
    ) -> hir::Expr {
        let MethodCall { name, type_args, args, span } = call;
        let decl = &self.program.externs[id];
        let functions = &self.program.functions;
        let candidates: Vec<_> =
            decl.methods.iter().copied().filter(|&method| functions[method].name.name == name.text).collect();
        if candidates.is_empty() {
            let names: Vec<Arc<str>> =
                decl.methods.iter().map(|&method| functions[method].name.name.clone()).collect();
            let (owner, declared) = (decl.name.name.clone(), decl.name.span);
            self.arguments_of_unknown(args);
            let message = format!("extern `{owner}` has no method `{}`", name.text);
            let diagnostic = Diagnostic::error(codes::E0204, name.span, message);
            let (diagnostic, _) = self.with_like_name(diagnostic, name, "method", &names);
            self.emit(diagnostic.with_label(declared, "declared here"));
            return self.bad(span);
        }
        if !self.place.may_call_function() {
            let place = self.place.text();
            self.arguments_of_unknown(args);
            return self.bad_expr(
                codes::E0336,
                span,
                format!("method `{}` cannot be called {place}", name.text),
            );
        }
        let Some(method) = self.select_overload(&candidates, args, span) else {
            return self.bad(span);
        };
        if self.place == Place::Method
            && let FunctionKind::Method { is_abstract: true, .. } = self.program.functions[method].kind
            && matches!(object.kind, ExprKind::This)
        {
            return self.bad_expr(
                codes::E0206,
                span,
                format!(
                    "abstract method `{}` cannot be called by an implementation of its object",
                    name.text
                ),
            );
        }
        let callee = Callee::Method { object: Box::new(object), method };
        let call = self.invoke(method, callee, &owner, type_args, args, hint, span);
        let owner = self.program.externs[id].name.name.clone();
        self.require_packet_type(&owner, &name.text, &call);
        call
    }
}
