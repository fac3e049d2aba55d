//! `x.apply(..)` of parsers, controls and tables, and of their types.

use super::arguments::{CallKind, Signature};
use super::method::MethodCall;
use super::unify::Substitution;
use super::{Checker, expr};
use crate::ast;
use crate::diagnostic::suggest;
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{self, Call, Callee, ExprKind, LocalDecl, TableId, Type, TypeId, WrittenOrder};
use crate::source::Span;
use std::sync::Arc;

impl Checker<'_> {
    /// Section "Direct type invocation": an instance without constructor arguments, made here.
    pub(super) fn direct_application(&mut self, ty: TypeId, call: MethodCall<'_>) -> hir::Expr {
        let MethodCall { name: method, args, span, .. } = call;
        let Ok(construct) = self.construct(ty, &[], None, span) else {
            self.arguments_of_unknown(args);
            return self.bad(span);
        };
        let type_name = match self.kind(ty) {
            Type::Parser(id, _) => self.program.parsers[*id].name.name.clone(),
            Type::Control(id, _) => self.program.controls[*id].name.name.clone(),
            _ => Arc::from(""),
        };
        let id = self.program.instances.push(hir::Instance {
            name: hir::Named { name: type_name, span: Span::new(span.lo, method.span.lo.saturating_sub(1)) },
            ty,
            construct,
            implementations: Vec::new(),
            locals: Vec::new(),
            annotations: Vec::new(),
        });
        let call = self.apply(expr(ExprKind::Instance(id), ty, span), args, span);
        // The arguments may have settled the type arguments.
        let ty = self.resolve(ty);
        if self.is_open(ty) {
            let text = self.text(ty);
            return self.bad_expr(codes::E0308, span, format!("cannot infer the type arguments of `{text}`"));
        }
        let instance = &mut self.program.instances[id];
        instance.ty = ty;
        instance.construct.type_args = match &self.program.types[ty] {
            Type::Parser(_, args) | Type::Control(_, args) => args.clone(),
            _ => Vec::new(),
        };
        self.direct_instances.push(LocalDecl::Instance(id));
        call
    }

    /// `p.apply(..)` of a parser or control.
    pub(super) fn apply(&mut self, mut object: hir::Expr, args: &[ast::Argument], span: Span) -> hir::Expr {
        let (type_params, params, name, type_args, is_parser) = match self.kind_of(object.ty) {
            Type::Parser(id, type_args) => {
                let decl = &self.program.parsers[id];
                (decl.type_params.clone(), decl.params.clone(), decl.name.clone(), type_args, true)
            }
            Type::Control(id, type_args) => {
                let decl = &self.program.controls[id];
                (decl.type_params.clone(), decl.params.clone(), decl.name.clone(), type_args, false)
            }
            _ => return self.bad(span),
        };
        let allowed = if is_parser { self.place.may_apply_parser() } else { self.place.may_apply_control() };
        if !allowed {
            let what = if is_parser { "parser" } else { "control" };
            let place = self.place.text();
            self.arguments_of_unknown(args);
            return self.bad_expr(
                codes::E0336,
                span,
                format!("{what} `{}` cannot be applied {place}", name.name),
            );
        }
        let substitution: Substitution = type_params.into_iter().zip(type_args).collect();
        let signature = Signature::of(&name, &params);
        let order = self.written_order(&params, args);
        let Ok(args) = self.arguments(&signature, &substitution, args, CallKind::Run, span) else {
            return self.bad(span);
        };
        object.ty = self.resolve(object.ty);
        let callee = if is_parser {
            Callee::ParserApply(Box::new(object))
        } else {
            Callee::ControlApply(Box::new(object))
        };
        let ty = self.basic.void;
        self.finish_call(Call { callee, type_args: Vec::new(), args, order, span }, ty)
    }

    pub(super) fn table_apply(&mut self, table: TableId, call: MethodCall<'_>) -> hir::Expr {
        let MethodCall { name, args, span, .. } = call;
        if &*name.text != "apply" {
            self.arguments_of_unknown(args);
            let message = format!("a table has no method `{}`", name.text);
            let mut diagnostic = Diagnostic::error(codes::E0204, name.span, message);
            if let Some(similar) = suggest::closest(&name.text, ["apply"]) {
                diagnostic = diagnostic.with_suggestion(
                    name.span,
                    similar,
                    format!("tables have one method: did you mean `{similar}`?"),
                );
            }
            self.emit(diagnostic);
            return self.bad(span);
        }
        let args = self.no_arguments(name, args, span);
        if !self.place.may_apply_table() {
            let place = self.place.text();
            let message = match self.program.tables.find(table) {
                Some(table) => format!("table `{}` cannot be applied {place}", table.name.name),
                None => format!("a table cannot be applied {place}"),
            };
            return self.bad_expr(codes::E0336, span, message);
        }
        let ty = self.intern(Type::ApplyResult(table));
        let callee = Callee::TableApply(table);
        let order = WrittenOrder::default();
        self.finish_call(Call { callee, type_args: Vec::new(), args, order, span }, ty)
    }
}
