//! Instantiations, and the implementations of abstract methods that come with them.

use super::params::ParamsOf;
use super::place::Place;
use super::{Checker, named};
use crate::ast::{self, DeclarationKind};
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{
    self, Constructor, ExternId, FunctionId, FunctionKind, InstanceId, LocalDecl, Type, TypeId,
};
use crate::resolve::Binding;
use crate::source::Span;

/// Type, arguments, name and initializer of an instantiation.
type Instantiation<'e> =
    (&'e ast::TypeExpr, &'e [ast::Argument], &'e ast::Name, Option<&'e [ast::Declaration]>);

impl Checker<'_> {
    /// `Type(args) name;` or `Type(args) name = { .. };`
    pub(super) fn instantiation(
        &mut self,
        annotations: &[ast::Annotation],
        (ty, args, name, body): Instantiation<'_>,
        span: Span,
    ) -> Option<InstanceId> {
        let type_id = self.type_expr_inferred(ty);
        let annotations = self.annotations(annotations);
        let allowed = self.is_error(type_id) || self.may_instantiate(type_id, name, ty.span);
        let construct = self.construct(type_id, args, None, span);
        let (Ok(construct), true) = (construct, allowed) else {
            self.declare(name, Binding::Error);
            return None;
        };
        let type_id = self.resolve(type_id);
        if self.is_open(type_id) {
            let text = self.text(type_id);
            self.error(codes::E0308, span, format!("cannot infer the type arguments of `{text}`"));
            self.declare(name, Binding::Error);
            return None;
        }
        let id = self.program.instances.push(hir::Instance {
            name: named(name),
            ty: type_id,
            construct,
            implementations: Vec::new(),
            locals: Vec::new(),
            annotations,
        });
        match body {
            Some(body) => self.initializer(id, type_id, body, name),
            None => self.require_implementations(id, &[], name),
        }
        self.declare(name, Binding::Instance(id));
        Some(id)
    }

    /// Where objects of a type may be instantiated by declaration.
    fn may_instantiate(&mut self, ty: TypeId, name: &ast::Name, span: Span) -> bool {
        let (what, allowed) = match self.kind(ty) {
            Type::Extern(..) => {
                let allowed =
                    !matches!(self.place, Place::Function | Place::Action | Place::Method | Place::Table);
                ("an extern object", allowed)
            }
            Type::Parser(..) => ("a parser", matches!(self.place, Place::ParserLocals | Place::ParserState)),
            Type::Control(..) => {
                ("a control", matches!(self.place, Place::ControlLocals | Place::ControlApply))
            }
            Type::Package(..) => ("a package", self.place == Place::TopLevel),
            // That it has no constructor is reported by the constructor call.
            _ => return true,
        };
        if !allowed {
            let place = self.place.text();
            let mut diagnostic = Diagnostic::error(
                codes::E0314,
                span,
                format!("{what} such as `{}` cannot be instantiated {place}", name.text),
            );
            if self.place == Place::TopLevel {
                diagnostic =
                    diagnostic.with_note("make it inside another block, or in the arguments of the package");
            }
            self.emit(diagnostic);
        }
        allowed
    }

    fn initializer(&mut self, id: InstanceId, ty: TypeId, body: &[ast::Declaration], name: &ast::Name) {
        let Type::Extern(owner, _) = self.kind_of(ty) else {
            let text = self.text(ty);
            self.error(
                codes::E0323,
                name.span,
                format!("only extern objects can have an initializer, but `{}` is a `{text}`", name.text),
            );
            return;
        };
        let outer_this = self.this.replace(ty);
        self.scopes.push();
        let mut implementations = Vec::new();
        let mut locals = Vec::new();
        for declaration in body {
            self.at_place(Place::ObjectInitializer, |this| match &declaration.kind {
                DeclarationKind::Function { prototype, body: Some(body) } => {
                    let function =
                        this.implementation((owner, ty), &declaration.annotations, prototype, body);
                    implementations.push(function);
                }
                DeclarationKind::Instantiation { ty, args, name, body } => {
                    let instance = (ty, args.as_slice(), name, body.as_deref());
                    let made = this.instantiation(&declaration.annotations, instance, declaration.span);
                    locals.extend(made.map(LocalDecl::Instance));
                }
                DeclarationKind::Function { body: None, .. }
                | DeclarationKind::Constant { .. }
                | DeclarationKind::Variable { .. }
                | DeclarationKind::Action { .. }
                | DeclarationKind::Extern { .. }
                | DeclarationKind::Parser { .. }
                | DeclarationKind::Control { .. }
                | DeclarationKind::Package { .. }
                | DeclarationKind::Struct { .. }
                | DeclarationKind::Enum { .. }
                | DeclarationKind::Error { .. }
                | DeclarationKind::MatchKind { .. }
                | DeclarationKind::Typedef { .. }
                | DeclarationKind::NewType { .. }
                | DeclarationKind::ValueSet { .. }
                | DeclarationKind::Table { .. } => {
                    let text = declaration.kind.name().map(|name| name.text.to_string()).unwrap_or_default();
                    this.misplaced(
                        declaration.span,
                        super::control_decl::declaration_text(&declaration.kind),
                        &text,
                    );
                }
            });
        }
        self.scopes.pop();
        self.this = outer_this;
        self.require_implementations(id, &implementations, name);
        let instance = &mut self.program.instances[id];
        instance.implementations = implementations;
        instance.locals = locals;
    }

    fn implementation(
        &mut self,
        (owner, ty): (ExternId, TypeId),
        annotations: &[ast::Annotation],
        prototype: &ast::FunctionPrototype,
        body: &ast::Block,
    ) -> FunctionId {
        self.scopes.push();
        let function = self.prototype(annotations, prototype, FunctionKind::Defined, ParamsOf::Extern);
        self.function_body(function, prototype, body, Place::Method);
        self.match_abstract(owner, ty, function, &prototype.name);
        self.scopes.pop();
        if !self.declare(&prototype.name, Binding::Functions(vec![function])) {
            return function;
        }
        function
    }

    /// Reports an implementation that does not fit the abstract method of its name.
    fn match_abstract(&mut self, owner: ExternId, ty: TypeId, function: FunctionId, name: &ast::Name) {
        let decl = &self.program.externs[owner];
        let method = decl.methods.iter().copied().find(|&method| {
            let method = &self.program.functions[method];
            method.name.name == name.text
                && matches!(method.kind, FunctionKind::Method { is_abstract: true, .. })
        });
        let Some(method) = method else {
            let (extern_name, span) = (decl.name.name.clone(), decl.name.span);
            self.emit(
                Diagnostic::error(
                    codes::E0323,
                    name.span,
                    format!("extern `{extern_name}` has no abstract method `{}`", name.text),
                )
                .with_label(span, "declared here"),
            );
            return;
        };
        let type_args = match self.kind_of(ty) {
            Type::Extern(_, args) => args,
            _ => Vec::new(),
        };
        let substitution: Vec<_> =
            decl_type_params(&self.program, owner).into_iter().zip(type_args).collect();
        let (wanted, given) = (&self.program.functions[method], &self.program.functions[function]);
        let declared = wanted.name.span;
        let extra = wanted.params.get(given.params.len()..).unwrap_or_default();
        let same_count = given.params.len() <= wanted.params.len()
            && extra.iter().all(|&param| self.program.variables[param].is_optional());
        let (wanted_result, given_result) = (wanted.result, given.result);
        let pairs: Vec<_> = wanted.params.iter().copied().zip(given.params.iter().copied()).collect();
        let mut fault = (!same_count).then(|| (name.span, "the number of parameters differs".to_owned()));
        let wanted_result = self.substitute(wanted_result, &substitution);
        if fault.is_none() && !self.unify(wanted_result, given_result) {
            let (wanted, given) = (self.text(wanted_result), self.text(given_result));
            fault = Some((name.span, format!("its result is `{given}`, not `{wanted}`")));
        }
        for (wanted, given) in pairs {
            if fault.is_some() {
                break;
            }
            let (wanted, given) = (&self.program.variables[wanted], &self.program.variables[given]);
            let (span, given_name) = (given.name.span, given.name.name.clone());
            if wanted.direction() != given.direction() {
                fault = Some((span, format!("the direction of parameter `{given_name}` differs")));
                continue;
            }
            let (wanted, given) = (wanted.ty, given.ty);
            let wanted = self.substitute(wanted, &substitution);
            if !self.unify(wanted, given) {
                let (wanted, given) = (self.text(wanted), self.text(given));
                fault = Some((
                    span,
                    format!("the type of parameter `{given_name}` is `{given}`, not `{wanted}`"),
                ));
            }
        }
        if let Some((span, reason)) = fault {
            self.emit(
                Diagnostic::error(
                    codes::E0323,
                    span,
                    format!("`{}` does not fit the abstract method: {reason}", name.text),
                )
                .with_label(declared, "the abstract method is declared here"),
            );
        }
    }

    /// Reports abstract methods without implementation.
    fn require_implementations(&mut self, id: InstanceId, implementations: &[FunctionId], name: &ast::Name) {
        let Constructor::Extern(owner, _) = self.program.instances[id].construct.constructor else {
            return;
        };
        let decl = &self.program.externs[owner];
        let missing = decl.methods.iter().copied().find(|&method| {
            let method = &self.program.functions[method];
            matches!(method.kind, FunctionKind::Method { is_abstract: true, .. })
                && !method.annotations.iter().any(|annotation| &*annotation.name.text == "optional")
                && !implementations.iter().any(|&implementation| {
                    self.program.functions[implementation].name.name == method.name.name
                })
        });
        if let Some(method) = missing {
            let method = self.program.functions[method].name.clone();
            self.emit(
                Diagnostic::error(
                    codes::E0323,
                    name.span,
                    format!("`{}` does not implement abstract method `{}`", name.text, method.name),
                )
                .with_label(method.span, "declared here"),
            );
        }
    }
}

fn decl_type_params(program: &hir::Program, owner: ExternId) -> Vec<hir::TypeVarId> {
    program.externs[owner].type_params.clone()
}
