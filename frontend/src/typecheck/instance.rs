//! Instantiations, and the implementations of abstract methods that come with them.

use super::params::ParamsOf;
use super::place::Place;
use super::{Checker, named};
use crate::ast::{self, DeclarationKind};
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{
    self, Constructor, ExternId, FunctionId, FunctionKind, InstanceId, LocalDecl, Object, Type, TypeId,
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
        let (Ok(mut construct), true) = (construct, allowed) else {
            self.declare(name, Binding::Error);
            return None;
        };
        let type_id = self.resolve(type_id);
        // Those that the constructor's arguments tell are known only now.
        for type_arg in &mut construct.type_args {
            *type_arg = self.resolve(*type_arg);
        }
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
        // That the others have no constructor is reported by the constructor call.
        let Some(object) = self.kind(ty).object() else { return true };
        let (what, allowed) = match object {
            Object::Extern(..) => {
                let allowed =
                    !matches!(self.place, Place::Function | Place::Action | Place::Method | Place::Table);
                ("an extern object", allowed)
            }
            Object::Parser(..) => {
                ("a parser", matches!(self.place, Place::ParserLocals | Place::ParserState))
            }
            Object::Control(..) => {
                ("a control", matches!(self.place, Place::ControlLocals | Place::ControlApply))
            }
            Object::Package(..) => ("a package", self.place == Place::TopLevel),
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
            for declaration in body {
                if let DeclarationKind::Function { prototype, .. } = &declaration.kind {
                    let annotations = &declaration.annotations;
                    let kind = FunctionKind::Defined;
                    self.scoped(|this| {
                        this.prototype(annotations, prototype, kind, ParamsOf::Implementation)
                    });
                }
            }
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
        let mut is_misnamed = false;
        let mut locals = Vec::new();
        for declaration in body {
            self.at_place(Place::ObjectInitializer, |this| {
                if let DeclarationKind::Function { prototype, body: Some(body) } = &declaration.kind {
                    let of = (owner, ty, name);
                    let function = this.implementation(of, &declaration.annotations, prototype, body);
                    // It may be meant for the one that is missing.
                    is_misnamed |= function.is_none();
                    implementations.extend(function);
                } else if let DeclarationKind::Instantiation { ty, args, name, body } = &declaration.kind {
                    let instance = (ty, args.as_slice(), name, body.as_deref());
                    let made = this.instantiation(&declaration.annotations, instance, declaration.span);
                    locals.extend(made.map(LocalDecl::Instance));
                } else {
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
        if !is_misnamed {
            self.require_implementations(id, &implementations, name);
        }
        let instance = &mut self.program.instances[id];
        instance.implementations = implementations;
        instance.locals = locals;
    }

    /// A method in the initializer of an instance called `instance`.
    fn implementation(
        &mut self,
        (owner, ty, instance): (ExternId, TypeId, &ast::Name),
        annotations: &[ast::Annotation],
        prototype: &ast::FunctionPrototype,
        body: &ast::Block,
    ) -> Option<FunctionId> {
        let name = &prototype.name;
        self.scopes.push();
        let function =
            self.prototype(annotations, prototype, FunctionKind::Defined, ParamsOf::Implementation);
        let Some(method) = self.abstract_method(owner, name, instance) else {
            self.scopes.pop();
            self.declare(name, Binding::Error);
            return None;
        };
        self.function_body(function, prototype, body, Place::Method);
        self.scopes.pop();
        if let Some((span, reason)) = self.misfit(method, ty, function) {
            let declared = self.program.functions[method].name.span;
            let message = format!("`{}` does not fit the abstract method: {reason}", name.text);
            let diagnostic = Diagnostic::error(codes::E0323, instance.span, message)
                .with_primary("this does not implement all that it must")
                .with_label(span, "this differs")
                .with_label(declared, "the abstract method is declared here");
            self.emit(diagnostic);
        }
        self.declare(name, Binding::Functions(vec![function]));
        Some(function)
    }

    /// The abstract method that an implementation is meant for, or a report that there is none.
    fn abstract_method(
        &mut self,
        owner: ExternId,
        name: &ast::Name,
        instance: &ast::Name,
    ) -> Option<FunctionId> {
        let decl = &self.program.externs[owner];
        let is_abstract = |method: FunctionId| {
            matches!(self.program.functions[method].kind, FunctionKind::Method { is_abstract: true, .. })
        };
        let mut candidates = decl.methods.iter().copied().filter(|&method| is_abstract(method)).peekable();
        let place = if candidates.peek().is_none() { instance.span } else { name.span };
        let found = candidates.find(|&method| self.program.functions[method].name.name == name.text);
        if found.is_none() {
            let message = format!("extern `{}` has no abstract method `{}`", decl.name.name, name.text);
            let mut diagnostic = Diagnostic::error(codes::E0323, place, message);
            if place == instance.span {
                diagnostic = diagnostic
                    .with_primary("there is nothing to implement for this object")
                    .with_label(name.span, "implemented here");
            }
            self.emit(diagnostic.with_label(decl.name.span, "the extern is declared here"));
        }
        found
    }

    /// How an implementation differs from the abstract method that it is meant for, and where.
    fn misfit(&mut self, method: FunctionId, ty: TypeId, function: FunctionId) -> Option<(Span, String)> {
        let substitution: Vec<_> = match self.kind_of(ty) {
            Type::Extern(owner, args) => {
                self.program.externs[owner].type_params.iter().copied().zip(args).collect()
            }
            _ => Vec::new(),
        };
        let (wanted, given) = (&self.program.functions[method], &self.program.functions[function]);
        let place = given.name.span;
        let extra = wanted.params.get(given.params.len()..).unwrap_or_default();
        let same_count = given.params.len() <= wanted.params.len()
            && extra.iter().all(|&param| self.program.variables[param].is_optional());
        let (wanted_result, given_result) = (wanted.result, given.result);
        let pairs: Vec<_> = wanted.params.iter().copied().zip(given.params.iter().copied()).collect();
        if !same_count {
            return Some((place, "the number of parameters differs".to_owned()));
        }
        let wanted_result = self.substitute(wanted_result, &substitution);
        if !self.unify(wanted_result, given_result) {
            let (wanted, given) = (self.text(wanted_result), self.text(given_result));
            return Some((place, format!("its result is `{given}`, not `{wanted}`")));
        }
        for (wanted, given) in pairs {
            let (wanted, given) = (&self.program.variables[wanted], &self.program.variables[given]);
            let (span, name) = (given.name.span, given.name.name.clone());
            if wanted.direction() != given.direction() {
                return Some((span, format!("the direction of parameter `{name}` differs")));
            }
            let (wanted, given) = (wanted.ty, given.ty);
            let wanted = self.substitute(wanted, &substitution);
            if !self.unify(wanted, given) {
                let (wanted, given) = (self.text(wanted), self.text(given));
                return Some((span, format!("the type of parameter `{name}` is `{given}`, not `{wanted}`")));
            }
        }
        None
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
