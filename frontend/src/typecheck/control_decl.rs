//! Controls: parameters, locals and the `apply` block.

use super::params::ParamsOf;
use super::parser_decl::BlockHeader;
use super::place::Place;
use super::{Checker, ResultContext};
use crate::ast::{self, DeclarationKind};
use crate::hir::{self, ControlId, LocalDecl};
use crate::resolve::{Binding, NamedType};

impl Checker<'_> {
    /// `control name<..>(..)(..) { .. }` or a control type.
    pub(super) fn control(&mut self, header: BlockHeader<'_>, body: Option<&ast::ControlBody>) -> ControlId {
        let of = [ParamsOf::Control, ParamsOf::ControlConstructor];
        let inside = |this: &mut Self| Some(this.control_body(body?, header.name));
        let id = self.block_decl(header, of, |program| &mut program.controls, inside);
        self.declare(header.name, Binding::Type(NamedType::Control(id)));
        id
    }

    fn control_body(&mut self, body: &ast::ControlBody, name: &ast::Name) -> hir::ControlBody {
        let outer_direct = std::mem::take(&mut self.direct_instances);
        let mut locals = self.at_place(Place::ControlLocals, |this| {
            body.locals.iter().filter_map(|local| this.control_local(local)).collect::<Vec<_>>()
        });
        let result = ResultContext { ty: self.basic.void, span: name.span };
        let apply = self.body(&body.apply, Place::ControlApply, result);
        locals.append(&mut self.direct_instances);
        self.direct_instances = outer_direct;
        hir::ControlBody { locals, apply }
    }

    fn control_local(&mut self, local: &ast::Declaration) -> Option<LocalDecl> {
        if let DeclarationKind::Action { name, params, body } = &local.kind {
            return Some(LocalDecl::Action(self.action(&local.annotations, name, params, body)));
        }
        if let DeclarationKind::Table { name, properties } = &local.kind {
            return Some(LocalDecl::Table(self.table(&local.annotations, name, properties, local.span)));
        }
        self.local(local)
    }

    /// What both parsers and controls may declare locally.
    pub(super) fn local(&mut self, local: &ast::Declaration) -> Option<LocalDecl> {
        let annotations = &local.annotations;
        if let DeclarationKind::Constant { ty, name, init } = &local.kind {
            return Some(LocalDecl::Constant(self.constant(annotations, ty, name, init)));
        }
        if let DeclarationKind::Variable { ty, name, init } = &local.kind {
            let (id, init) = self.variable(annotations, ty, name, init.as_ref());
            return Some(LocalDecl::Variable(id, init));
        }
        if let DeclarationKind::Instantiation { ty, args, name, body } = &local.kind {
            let instance = (ty, args.as_slice(), name, body.as_deref());
            return self.instantiation(annotations, instance, local.span).map(LocalDecl::Instance);
        }
        let name = local.kind.name();
        let text = name.map(|name| name.text.to_string()).unwrap_or_default();
        self.misplaced(local.span, declaration_text(&local.kind), &text);
        if let Some(name) = name {
            self.declare(name, Binding::Error);
        }
        None
    }
}

/// What is declared, for messages.
pub(super) fn declaration_text(kind: &DeclarationKind) -> &'static str {
    match kind {
        DeclarationKind::Constant { .. } => "constant",
        DeclarationKind::Variable { .. } => "variable",
        DeclarationKind::Instantiation { .. } => "instance",
        DeclarationKind::Function { .. } => "function",
        DeclarationKind::Action { .. } => "action",
        DeclarationKind::Extern { .. } => "extern",
        DeclarationKind::Parser { .. } => "parser",
        DeclarationKind::Control { .. } => "control",
        DeclarationKind::Package { .. } => "package",
        DeclarationKind::Struct { .. } => "struct",
        DeclarationKind::Enum { .. } => "enum",
        DeclarationKind::Error { .. } => "error",
        DeclarationKind::MatchKind { .. } => "match kind",
        DeclarationKind::Typedef { .. } | DeclarationKind::NewType { .. } => "type",
        DeclarationKind::ValueSet { .. } => "value set",
        DeclarationKind::Table { .. } => "table",
    }
}
