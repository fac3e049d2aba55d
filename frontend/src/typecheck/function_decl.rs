//! Functions, extern functions and actions.

use super::params::ParamsOf;
use super::place::Place;
use super::{Checker, ResultContext, named};
use crate::ast;
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{self, ActionId, FunctionId, FunctionKind, Type};
use crate::resolve::Binding;
use crate::source::Span;

impl Checker<'_> {
    /// A function at the top level, with a body or extern.
    pub(super) fn function(
        &mut self,
        annotations: &[ast::Annotation],
        prototype: &ast::FunctionPrototype,
        body: Option<&ast::Block>,
    ) -> FunctionId {
        let (kind, params_of) = match body {
            Some(_) => (FunctionKind::Defined, ParamsOf::Function),
            None => (FunctionKind::Extern, ParamsOf::Extern),
        };
        self.scopes.push();
        let id = self.prototype(annotations, prototype, kind, params_of);
        if let Some(body) = body {
            self.open.push((prototype.name.text.clone(), prototype.name.span));
            self.function_body(id, prototype, body, Place::Function);
            self.open.pop();
        }
        self.scopes.pop();
        self.add_overload(&prototype.name, id);
        id
    }

    fn add_overload(&mut self, name: &ast::Name, id: FunctionId) {
        let existing = self.scopes.lookup_innermost(&name.text).cloned();
        let Some(entry) = existing else {
            self.declare(name, Binding::Functions(vec![id]));
            return;
        };
        let Binding::Functions(mut overloads) = entry.binding else {
            self.declare(name, Binding::Functions(vec![id]));
            return;
        };
        overloads.push(id);
        self.scopes.rebind(&name.text, entry.span, Binding::Functions(overloads));
    }

    /// The body of a function or of a method's implementation; its parameters are in scope.
    pub(super) fn function_body(
        &mut self,
        id: FunctionId,
        prototype: &ast::FunctionPrototype,
        body: &ast::Block,
        place: Place,
    ) {
        let result = self.program.functions[id].result;
        let span = prototype.result.as_ref().map_or(prototype.span, |ty| ty.span);
        let block = self.body(body, place, ResultContext { ty: result, span });
        let returns_value = *self.kind(result) != Type::Void && !self.is_error(result);
        if returns_value && !block.always_leaves(hir::WayOut::Body) {
            let end = Span::new(body.span.hi.saturating_sub(1), body.span.hi);
            self.emit(
                Diagnostic::error(
                    codes::E0316,
                    prototype.name.span,
                    format!("function `{}` does not return a value on every path", prototype.name.text),
                )
                .with_label(span, "it promises a result here")
                .with_label(end, "the end can be reached"),
            );
        }
        self.program.functions[id].body = Some(block);
    }

    /// The block of a body, with what `return` needs.
    pub(super) fn body(&mut self, block: &ast::Block, place: Place, result: ResultContext) -> hir::Block {
        let outer_result = self.result.replace(result);
        let outer_loops = std::mem::take(&mut self.loops);
        let block = self.at_place(place, |this| this.block(block));
        self.loops = outer_loops;
        self.result = outer_result;
        block
    }

    /// `action name(..) { .. }`
    pub(super) fn action(
        &mut self,
        annotations: &[ast::Annotation],
        name: &ast::Name,
        params: &[ast::Parameter],
        body: &ast::Block,
    ) -> ActionId {
        let annotations = self.annotations(annotations);
        let id = self.program.actions.push(hir::Action {
            name: named(name),
            params: Vec::new(),
            body: hir::Block::default(),
            annotations,
        });
        self.open.push((name.text.clone(), name.span));
        self.scopes.push();
        self.program.actions[id].params = self.params(params, ParamsOf::Action);
        let result = ResultContext { ty: self.basic.void, span: name.span };
        self.program.actions[id].body = self.body(body, Place::Action, result);
        self.scopes.pop();
        self.open.pop();
        self.declare(name, Binding::Action(id));
        id
    }
}
