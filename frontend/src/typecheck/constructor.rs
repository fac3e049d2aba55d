//! Constructor calls of externs, parsers, controls and packages.

use super::arguments::{CallKind, Signature};
use super::unify::Substitution;
use super::{Checker, expr};
use crate::ast;
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{
    self, BlockDecl, Construct, Constructor, ExprKind, FunctionKind, Named, Object, Type, TypeId, TypeVarId,
    VarId,
};
use crate::source::Span;

/// What a constructor call needs to know of what it constructs.
struct Constructible {
    constructor: Constructor,
    name: Named,
    type_params: Vec<TypeVarId>,
    type_args: Vec<TypeId>,
    params: Vec<VarId>,
}

impl Constructible {
    /// Of a declaration: its name, its type parameters and the arguments for them, and the parameters of its constructor.
    fn of(
        constructor: Constructor,
        name: &Named,
        (type_params, type_args): (&[TypeVarId], &[TypeId]),
        params: &[VarId],
    ) -> Constructible {
        Constructible {
            constructor,
            name: name.clone(),
            type_params: type_params.to_vec(),
            type_args: type_args.to_vec(),
            params: params.to_vec(),
        }
    }

    /// Of a parser or control, and whether that is only a type of such.
    fn of_block<Body>(
        constructor: Constructor,
        decl: &BlockDecl<Body>,
        type_args: &[TypeId],
    ) -> (Constructible, bool) {
        let types = (&*decl.type_params, type_args);
        let made = Constructible::of(constructor, &decl.name, types, &decl.constructor_params);
        (made, decl.body.is_none())
    }
}

