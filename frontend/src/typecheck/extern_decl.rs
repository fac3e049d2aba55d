//! Extern objects: constructors and methods.

use super::params::ParamsOf;
use super::type_rules::TypeUse;
use super::{Checker, named};
use crate::ast;
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{self, ExternId, FunctionId, FunctionKind};
use crate::resolve::{Binding, NamedType};

impl Checker<'_> {
    /// `extern Name<..> { .. }`
    pub(super) fn extern_object(
        &mut self,
        annotations: &[ast::Annotation],
        name: &ast::Name,
        type_params: &[ast::Name],
        methods: &[ast::Method],
    ) -> ExternId {
        let annotations = self.annotations(annotations);
        let id = self.program.externs.push(hir::ExternDecl {
            name: named(name),
            type_params: Vec::new(),
            constructors: Vec::new(),
            methods: Vec::new(),
            annotations,
        });
        self.open.push((name.text.clone(), name.span));
        self.scopes.push();
        self.program.externs[id].type_params = self.type_params(type_params);
        for method in methods {
            self.method_prototype(id, name, method);
        }
        self.scopes.pop();
        self.open.pop();
        self.declare(name, Binding::Type(NamedType::Extern(id)));
        id
    }

    fn method_prototype(&mut self, owner: ExternId, owner_name: &ast::Name, method: &ast::Method) {
        let prototype = &method.prototype;
        let is_named_like_owner = prototype.name.text == owner_name.text;
        if prototype.result.is_none() && !is_named_like_owner {
            self.emit(
                Diagnostic::error(
                    codes::E0130,
                    prototype.name.span,
                    format!("method `{}` needs a result type", prototype.name.text),
                )
                .with_note(format!("only the constructor, `{}`, has none", owner_name.text)),
            );
        }
        if is_named_like_owner && (method.is_abstract || prototype.result.is_some()) {
            let what = if method.is_abstract { "be abstract" } else { "have a result type" };
            self.error(
                codes::E0323,
                prototype.name.span,
                format!("`{}` is the constructor of its extern and cannot {what}", prototype.name.text),
            );
        }
        let is_constructor = prototype.result.is_none() && is_named_like_owner;
        let kind = if is_constructor {
            FunctionKind::Constructor { owner }
        } else {
            FunctionKind::Method { owner, is_abstract: method.is_abstract }
        };
        let params_of = if is_constructor { ParamsOf::ExternConstructor } else { ParamsOf::Extern };
        let function = self.scoped(|this| this.prototype(&method.annotations, prototype, kind, params_of));
        let decl = &self.program.externs[owner];
        let siblings = if is_constructor { &decl.constructors } else { &decl.methods };
        let clash = siblings.iter().copied().find(|&sibling| {
            let (a, b) = (&self.program.functions[sibling], &self.program.functions[function]);
            a.name.name == b.name.name
                && (is_abstract(a.kind) || is_abstract(b.kind) || self.same_names(&a.params, &b.params))
        });
        if let Some(clash) = clash {
            let earlier = self.program.functions[clash].name.span;
            self.emit(
                Diagnostic::error(
                    codes::E0202,
                    prototype.name.span,
                    format!("`{}` is declared twice", prototype.name.text),
                )
                .with_label(earlier, "first declared here")
                .with_note("overloads must differ in the number or the names of their parameters, and abstract methods have none"),
            );
        }
        let decl = &mut self.program.externs[owner];
        if is_constructor {
            decl.constructors.push(function);
        } else {
            decl.methods.push(function);
        }
    }

    /// True if no call could tell two parameter lists apart.
    fn same_names(&self, a: &[hir::VarId], b: &[hir::VarId]) -> bool {
        let name = |param: &hir::VarId| &self.program.variables[*param].name.name;
        let has = |params: &[hir::VarId], wanted: &hir::VarId| {
            params.iter().any(|param| name(param) == name(wanted))
        };
        a.len() == b.len() && a.iter().all(|param| has(b, param))
    }

    /// A prototype as a function without body. The caller has opened a scope for type parameters and parameters.
    pub(super) fn prototype(
        &mut self,
        annotations: &[ast::Annotation],
        prototype: &ast::FunctionPrototype,
        kind: FunctionKind,
        params_of: ParamsOf,
    ) -> FunctionId {
        let type_params = self.type_params(&prototype.type_params);
        let result = match &prototype.result {
            Some(ty) => {
                let usage =
                    if kind == FunctionKind::Extern { TypeUse::ExternResult } else { TypeUse::Result };
                let id = self.type_expr(ty);
                if self.is_object(id) {
                    self.expect_type(id, usage, ty.span)
                } else {
                    self.require_type(id, usage, ty.span)
                }
            }
            None => self.basic.void,
        };
        let params = self.params(&prototype.params, params_of);
        let annotations = self.annotations(annotations);
        self.program.functions.push(hir::Function {
            name: named(&prototype.name),
            kind,
            type_params,
            params,
            result,
            body: None,
            annotations,
        })
    }
}

fn is_abstract(kind: FunctionKind) -> bool {
    match kind {
        FunctionKind::Method { is_abstract, .. } => is_abstract,
        FunctionKind::Defined | FunctionKind::Extern | FunctionKind::Constructor { .. } => false,
    }
}
