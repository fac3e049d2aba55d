//! Declarations of the top level, constants and variables.

use super::coerce::Because;
use super::const_eval::{self, Fault, Why};
use super::control_decl::declaration_text;
use super::parser_decl::BlockHeader;
use super::type_rules::TypeUse;
use super::{Checker, named};
use crate::ast::{self, DeclarationKind};
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{self, ConstId, Constructor, TopLevel, VarId, VariableKind};
use crate::resolve::{Binding, NamedType};

impl Checker<'_> {
    /// Remembers which names the top level will declare.
    pub(super) fn note_top_level_names(&mut self, program: &ast::Program) {
        for declaration in &program.declarations {
            if let Some(name) = declaration.kind.name() {
                self.top_level_names.entry(name.text.clone()).or_insert(name.span);
            }
        }
    }

    /// A declaration at the top level.
    pub(super) fn top_level_declaration(&mut self, declaration: &ast::Declaration) {
        let annotations = &declaration.annotations;
        let span = declaration.span;
        if let Some(name) = declaration.kind.name().filter(|name| &*name.text == "main")
            // A function of this name takes no instance's place: it can only be called.
            && !matches!(declaration.kind, DeclarationKind::Instantiation { .. } | DeclarationKind::Function { .. })
        {
            self.no_package(name, declaration_text(&declaration.kind));
        }
        let item = match &declaration.kind {
            DeclarationKind::Constant { ty, name, init } => {
                Some(TopLevel::Constant(self.constant(annotations, ty, name, init)))
            }
            DeclarationKind::Variable { name, .. } => {
                self.error(
                    codes::E0123,
                    span,
                    format!("variable `{}` cannot be declared at the top level", name.text),
                );
                self.declare(name, Binding::Error);
                None
            }
            DeclarationKind::Instantiation { ty, args, name, body } => {
                let instance = self.instantiation(annotations, (ty, args, name, body.as_deref()), span);
                if let Some(id) = instance
                    && &*name.text == "main"
                {
                    match self.program.instances[id].construct.constructor {
                        Constructor::Package(_) => self.program.main = Some(id),
                        Constructor::Extern(..) => self.no_package(name, "extern object"),
                        Constructor::Parser(_) => self.no_package(name, "parser"),
                        Constructor::Control(_) => self.no_package(name, "control"),
                    }
                }
                instance.map(TopLevel::Instance)
            }
            DeclarationKind::Function { prototype, body } => {
                Some(TopLevel::Function(self.function(annotations, prototype, body.as_ref())))
            }
            DeclarationKind::Action { name, params, body } => {
                Some(TopLevel::Action(self.action(annotations, name, params, body)))
            }
            DeclarationKind::Extern { name, type_params, methods } => {
                Some(TopLevel::Extern(self.extern_object(annotations, name, type_params, methods)))
            }
            DeclarationKind::Parser { name, type_params, params, constructor_params, body } => {
                let header = BlockHeader { annotations, name, type_params, params, constructor_params };
                Some(TopLevel::Parser(self.parser(header, body.as_ref())))
            }
            DeclarationKind::Control { name, type_params, params, constructor_params, body } => {
                let header = BlockHeader { annotations, name, type_params, params, constructor_params };
                Some(TopLevel::Control(self.control(header, body.as_ref())))
            }
            DeclarationKind::Package { name, type_params, params } => {
                Some(TopLevel::Package(self.package(annotations, name, type_params, params)))
            }
            DeclarationKind::Struct { kind, name, type_params, fields } => {
                Some(TopLevel::Struct(self.struct_decl(annotations, *kind, name, type_params, fields)))
            }
            DeclarationKind::Enum { underlying, name, members } => {
                Some(TopLevel::Enum(self.enum_decl(annotations, underlying.as_ref(), name, members)))
            }
            DeclarationKind::Error { members } => {
                self.annotations(annotations);
                self.error_decl(members);
                None
            }
            DeclarationKind::MatchKind { members } => {
                self.annotations(annotations);
                self.match_kind_decl(members);
                None
            }
            DeclarationKind::Typedef { ty, name } => {
                self.annotations(annotations);
                self.typedef(ty, name);
                None
            }
            DeclarationKind::NewType { ty, name } => {
                Some(TopLevel::NewType(self.new_type(annotations, ty, name)))
            }
            DeclarationKind::ValueSet { ty, size, name } => {
                Some(TopLevel::ValueSet(self.value_set(annotations, ty, size, name)))
            }
            DeclarationKind::Table { name, .. } => {
                self.misplaced(span, "table", &name.text);
                self.declare(name, Binding::Error);
                None
            }
        };
        self.program.top_level.extend(item);
    }

    /// `main` is what the program instantiates of the architecture's package (section "Example architecture program").
    fn no_package(&mut self, name: &ast::Name, what: &str) {
        let article = if what.starts_with(['a', 'e', 'i']) { "an" } else { "a" };
        self.error(
            codes::E0402,
            name.span,
            format!("`main` must be an instance of a package, and this is {article} {what}"),
        );
    }

    /// Reports a declaration that does not belong where it stands.
    pub(super) fn misplaced(&mut self, span: crate::source::Span, what: &str, name: &str) {
        let place = self.place.text();
        self.error(codes::E0123, span, format!("{what} `{name}` cannot be declared {place}"));
    }

    /// `const T name = init;`
    pub(super) fn constant(
        &mut self,
        annotations: &[ast::Annotation],
        ty: &ast::TypeExpr,
        name: &ast::Name,
        init: &ast::Expr,
    ) -> ConstId {
        let id = self.type_expr_for(ty, TypeUse::Constant);
        let because: Because = Some((ty.span, "expected because of this type"));
        let init = self.expr_of(init, id, because);
        let annotations = self.annotations(annotations);
        let known = if self.is_error(id) { Err(()) } else { self.constant_value(&init, name) };
        let (ty, init, value) = match known {
            Ok(value) => (id, init, value),
            // Whoever uses it need not hear of the mistake again.
            Err(()) => (self.basic.error, self.bad(init.span), None),
        };
        let constant = hir::Constant { name: named(name), ty, init, value, is_mentioned: false, annotations };
        let id = self.program.constants.push(constant);
        self.declare(name, Binding::Const(id));
        id
    }

    /// The value of a constant, which must be local compile-time known. `Err` has been reported.
    fn constant_value(&mut self, init: &hir::Expr, name: &ast::Name) -> Result<Option<hir::ConstValue>, ()> {
        if self.is_error(init.ty) {
            return Err(());
        }
        match const_eval::eval_local(&self.program, init) {
            Ok(value) => Ok(Some(value)),
            Err(Fault { why: Why::NotKnown, span: at }) => {
                let mut diagnostic = Diagnostic::error(
                    codes::E0303,
                    init.span,
                    format!("the value of constant `{}` must be known at compile time", name.text),
                );
                if at != init.span {
                    diagnostic = diagnostic.with_label(at, "this is not known at compile time");
                }
                self.emit(diagnostic);
                Err(())
            }
            Err(fault) => {
                self.eval_fault(&fault, init.span, "this constant");
                Err(())
            }
        }
    }

    /// `T name;`, `T name = init;`
    pub(super) fn variable(
        &mut self,
        annotations: &[ast::Annotation],
        ty: &ast::TypeExpr,
        name: &ast::Name,
        init: Option<&ast::Expr>,
    ) -> (VarId, Option<hir::Expr>) {
        let type_id = self.type_expr(ty);
        let type_id = if self.is_object(type_id) {
            let text = self.text(type_id);
            self.emit(
                Diagnostic::error(
                    codes::E0310,
                    ty.span,
                    format!("type `{text}` cannot be used as the type of a variable"),
                )
                .with_note("objects are declared by instantiation: `Type(arguments) name;`"),
            );
            self.basic.error
        } else {
            self.expect_type(type_id, TypeUse::Variable, ty.span)
        };
        let because: Because = Some((ty.span, "expected because of this type"));
        let init = init.map(|init| self.expr_of(init, type_id, because));
        let id = self.local_variable(annotations, name, type_id);
        (id, init)
    }

    /// Makes a local variable and puts it into scope.
    pub(super) fn local_variable(
        &mut self,
        annotations: &[ast::Annotation],
        name: &ast::Name,
        ty: hir::TypeId,
    ) -> VarId {
        let annotations = self.annotations(annotations);
        let id = self.program.variables.push(hir::Variable {
            name: named(name),
            ty,
            kind: VariableKind::Local,
            default: None,
            is_mentioned: false,
            annotations,
        });
        self.declare(name, Binding::Var(id));
        id
    }

    fn package(
        &mut self,
        annotations: &[ast::Annotation],
        name: &ast::Name,
        type_params: &[ast::Name],
        params: &[ast::Parameter],
    ) -> hir::PackageId {
        let (type_params, params) = self.scoped(|this| {
            (this.type_params(type_params), this.params(params, super::params::ParamsOf::Package))
        });
        let annotations = self.annotations(annotations);
        let id = self.program.packages.push(hir::PackageDecl {
            name: named(name),
            type_params,
            params,
            annotations,
        });
        self.declare(name, Binding::Type(NamedType::Package(id)));
        id
    }
}