impl Checker<'_> {
    /// A constructor call as an expression.
    pub(super) fn construct_expr(
        &mut self,
        ty: TypeId,
        args: &[ast::Argument],
        hint: Option<TypeId>,
        span: Span,
    ) -> hir::Expr {
        if self.is_error(ty) {
            self.arguments_of_unknown(args);
            return self.bad(span);
        }
        let Ok(construct) = self.construct(ty, args, hint, span) else {
            return self.bad(span);
        };
        if let Constructor::Extern(id, _) = construct.constructor
            && self.program.externs[id].methods.iter().any(|&method| {
                matches!(self.program.functions[method].kind, FunctionKind::Method { is_abstract: true, .. })
            })
        {
            let name = self.program.externs[id].name.name.clone();
            return self.bad_expr(
                codes::E0323,
                span,
                format!("extern `{name}` has abstract methods: it must be instantiated with an initializer"),
            );
        }
        let ty = self.resolve(ty);
        expr(ExprKind::Construct(Box::new(construct)), ty, span)
    }

    /// A constructor call. Type arguments that `ty` leaves open are inferred. `Err` has been reported.
    pub(super) fn construct(
        &mut self,
        ty: TypeId,
        args: &[ast::Argument],
        hint: Option<TypeId>,
        span: Span,
    ) -> Result<Construct, ()> {
        if self.is_error(ty) {
            self.arguments_of_unknown(args);
            return Err(());
        }
        let target = self.constructible(ty, args, span)?;
        if let Constructor::Extern(id, chosen) = target.constructor {
            let annotations =
                [&self.program.externs[id].annotations, &self.program.functions[chosen].annotations];
            let annotations: Vec<_> = annotations.into_iter().flatten().cloned().collect();
            self.warn_if_deprecated(&annotations, &target.name.name, span);
        }
        let substitution: Substitution =
            target.type_params.iter().copied().zip(target.type_args.iter().copied()).collect();
        let signature = Signature {
            name: &target.name.name,
            declared: target.name.span,
            params: &target.params,
            at_params: matches!(target.constructor, Constructor::Package(_))
                && self.same_file(target.name.span, span),
            result: hint.map(|hint| (ty, hint)),
        };
        let mut args = self.arguments(&signature, &substitution, args, CallKind::Construct, span)?;
        for &param in &target.params {
            let ty = self.program.variables[param].ty;
            let ty = self.substitute(ty, &substitution);
            if self.is_open(ty) {
                continue;
            }
            let ty = self.require_well_formed(ty, span);
            if self.is_error(ty) {
                return Err(());
            }
        }
        let type_args = self.constructed_type_args(&target, &substitution, span)?;
        if !matches!(target.constructor, Constructor::Parser(_) | Constructor::Control(_)) {
            self.settle(&mut args);
        }
        Ok(Construct { constructor: target.constructor, type_args, args })
    }

    fn constructed_type_args(
        &mut self,
        target: &Constructible,
        substitution: &Substitution,
        span: Span,
    ) -> Result<Vec<TypeId>, ()> {
        match target.constructor {
            // The arguments of `apply` may settle them.
            Constructor::Parser(_) | Constructor::Control(_) => {
                return Ok(substitution.iter().map(|&(_, ty)| ty).collect());
            }
            Constructor::Extern(..) => {}
            // What no argument determines does not matter, unless a default value depends on it.
            Constructor::Package(_) => {
                let mut mentioned = Vec::new();
                for &param in &target.params {
                    let param = &self.program.variables[param];
                    if param.default.is_some() {
                        self.type_vars(param.ty, &mut mentioned);
                    }
                }
                for &(param, ty) in substitution {
                    if !mentioned.contains(&param) {
                        self.unify_open_with(ty, self.basic.void);
                    }
                }
            }
        }
        self.inferred(substitution, &target.name.name, span)
    }

    /// Gives all that is open in a type the type `to`.
    pub(super) fn unify_open_with(&mut self, ty: TypeId, to: TypeId) {
        let ty = self.shallow(ty);
        if let Type::Infer(_) = self.program.types[ty] {
            self.unify(ty, to);
            return;
        }
        for child in self.children(ty).to_vec() {
            self.unify_open_with(child, to);
        }
    }

    fn constructible(&mut self, ty: TypeId, args: &[ast::Argument], span: Span) -> Result<Constructible, ()> {
        let kind = self.kind_of(ty);
        if let Type::Stack { element, .. } = kind
            && matches!(self.kind(element), Type::Extern(..))
        {
            // An array of objects: each is constructed with the same arguments.
            return self.constructible(element, args, span);
        }
        let Some(object) = kind.object() else {
            self.arguments_of_unknown(args);
            let text = self.text(ty);
            self.error(codes::E0339, span, format!("type `{text}` has no constructor"));
            return Err(());
        };
        match object {
            Object::Extern(id, type_args) => {
                let decl = &self.program.externs[id];
                let (name, type_params) = (decl.name.clone(), decl.type_params.clone());
                let constructors = decl.constructors.clone();
                if constructors.is_empty() {
                    self.arguments_of_unknown(args);
                    self.emit(
                        Diagnostic::error(
                            codes::E0339,
                            span,
                            format!(
                                "extern `{}` has no constructor, so it cannot be instantiated",
                                name.name
                            ),
                        )
                        .with_label(name.span, "declared here"),
                    );
                    return Err(());
                }
                let chosen = self.select_overload(&constructors, args, span).ok_or(())?;
                Ok(Constructible {
                    constructor: Constructor::Extern(id, chosen),
                    name,
                    type_params,
                    type_args: type_args.to_vec(),
                    params: self.program.functions[chosen].params.clone(),
                })
            }
            Object::Parser(id, type_args) => {
                let target =
                    Constructible::of_block(Constructor::Parser(id), &self.program.parsers[id], type_args);
                self.require_body(target, "parser", span)
            }
            Object::Control(id, type_args) => {
                let target =
                    Constructible::of_block(Constructor::Control(id), &self.program.controls[id], type_args);
                self.require_body(target, "control", span)
            }
            Object::Package(id, type_args) => {
                let decl = &self.program.packages[id];
                let types = (&*decl.type_params, type_args);
                Ok(Constructible::of(Constructor::Package(id), &decl.name, types, &decl.params))
            }
        }
    }

    fn require_body(
        &mut self,
        (target, is_type): (Constructible, bool),
        what: &str,
        span: Span,
    ) -> Result<Constructible, ()> {
        if is_type {
            let message =
                format!("`{}` is a {what} type without a body and cannot be instantiated", target.name.name);
            self.error_beside(codes::E0339, span, message, (target.name.span, "declared here"));
            return Err(());
        }
        Ok(target)
    }
}
