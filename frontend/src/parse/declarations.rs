//! Declarations at every level.

use super::grammar::Rule;
use super::type_names::Scope;
use super::{Lowered, Lowering, take};
use crate::ast::{
    Annotation, ControlBody, Declaration, DeclarationKind, Direction, EnumMember, Field, FunctionPrototype,
    Method, Name, Parameter, StructKind, TypeExpr,
};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Span;
use pest::iterators::{Pair, Pairs};

/// Where a declaration stands.
#[derive(Clone, Copy)]
pub(super) enum Place {
    TopLevel,
    Parser,
    Control,
    /// The initializer of an instance.
    Object,
}

/// Name, type parameters and parameters of a parser, control or package, in the scope of the type parameters.
pub(super) struct BlockHead {
    pub(super) name: Name,
    pub(super) scope: Scope,
    pub(super) type_params: Vec<Name>,
    pub(super) params: Vec<Parameter>,
}

impl Lowering<'_> {
    /// A declaration at any place with its annotations. `typedef struct S {..} T;` makes two.
    pub(super) fn declaration(
        &mut self,
        pair: Pair<'_, Rule>,
        place: Place,
        into: &mut Vec<Declaration>,
    ) -> Lowered<()> {
        let mut inner = pair.into_inner();
        let annotations = self.annotations(&mut inner)?;
        let pair = self.next(&mut inner)?;
        let span = self.span(&pair);
        if let Some(kind) = self.declaration_kind(pair, into)? {
            if let Some(rule) = rule_of_place(&kind, place) {
                self.error(codes::E0123, kind.name().map_or(span, |name| name.span), rule);
            }
            into.push(Declaration { annotations, kind, span });
        }
        Ok(())
    }

    /// `None` for a declaration that says nothing, the forward declaration of an extern.
    fn declaration_kind(
        &mut self,
        pair: Pair<'_, Rule>,
        into: &mut Vec<Declaration>,
    ) -> Lowered<Option<DeclarationKind>> {
        let rule = pair.as_rule();
        let unexpected = pair.clone();
        let mut inner = pair.into_inner();
        Ok(Some(match rule {
            Rule::constant_declaration => self.constant(inner)?,
            Rule::header_declaration => self.structure(StructKind::Header, inner)?,
            Rule::header_union_declaration => self.structure(StructKind::HeaderUnion, inner)?,
            Rule::struct_declaration => self.structure(StructKind::Struct, inner)?,
            Rule::control_declaration => self.control(inner)?,
            Rule::parser_declaration => self.parser(inner)?,
            Rule::extern_declaration => return self.extern_declaration(inner),
            Rule::enum_declaration => self.enumeration(inner)?,
            Rule::typedef_declaration => self.typedef(inner, into)?,
            Rule::newtype_declaration => {
                inner.next();
                let (ty, name) = self.typed_name(&mut inner)?;
                self.type_names.declare_type(&name.text);
                DeclarationKind::NewType { ty, name }
            }
            Rule::action_declaration => self.action(inner)?,
            Rule::package_declaration => {
                let BlockHead { name, scope, type_params, params } = self.block_head(&mut inner)?;
                self.type_names.leave(scope);
                DeclarationKind::Package { name, type_params, params }
            }
            Rule::error_declaration => {
                inner.next();
                DeclarationKind::Error { members: inner.map(|name| self.name(&name)).collect() }
            }
            Rule::match_kind_declaration => {
                inner.next();
                DeclarationKind::MatchKind { members: inner.map(|name| self.name(&name)).collect() }
            }
            Rule::table_declaration => self.table(inner)?,
            Rule::value_set_declaration => {
                inner.next();
                let ty = self.next(&mut inner)?;
                let ty = self.type_ref(ty)?;
                let size = self.next(&mut inner)?;
                let size = self.expression(size)?;
                let name = self.next_name(&mut inner)?;
                self.type_names.declare_value(&name.text);
                DeclarationKind::ValueSet { ty, size, name }
            }
            Rule::typed_declaration => self.typed(inner)?,
            _ => return Err(self.unexpected(&unexpected)),
        }))
    }

    /// `const T name = init;`
    pub(super) fn constant(&mut self, mut pairs: Pairs<'_, Rule>) -> Lowered<DeclarationKind> {
        pairs.next();
        let (ty, name) = self.typed_name(&mut pairs)?;
        let init = self.next(&mut pairs)?;
        let init = self.expression(init)?;
        self.type_names.declare_value(&name.text);
        Ok(DeclarationKind::Constant { ty, name, init })
    }

    /// `T name = init;` among statements.
    pub(super) fn variable(&mut self, mut pairs: Pairs<'_, Rule>) -> Lowered<DeclarationKind> {
        let ty = self.next(&mut pairs)?;
        let ty = self.type_ref(ty)?;
        let tail = self.next(&mut pairs)?;
        self.variable_tail(ty, tail.into_inner())
    }

    fn variable_tail(&mut self, ty: TypeExpr, mut pairs: Pairs<'_, Rule>) -> Lowered<DeclarationKind> {
        let (ty, name) = self.declarator(&mut pairs, ty)?;
        let init = pairs.next().map(|init| self.expression(init)).transpose()?;
        self.type_names.declare_value(&name.text);
        Ok(DeclarationKind::Variable { ty, name, init })
    }

    fn typed_name(&mut self, pairs: &mut Pairs<'_, Rule>) -> Lowered<(TypeExpr, Name)> {
        let ty = self.next(pairs)?;
        let ty = self.type_ref(ty)?;
        self.declarator(pairs, ty)
    }

    /// Instantiation, function or variable.
    fn typed(&mut self, mut pairs: Pairs<'_, Rule>) -> Lowered<DeclarationKind> {
        let ty = self.next(&mut pairs)?;
        let start = self.span(&ty);
        let tail = self.next(&mut pairs)?;
        let rule = tail.as_rule();
        let mut inner = tail.clone().into_inner();
        match rule {
            Rule::instantiation_tail => {
                let ty = self.type_ref(ty)?;
                let args = self.next(&mut inner)?;
                let args = self.arguments(args)?;
                let (ty, name) = self.declarator(&mut inner, ty)?;
                let body = inner.next().map(|body| self.object_initializer(body)).transpose()?;
                self.type_names.declare_value(&name.text);
                Ok(DeclarationKind::Instantiation { ty, args, name, body })
            }
            Rule::function_tail => {
                let scope = self.type_names.enter();
                let prototype = self.prototype(Some(ty), &mut inner, start)?;
                let annotations = self.annotations(&mut inner)?;
                let body = self.next(&mut inner)?;
                let body = self.block(body, annotations)?;
                self.type_names.leave(scope);
                self.type_names.declare_value(&prototype.name.text);
                Ok(DeclarationKind::Function { prototype, body: Some(body) })
            }
            _ => {
                let ty = self.type_ref(ty)?;
                self.variable_tail(ty, inner)
            }
        }
    }

    fn object_initializer(&mut self, pair: Pair<'_, Rule>) -> Lowered<Vec<Declaration>> {
        let scope = self.type_names.enter();
        let mut declarations = Vec::new();
        for pair in pair.into_inner() {
            self.declaration(pair, Place::Object, &mut declarations)?;
        }
        self.type_names.leave(scope);
        Ok(declarations)
    }

    /// `name<X>(params)`, the result lowered in the scope of the type parameters, which the caller opens and closes.
    fn prototype(
        &mut self,
        result: Option<Pair<'_, Rule>>,
        pairs: &mut Pairs<'_, Rule>,
        start: Span,
    ) -> Lowered<FunctionPrototype> {
        let name = self.next_name(pairs)?;
        let type_params = self.type_parameters(pairs);
        let result = result.map(|result| self.type_ref(result)).transpose()?;
        let params = self.next(pairs)?;
        let span = start.to(self.span(&params));
        let params = self.parameters(params)?;
        Ok(FunctionPrototype { result, name, type_params, params, span })
    }

    /// Parameters, declared in the current scope.
    pub(super) fn parameters(&mut self, pair: Pair<'_, Rule>) -> Lowered<Vec<Parameter>> {
        pair.into_inner().map(|parameter| self.parameter(parameter)).collect()
    }

    fn parameter(&mut self, pair: Pair<'_, Rule>) -> Lowered<Parameter> {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let annotations = self.annotations(&mut inner)?;
        let direction = match take(&mut inner, Rule::direction).map(|direction| direction.as_str()) {
            Some("in") => Direction::In,
            Some("out") => Direction::Out,
            Some(_) => Direction::InOut,
            None => Direction::None,
        };
        let (ty, name) = self.typed_name(&mut inner)?;
        let default = inner.next().map(|default| self.expression(default)).transpose()?;
        self.type_names.declare_value(&name.text);
        Ok(Parameter { annotations, direction, ty, name, default, span })
    }

    fn structure(&mut self, kind: StructKind, mut pairs: Pairs<'_, Rule>) -> Lowered<DeclarationKind> {
        pairs.next();
        let name = self.next_name(&mut pairs)?;
        self.type_names.declare_type(&name.text);
        let scope = self.type_names.enter();
        let type_params = self.type_parameters(&mut pairs);
        let mut fields = Vec::new();
        for field in pairs {
            let mut inner = field.into_inner();
            let annotations = self.annotations(&mut inner)?;
            let (ty, name) = self.typed_name(&mut inner)?;
            fields.push(Field { annotations, ty, name });
        }
        self.type_names.leave(scope);
        Ok(DeclarationKind::Struct { kind, name, type_params, fields })
    }

    fn enumeration(&mut self, mut pairs: Pairs<'_, Rule>) -> Lowered<DeclarationKind> {
        pairs.next();
        let underlying = take(&mut pairs, Rule::type_ref).map(|ty| self.type_ref(ty)).transpose()?;
        let name = self.next_name(&mut pairs)?;
        self.type_names.declare_type(&name.text);
        let mut members = Vec::new();
        for member in pairs {
            let mut inner = member.into_inner();
            let name = self.next_name(&mut inner)?;
            let value = inner.next().map(|value| self.expression(value)).transpose()?;
            match (&underlying, &value) {
                (None, Some(value)) => {
                    self.error(
                        codes::E0127,
                        value.span,
                        format!("member `{}` has a value, but the enum has no underlying type", name.text),
                    );
                }
                (Some(_), None) => {
                    self.error(
                        codes::E0127,
                        name.span,
                        format!("member `{}` of an enum with an underlying type needs a value", name.text),
                    );
                }
                (None, None) | (Some(_), Some(_)) => {}
            }
            members.push(EnumMember { annotations: Vec::new(), name, value });
        }
        Ok(DeclarationKind::Enum { underlying, name, members })
    }

    fn typedef(
        &mut self,
        mut pairs: Pairs<'_, Rule>,
        into: &mut Vec<Declaration>,
    ) -> Lowered<DeclarationKind> {
        pairs.next();
        let first = self.next(&mut pairs)?;
        let ty = if first.as_rule() == Rule::derived_type_declaration {
            self.declaration(first, Place::TopLevel, into)?;
            let name = into.last().and_then(|declaration| declaration.kind.name()).cloned();
            let Some(name) = name else { return Err(self.missing()) };
            let span = name.span;
            let name = crate::ast::QualifiedName { absolute: false, name };
            TypeExpr { kind: crate::ast::TypeExprKind::Named(name), span }
        } else {
            self.type_ref(first)?
        };
        let (ty, name) = self.declarator(&mut pairs, ty)?;
        self.type_names.declare_type(&name.text);
        Ok(DeclarationKind::Typedef { ty, name })
    }

    fn action(&mut self, mut pairs: Pairs<'_, Rule>) -> Lowered<DeclarationKind> {
        pairs.next();
        let name = self.next_name(&mut pairs)?;
        self.type_names.declare_value(&name.text);
        let scope = self.type_names.enter();
        let params = self.next(&mut pairs)?;
        let params = self.parameters(params)?;
        let annotations = self.annotations(&mut pairs)?;
        let body = self.next(&mut pairs)?;
        let body = self.block(body, annotations)?;
        self.type_names.leave(scope);
        Ok(DeclarationKind::Action { name, params, body })
    }

    fn extern_declaration(&mut self, mut pairs: Pairs<'_, Rule>) -> Lowered<Option<DeclarationKind>> {
        pairs.next();
        let pair = self.next(&mut pairs)?;
        let rule = pair.as_rule();
        let mut inner = pair.into_inner();
        match rule {
            Rule::extern_function => {
                let scope = self.type_names.enter();
                let prototype = self.next(&mut inner)?;
                let prototype = self.function_prototype(prototype)?;
                self.type_names.leave(scope);
                self.type_names.declare_value(&prototype.name.text);
                Ok(Some(DeclarationKind::Function { prototype, body: None }))
            }
            Rule::extern_forward => {
                let name = self.next_name(&mut inner)?;
                self.type_names.declare_type(&name.text);
                Ok(None)
            }
            _ => {
                let name = self.next_name(&mut inner)?;
                self.type_names.declare_type(&name.text);
                let scope = self.type_names.enter();
                let type_params = self.type_parameters(&mut inner);
                let mut methods = Vec::new();
                for method in inner {
                    methods.push(self.method(method, &name)?);
                }
                self.type_names.leave(scope);
                Ok(Some(DeclarationKind::Extern { name, type_params, methods }))
            }
        }
    }

    /// `T name<X>(params)`
    fn function_prototype(&mut self, pair: Pair<'_, Rule>) -> Lowered<FunctionPrototype> {
        let start = self.span(&pair);
        let mut inner = pair.into_inner();
        let result = self.next(&mut inner)?;
        self.prototype(Some(result), &mut inner, start)
    }

    fn method(&mut self, pair: Pair<'_, Rule>, owner: &Name) -> Lowered<Method> {
        let mut inner = pair.into_inner();
        let annotations = self.annotations(&mut inner)?;
        let scope = self.type_names.enter();
        let is_abstract = take(&mut inner, Rule::kw_abstract).is_some();
        let pair = self.next(&mut inner)?;
        let prototype = if pair.as_rule() == Rule::constructor_prototype {
            let start = self.span(&pair);
            let mut inner = pair.into_inner();
            let name = self.next_name(&mut inner)?;
            if let Some(args) = take(&mut inner, Rule::type_argument_list) {
                let span = self.span(&args);
                return Err(self.error(
                    codes::E0130,
                    span,
                    "a constructor takes the type parameters of its extern, not its own",
                ));
            }
            if name.text != owner.text {
                let message = format!(
                    "method `{}` has no result type, and is no constructor: that would be named `{}`",
                    name.text, owner.text
                );
                let point = Span::new(name.span.lo, name.span.lo);
                return Err(self.sink.error(
                    Diagnostic::error(codes::E0130, name.span, message).with_suggestion(
                        point,
                        "void ",
                        "if it has no result, say so: `void `",
                    ),
                ));
            }
            let params = self.next(&mut inner)?;
            let span = start.to(self.span(&params));
            let params = self.parameters(params)?;
            FunctionPrototype { result: None, name, type_params: Vec::new(), params, span }
        } else {
            self.function_prototype(pair)?
        };
        self.type_names.leave(scope);
        Ok(Method { annotations, is_abstract, prototype })
    }

    pub(super) fn optional_parameters(&mut self, pairs: &mut Pairs<'_, Rule>) -> Lowered<Vec<Parameter>> {
        match take(pairs, Rule::parameter_list) {
            Some(params) => self.parameters(params),
            None => Ok(Vec::new()),
        }
    }

    /// What a parser, control and package begin with; the scope of its type parameters is left to the caller to leave.
    pub(super) fn block_head(&mut self, pairs: &mut Pairs<'_, Rule>) -> Lowered<BlockHead> {
        pairs.next();
        let name = self.next_name(pairs)?;
        self.type_names.declare_type(&name.text);
        let scope = self.type_names.enter();
        let type_params = self.type_parameters(pairs);
        let params = self.next(pairs)?;
        let params = self.parameters(params)?;
        Ok(BlockHead { name, scope, type_params, params })
    }

    fn control(&mut self, mut pairs: Pairs<'_, Rule>) -> Lowered<DeclarationKind> {
        let BlockHead { name, scope, type_params, params } = self.block_head(&mut pairs)?;
        let constructor_params = self.optional_parameters(&mut pairs)?;
        let body = pairs.next().map(|body| self.control_body(body)).transpose()?;
        self.type_names.leave(scope);
        Ok(DeclarationKind::Control { name, type_params, params, constructor_params, body })
    }

    fn control_body(&mut self, pair: Pair<'_, Rule>) -> Lowered<ControlBody> {
        let mut locals = Vec::new();
        let mut annotations: Vec<Annotation> = Vec::new();
        for pair in pair.into_inner() {
            match pair.as_rule() {
                Rule::control_local => self.declaration(pair, Place::Control, &mut locals)?,
                Rule::kw_apply => {}
                Rule::annotation => annotations.push(self.annotation(pair)?),
                _ => return Ok(ControlBody { locals, apply: self.block(pair, annotations)? }),
            }
        }
        Err(self.missing())
    }
}

/// The rule against a declaration at its place, if there is one. The grammar rules out most; these it admits, so that
/// they get a message of their own.
fn rule_of_place(kind: &DeclarationKind, place: Place) -> Option<&'static str> {
    match (kind, place) {
        (DeclarationKind::Variable { .. }, Place::TopLevel) => {
            Some("a variable cannot be declared at the top level, only in parsers, controls and functions")
        }
        (DeclarationKind::Variable { .. }, Place::Object) => {
            Some("only functions and instances can be declared in the initializer of an instance")
        }
        (DeclarationKind::Table { .. }, Place::TopLevel) => {
            Some("a table cannot be declared at the top level, only in controls")
        }
        (DeclarationKind::Function { .. }, Place::Parser | Place::Control) => {
            Some("a function cannot be declared in a parser or control, only at the top level")
        }
        _ => None,
    }
}
