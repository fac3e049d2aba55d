//! Calls of functions and actions, and what a call can be.

use super::arguments::{CallKind, Signature};
use super::const_eval::{self, Fault, Why};
use super::method::MethodCall;
use super::unify::Substitution;
use super::{Checker, expr};
use crate::ast::{self, ExprKind as Ast};
use crate::diagnostic::codes;
use crate::hir::{
    self, ActionId, Argument, Call, Callee, ExprKind, FunctionId, FunctionKind, TypeId, TypeVarId,
};
use crate::resolve::Binding;
use crate::source::Span;

impl Checker<'_> {
    /// `callee<type_args>(args)`
    pub(super) fn call_expr(
        &mut self,
        callee: &ast::Expr,
        type_args: &[ast::TypeExpr],
        args: &[ast::Argument],
        hint: Option<TypeId>,
        span: Span,
    ) -> hir::Expr {
        let callee = callee.without_parentheses();
        if let Ast::Member(base, name) = &callee.kind {
            return self.method_call(base, MethodCall { name, type_args, args, span }, hint);
        }
        if let Ast::Type(ty) = &callee.kind {
            let ty = self.type_expr_inferred(ty);
            return self.construct_expr(ty, args, hint, span);
        }
        let Ast::Name(name) = &callee.kind else {
            self.arguments_of_unknown(args);
            return self.bad_expr(codes::E0313, span, "this expression cannot be called");
        };
        if let Some(refused) = self.call_for_validity(name, args, span) {
            return refused;
        }
        let Some(entry) = self.resolve_name(name, |_| true) else {
            self.arguments_of_unknown(args);
            return self.bad(span);
        };
        match entry.binding {
            Binding::Functions(candidates) => self.call_function(&candidates, type_args, args, hint, span),
            Binding::Action(id) => self.call_action(id, type_args, args, span),
            Binding::Error => {
                self.arguments_of_unknown(args);
                self.bad(span)
            }
            other if other.is_type() => {
                let kind = if type_args.is_empty() {
                    ast::TypeExprKind::Named(name.clone())
                } else {
                    ast::TypeExprKind::Specialized { base: name.clone(), args: type_args.to_vec() }
                };
                let ty = self.type_expr_inferred(&ast::TypeExpr { kind, span: callee.span });
                self.construct_expr(ty, args, hint, span)
            }
            other => {
                self.arguments_of_unknown(args);
                let message = format!("`{}` is {} and cannot be called", name.name.text, other.kind());
                self.error_beside(codes::E0313, span, message, (entry.span, "declared here"));
                self.bad(span)
            }
        }
    }

    /// Checks arguments for which no parameters are known, for their own mistakes.
    pub(super) fn arguments_of_unknown(&mut self, args: &[ast::Argument]) {
        for arg in args {
            if !arg.value.kind_is_dont_care() && !super::operator::needs_type(&arg.value) {
                self.expr(&arg.value, None);
            }
        }
    }

    fn call_function(
        &mut self,
        candidates: &[FunctionId],
        type_args: &[ast::TypeExpr],
        args: &[ast::Argument],
        hint: Option<TypeId>,
        span: Span,
    ) -> hir::Expr {
        let Some(id) = self.select_overload(candidates, args, span) else {
            return self.bad(span);
        };
        let function = &self.program.functions[id];
        let (name, kind) = (function.name.clone(), function.kind);
        let is_extern = kind == FunctionKind::Extern;
        // A factory of objects is called as constructors are.
        let makes_object = self.is_object(self.program.functions[id].result);
        let anywhere = is_extern && (makes_object || &*name.name == "static_assert");
        if !anywhere && !self.place.may_call_function() {
            let place = self.place.text();
            return self.bad_expr(
                codes::E0336,
                span,
                format!("function `{}` cannot be called {place}", name.name),
            );
        }
        if is_extern && &*name.name == "verify" && !self.place.in_parser() {
            return self.bad_expr(codes::E0336, span, "`verify` can only be called in a parser");
        }
        let value = self.invoke(id, Callee::Function(id), &Vec::new(), type_args, args, hint, span);
        if is_extern
            && &*name.name == "static_assert"
            && let Err(fault @ Fault { why: Why::AssertionFailed(_), .. }) =
                const_eval::eval_local(&self.program, &value)
        {
            self.eval_fault(&fault, span, "this assertion");
            return self.bad(span);
        }
        value
    }

    /// The call of a chosen function or method. `owner` holds the type arguments of the extern that owns it.
    #[expect(clippy::too_many_arguments, reason = "all of a call that is written, and what is called")]
    pub(super) fn invoke(
        &mut self,
        id: FunctionId,
        callee: Callee,
        owner: &Substitution,
        type_args: &[ast::TypeExpr],
        args: &[ast::Argument],
        hint: Option<TypeId>,
        span: Span,
    ) -> hir::Expr {
        let function = &self.program.functions[id];
        if function.annotations.iter().any(|annotation| &*annotation.name.text == "deprecated") {
            let (annotations, name) = (function.annotations.clone(), function.name.name.clone());
            self.warn_if_deprecated(&annotations, &name, span);
        }
        let function = &self.program.functions[id];
        let (name, result) = (function.name.clone(), function.result);
        let (type_params, params) = (function.type_params.clone(), function.params.clone());
        let Ok(own) = self.type_arguments(&name, &type_params, type_args, span) else {
            self.arguments_of_unknown(args);
            return self.bad(span);
        };
        let mut substitution = owner.clone();
        substitution.extend(own.iter().copied());
        let result_and_hint = hint.map(|hint| (result, hint));
        let signature = Signature { result: result_and_hint, ..Signature::of(&name, &params) };
        let order = self.written_order(&params, args);
        let args = self.arguments(&signature, &substitution, args, CallKind::Run, span);
        let Ok(mut args) = args else {
            return self.bad(span);
        };
        let Ok(type_args) = self.inferred(&own, &name.name, span) else {
            return self.bad(span);
        };
        self.settle(&mut args);
        if !substitution.is_empty() {
            for &param in &params {
                let ty = self.program.variables[param].ty;
                let direction = self.program.variables[param].direction();
                let ty = self.substitute(ty, &substitution);
                let ty = self.require_well_formed_quietly(ty, span);
                if self.is_error(ty) {
                    return self.bad(span);
                }
                if direction != hir::Direction::None && *self.kind(ty) == hir::Type::String {
                    let declared = self.program.variables[param].name.span;
                    let message = "a string cannot be passed to a parameter with a direction";
                    let diagnostic = self.at_declaration(codes::E0310, declared, span, message);
                    self.emit(diagnostic);
                    return self.bad(span);
                }
            }
        }
        let ty = self.substitute(result, &substitution);
        let ty = self.require_well_formed_quietly(ty, span);
        if self.is_error(ty) {
            return self.bad(span);
        }
        self.finish_call(Call { callee, type_args, args, order, span }, ty)
    }

    fn require_well_formed_quietly(&mut self, ty: TypeId, span: Span) -> TypeId {
        if self.is_open(ty) { ty } else { self.require_well_formed(ty, span) }
    }

    /// A call as an expression.
    pub(super) fn finish_call(&mut self, call: Call, ty: TypeId) -> hir::Expr {
        let span = call.span;
        expr(ExprKind::Call(Box::new(call)), ty, span)
    }

    /// Type parameters with what was written for them, or fresh variables. `Err` has been reported.
    pub(super) fn type_arguments(
        &mut self,
        name: &hir::Named,
        type_params: &[TypeVarId],
        written: &[ast::TypeExpr],
        span: Span,
    ) -> Result<Substitution, ()> {
        if written.is_empty() {
            return Ok(self.fresh_substitution(type_params));
        }
        let types: Vec<TypeId> = written
            .iter()
            .map(|ty| {
                let id = self.type_expr_inferred(ty);
                self.require_type(id, super::type_rules::TypeUse::TypeArgument, ty.span)
            })
            .collect();
        if types.len() != type_params.len() {
            self.wrong_type_argument_count(&name.name, type_params.len(), types.len(), span, name.span);
            return Err(());
        }
        if types.iter().any(|&ty| self.is_error(ty)) {
            return Err(());
        }
        Ok(type_params.iter().copied().zip(types).collect())
    }

    fn call_action(
        &mut self,
        id: ActionId,
        type_args: &[ast::TypeExpr],
        args: &[ast::Argument],
        span: Span,
    ) -> hir::Expr {
        let action = &self.program.actions[id];
        let (name, params) = (action.name.clone(), action.params.clone());
        if !self.place.may_call_action() {
            let place = self.place.text();
            return self.bad_expr(
                codes::E0336,
                span,
                format!("action `{}` cannot be called {place}", name.name),
            );
        }
        if !type_args.is_empty() {
            self.wrong_type_argument_count(&name.name, 0, type_args.len(), span, name.span);
            return self.bad(span);
        }
        let signature = Signature::of(&name, &params);
        let order = self.written_order(&params, args);
        let Ok(args) = self.arguments(&signature, &Vec::new(), args, CallKind::Action, span) else {
            return self.bad(span);
        };
        let ty = self.basic.void;
        self.finish_call(Call { callee: Callee::Action(id), type_args: Vec::new(), args, order, span }, ty)
    }

    /// `callee(args)` where the callee takes none.
    pub(super) fn no_arguments(
        &mut self,
        name: &ast::Name,
        args: &[ast::Argument],
        span: Span,
    ) -> Vec<Argument> {
        if !args.is_empty() {
            self.arguments_of_unknown(args);
            self.error(codes::E0307, span, format!("`{}` takes no arguments", name.text));
        }
        Vec::new()
    }
}
