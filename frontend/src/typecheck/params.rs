//! Parameter lists, type parameters, and putting names into scope.

use super::{Checker, named};
use crate::ast;
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{self, Direction, Object, Type, TypeVarId, VarId, VariableKind};
use crate::resolve::{Binding, NamedType};
use crate::source::Span;

/// Whose parameters they are: decides which types and directions are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ParamsOf {
    /// Apply parameters of a parser or parser type.
    Parser,
    /// Apply parameters of a control or control type.
    Control,
    /// Constructor parameters of a parser.
    ParserConstructor,
    /// Constructor parameters of a control.
    ControlConstructor,
    /// A package.
    Package,
    /// An extern function, method or constructor.
    Extern,
    /// The constructor of an extern.
    ExternConstructor,
    /// A function with a body.
    Function,
    /// The implementation of an abstract method.
    Implementation,
    /// An action.
    Action,
}

impl ParamsOf {
    fn text(self) -> &'static str {
        match self {
            ParamsOf::Parser => "a parser",
            ParamsOf::Control => "a control",
            ParamsOf::ParserConstructor => "the constructor of a parser",
            ParamsOf::ControlConstructor => "the constructor of a control",
            ParamsOf::Package => "a package",
            ParamsOf::Extern => "an extern function or method",
            ParamsOf::ExternConstructor => "the constructor of an extern",
            ParamsOf::Function => "a function",
            ParamsOf::Implementation => "the implementation of a method",
            ParamsOf::Action => "an action",
        }
    }

    fn is_constructor(self) -> bool {
        matches!(
            self,
            ParamsOf::ParserConstructor
                | ParamsOf::ControlConstructor
                | ParamsOf::Package
                | ParamsOf::ExternConstructor
        )
    }
}

impl Checker<'_> {
    /// Binds a name in the innermost scope, or reports that it is taken there.
    pub(super) fn declare(&mut self, name: &ast::Name, binding: Binding) -> bool {
        let is_value = is_value(&binding);
        match self.scopes.declare(&name.text, name.span, binding) {
            Ok(()) => {
                if is_value {
                    self.warn_of_shadowing(name);
                }
                true
            }
            Err(old) => {
                self.emit(
                    Diagnostic::error(codes::E0202, name.span, format!("`{}` is declared twice", name.text))
                        .with_label(old.span, "first declared here"),
                );
                false
            }
        }
    }

    /// A local variable or parameter that hides another one is probably a slip.
    fn warn_of_shadowing(&mut self, name: &ast::Name) {
        let Some(hidden) = self.scopes.lookup_shadowed(&name.text).filter(|entry| is_value(&entry.binding))
        else {
            return;
        };
        let diagnostic = Diagnostic::warning(
            codes::W0201,
            name.span,
            format!("`{}` hides {} of the same name", name.text, hidden.binding.kind()),
        )
        .with_label(hidden.span, "this one is hidden");
        self.emit(diagnostic);
    }

    /// Makes type parameters and puts them into scope.
    pub(super) fn type_params(&mut self, names: &[ast::Name]) -> Vec<TypeVarId> {
        let mut ids = Vec::with_capacity(names.len());
        for name in names {
            let id = self.program.type_vars.push(hir::TypeVar { name: named(name) });
            self.declare(name, Binding::Type(NamedType::TypeVar(id)));
            ids.push(id);
        }
        ids
    }

    /// Makes parameters and puts them into scope.
    pub(super) fn params(&mut self, params: &[ast::Parameter], owner: ParamsOf) -> Vec<VarId> {
        let mut ids = Vec::with_capacity(params.len());
        let mut directionless: Option<Span> = None;
        for param in params {
            if owner == ParamsOf::Action {
                match (param.direction, directionless) {
                    (Direction::None, _) => directionless = Some(param.span),
                    (Direction::In | Direction::Out | Direction::InOut, Some(earlier)) => {
                        self.emit(
                            Diagnostic::error(
                                codes::E0327,
                                param.span,
                                format!(
                                    "parameter `{}` has a direction and must precede the directionless ones",
                                    param.name.text
                                ),
                            )
                            .with_label(earlier, "this one is directionless"),
                        );
                    }
                    (Direction::In | Direction::Out | Direction::InOut, None) => {}
                }
            }
            ids.push(self.param(param, owner));
        }
        ids
    }

    fn param(&mut self, param: &ast::Parameter, owner: ParamsOf) -> VarId {
        let mut ty = match owner {
            ParamsOf::Package | ParamsOf::Extern | ParamsOf::ExternConstructor => {
                self.type_expr_anonymous(&param.ty)
            }
            ParamsOf::Parser
            | ParamsOf::Control
            | ParamsOf::ParserConstructor
            | ParamsOf::ControlConstructor
            | ParamsOf::Function
            | ParamsOf::Implementation
            | ParamsOf::Action => self.type_expr(&param.ty),
        };
        if !self.is_error(ty) && !self.fits_param(ty, owner, param.direction) {
            let text = self.text(ty);
            let message = format!("type `{text}` cannot be the type of a parameter of {}", owner.text());
            let diagnostic = Diagnostic::error(codes::E0310, param.ty.span, message);
            if self.is_put_off(ty, owner) {
                self.defer(diagnostic);
            } else {
                self.emit(diagnostic);
                ty = self.basic.error;
            }
        } else {
            self.check_direction(param, ty, owner);
        }
        let optional = param.annotations.iter().find(|annotation| &*annotation.name.text == "optional");
        if let Some(annotation) = optional {
            if matches!(
                owner,
                ParamsOf::Function
                    | ParamsOf::Action
                    | ParamsOf::ParserConstructor
                    | ParamsOf::ControlConstructor
            ) {
                let text = owner.text();
                self.error(
                    codes::E0328,
                    annotation.span,
                    format!("a parameter of {text} cannot be `@optional`"),
                );
            } else if param.default.is_some() {
                self.error(
                    codes::E0328,
                    annotation.span,
                    "an `@optional` parameter cannot have a default value as well",
                );
            }
        }
        let default = param.default.as_ref().map(|default| self.default_argument(param, default, ty));
        let kind = if owner.is_constructor() {
            VariableKind::ConstructorParameter
        } else {
            VariableKind::Parameter(param.direction)
        };
        let annotations = self.annotations(&param.annotations);
        let id = self.program.variables.push(hir::Variable {
            name: named(&param.name),
            ty,
            kind,
            default,
            is_mentioned: false,
            annotations,
        });
        if owner == ParamsOf::Action && param.direction == Direction::None {
            self.action_data.insert(id);
        }
        self.declare(&param.name, Binding::Var(id));
        id
    }

    /// True for a parameter whose unfit type is reported after all else: what is done with it in a body, and what is
    /// passed to a declaration that p4c lets pass, says more of what was meant.
    fn is_put_off(&self, ty: hir::TypeId, owner: ParamsOf) -> bool {
        if matches!(self.kind(ty), Type::MatchKind | Type::List(_)) {
            return true;
        }
        *self.kind(ty) != Type::Int
            && self.may_be_reasoned_with(ty)
            && match owner {
                ParamsOf::Action | ParamsOf::Function => true,
                ParamsOf::Extern => self.is_object(ty),
                ParamsOf::Parser
                | ParamsOf::Control
                | ParamsOf::ParserConstructor
                | ParamsOf::ControlConstructor
                | ParamsOf::Package
                | ParamsOf::Implementation
                | ParamsOf::ExternConstructor => false,
            }
    }

    fn default_argument(
        &mut self,
        param: &ast::Parameter,
        default: &ast::Expr,
        ty: hir::TypeId,
    ) -> hir::Expr {
        if matches!(param.direction, Direction::Out | Direction::InOut) {
            self.error(
                codes::E0328,
                default.span,
                format!(
                    "`out` and `inout` parameters such as `{}` cannot have a default value",
                    param.name.text
                ),
            );
        }
        // The type parameters of what is declared are found by each use of the default value.
        let (open, _) = self.instantiated(ty);
        let value = self.expr_of(default, open, Some((param.ty.span, "expected because of this type")));
        if !self.is_known(&value) {
            self.error(codes::E0303, default.span, "a default value must be known at compile time");
        }
        value
    }

    fn check_direction(&mut self, param: &ast::Parameter, ty: hir::TypeId, owner: ParamsOf) {
        let name = &param.name.text;
        if owner.is_constructor() && param.direction != Direction::None {
            let message = format!("parameter `{name}` of {} cannot have a direction", owner.text());
            let diagnostic = Diagnostic::error(codes::E0327, param.span, message);
            let diagnostic = self.without_direction(diagnostic, param);
            self.emit(diagnostic);
        } else if param.direction != Direction::None && self.is_object(ty) {
            let text = self.text(ty);
            let message = format!(
                "parameter `{name}` of type `{text}` cannot have a direction: objects are passed by reference"
            );
            let diagnostic = Diagnostic::error(codes::E0327, param.span, message);
            let diagnostic = self.without_direction(diagnostic, param);
            self.emit(diagnostic);
        }
    }

    /// The tables of appendix "Restrictions on compile time and run time calls".
    pub(super) fn fits_param(&self, ty: hir::TypeId, owner: ParamsOf, direction: Direction) -> bool {
        match self.kind(ty).object() {
            // The type of an object is a parser or control type; a declaration with a body is none.
            Some(Object::Parser(id, _)) if self.program.parsers[id].body.is_some() => false,
            Some(Object::Control(id, _)) if self.program.controls[id].body.is_some() => false,
            Some(Object::Package(..)) => owner == ParamsOf::Package,
            Some(Object::Parser(..)) => matches!(owner, ParamsOf::Package | ParamsOf::ParserConstructor),
            Some(Object::Control(..)) => matches!(owner, ParamsOf::Package | ParamsOf::ControlConstructor),
            Some(Object::Extern(..)) => owner != ParamsOf::Action,
            // Their values exist at compile time only.
            None if matches!(self.kind(ty), Type::Int | Type::String | Type::MatchKind | Type::List(_)) => {
                direction == Direction::None && owner != ParamsOf::Action
            }
            None => self.is_data(ty),
        }
    }
}

/// True for what stands for a value or object, or can be called or applied.
fn is_value(binding: &Binding) -> bool {
    matches!(
        binding,
        Binding::Var(_)
            | Binding::Const(_)
            | Binding::Instance(_)
            | Binding::Action(_)
            | Binding::Table(_)
            | Binding::ValueSet(_)
    )
}
