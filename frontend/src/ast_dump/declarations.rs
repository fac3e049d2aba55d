//! Declarations, annotations, tables.

use super::expressions::{argument, expression, name, pair, qualified_name, ty};
use super::sexp::Sexp;
use super::statements::{block, parser_state};
use crate::ast::{
    ActionRef, Annotation, AnnotationBody, Declaration, DeclarationKind, Direction, Entry, EnumMember, Field,
    FunctionPrototype, KeyElement, Method, Name, Parameter, StructKind, TableProperty, TablePropertyKind,
};

pub(super) fn annotations(annotations: &[Annotation]) -> impl Iterator<Item = Sexp> {
    annotations.iter().map(annotation)
}

/// `@name`, or `(@name ..)` with its tokens or expressions.
fn annotation(annotation: &Annotation) -> Sexp {
    let head = format!("@{}", annotation.name.text);
    match &annotation.body {
        AnnotationBody::Empty => Sexp::atom(head),
        AnnotationBody::Unstructured(tokens) => Sexp::node(&head, tokens.iter().map(name)),
        AnnotationBody::Expressions(values) => Sexp::node(&head, values.iter().map(expression)),
        AnnotationBody::KeyValues(values) => {
            Sexp::node(&head, values.iter().map(|(key, value)| pair(key, value)))
        }
    }
}

pub(super) fn declaration(declaration: &Declaration) -> Sexp {
    let (head, parts) = kind(&declaration.kind);
    Sexp::node(head, annotations(&declaration.annotations).chain(parts))
}

fn kind(kind: &DeclarationKind) -> (&'static str, Vec<Sexp>) {
    match kind {
        DeclarationKind::Constant { ty: declared, name: of, init } => {
            ("const", vec![ty(declared), name(of), expression(init)])
        }
        DeclarationKind::Variable { ty: declared, name: of, init } => {
            ("var", [ty(declared), name(of)].into_iter().chain(init.as_ref().map(expression)).collect())
        }
        DeclarationKind::Instantiation { ty: of, args, name: called, body } => {
            let args = Sexp::node("args", args.iter().map(argument));
            let body = body.iter().map(|body| Sexp::node("body", body.iter().map(declaration)));
            ("instance", [ty(of), name(called), args].into_iter().chain(body).collect())
        }
        DeclarationKind::Function { prototype, body } => {
            let body = body.as_ref().map(|body| block("body", body));
            let head = if body.is_some() { "function" } else { "extern-function" };
            (head, self::prototype(prototype).into_iter().chain(body).collect())
        }
        DeclarationKind::Action { name: called, params, body } => {
            ("action", head(called, &[], params).chain([block("body", body)]).collect())
        }
        DeclarationKind::Extern { name: called, type_params, methods } => {
            ("extern", head(called, type_params, &[]).chain(methods.iter().map(method)).collect())
        }
        DeclarationKind::Parser { name: called, type_params, params, constructor_params, body } => {
            let mut parts: Vec<Sexp> = head(called, type_params, params).collect();
            parts.extend(constructor(constructor_params));
            if let Some(body) = body {
                parts.extend(body.locals.iter().map(declaration));
                parts.extend(body.states.iter().map(parser_state));
            }
            (if body.is_some() { "parser" } else { "parser-type" }, parts)
        }
        DeclarationKind::Control { name: called, type_params, params, constructor_params, body } => {
            let mut parts: Vec<Sexp> = head(called, type_params, params).collect();
            parts.extend(constructor(constructor_params));
            if let Some(body) = body {
                parts.extend(body.locals.iter().map(declaration));
                parts.push(block("apply", &body.apply));
            }
            (if body.is_some() { "control" } else { "control-type" }, parts)
        }
        DeclarationKind::Package { name: called, type_params, params } => {
            ("package", head(called, type_params, params).collect())
        }
        DeclarationKind::Struct { kind, name: called, type_params, fields } => {
            let word = match kind {
                StructKind::Header => "header",
                StructKind::Struct => "struct",
                StructKind::HeaderUnion => "header_union",
            };
            (word, head(called, type_params, &[]).chain(fields.iter().map(field)).collect())
        }
        DeclarationKind::Enum { underlying, name: called, members } => {
            let parts = underlying.as_ref().map(ty).into_iter().chain([name(called)]);
            ("enum", parts.chain(members.iter().map(enum_member)).collect())
        }
        DeclarationKind::Error { members } => ("error", members.iter().map(name).collect()),
        DeclarationKind::MatchKind { members } => ("match_kind", members.iter().map(name).collect()),
        DeclarationKind::Typedef { ty: of, name: called } => ("typedef", vec![ty(of), name(called)]),
        DeclarationKind::NewType { ty: of, name: called } => ("type", vec![ty(of), name(called)]),
        DeclarationKind::ValueSet { ty: of, size, name: called } => {
            ("value_set", vec![ty(of), expression(size), name(called)])
        }
        DeclarationKind::Table { name: called, properties } => {
            ("table", std::iter::once(name(called)).chain(properties.iter().map(table_property)).collect())
        }
    }
}

/// A name, type parameters in a list of their own, parameters.
fn head<'a>(
    called: &Name,
    type_params: &[Name],
    params: &'a [Parameter],
) -> impl Iterator<Item = Sexp> + use<'a> {
    let types = (!type_params.is_empty()).then(|| Sexp::node("types", type_params.iter().map(name)));
    std::iter::once(name(called)).chain(types).chain(params.iter().map(parameter))
}

fn constructor(params: &[Parameter]) -> Option<Sexp> {
    (!params.is_empty()).then(|| Sexp::node("constructor", params.iter().map(parameter)))
}

fn prototype(prototype: &FunctionPrototype) -> Vec<Sexp> {
    let result = prototype.result.as_ref().map(ty);
    result.into_iter().chain(head(&prototype.name, &prototype.type_params, &prototype.params)).collect()
}

fn method(method: &Method) -> Sexp {
    let head = match (&method.prototype.result, method.is_abstract) {
        (None, _) => "constructor",
        (Some(_), true) => "abstract",
        (Some(_), false) => "method",
    };
    Sexp::node(head, annotations(&method.annotations).chain(prototype(&method.prototype)))
}

fn parameter(parameter: &Parameter) -> Sexp {
    let direction = match parameter.direction {
        Direction::None => None,
        Direction::In => Some("in"),
        Direction::Out => Some("out"),
        Direction::InOut => Some("inout"),
    };
    let parts = annotations(&parameter.annotations)
        .chain(direction.map(Sexp::atom))
        .chain([ty(&parameter.ty), name(&parameter.name)])
        .chain(parameter.default.as_ref().map(expression));
    Sexp::node("param", parts)
}

fn field(field: &Field) -> Sexp {
    Sexp::node("field", annotations(&field.annotations).chain([ty(&field.ty), name(&field.name)]))
}

fn enum_member(member: &EnumMember) -> Sexp {
    match &member.value {
        Some(value) => pair(&member.name, value),
        None => name(&member.name),
    }
}

fn table_property(property: &TableProperty) -> Sexp {
    let (head, parts): (&str, Vec<Sexp>) = match &property.kind {
        TablePropertyKind::Key(elements) => ("key", elements.iter().map(key_element).collect()),
        TablePropertyKind::Actions(actions) => ("actions", actions.iter().map(action_ref).collect()),
        TablePropertyKind::Entries(entries) => ("entries", entries.iter().map(entry).collect()),
        TablePropertyKind::Custom { name: called, value } => {
            ("property", vec![name(called), expression(value)])
        }
    };
    let constant = property.is_const.then(|| Sexp::atom("const"));
    Sexp::node(head, constant.into_iter().chain(annotations(&property.annotations)).chain(parts))
}

fn key_element(element: &KeyElement) -> Sexp {
    let parts = [expression(&element.expr), name(&element.match_kind)];
    Sexp::list(parts.into_iter().chain(annotations(&element.annotations)))
}

fn action_ref(action: &ActionRef) -> Sexp {
    let called = Sexp::atom(qualified_name(&action.name));
    if action.annotations.is_empty() && action.args.is_none() {
        return called;
    }
    let args = action.args.iter().flatten().map(argument);
    Sexp::list(annotations(&action.annotations).chain([called]).chain(args))
}

fn entry(entry: &Entry) -> Sexp {
    let constant = entry.is_const.then(|| Sexp::atom("const"));
    let priority = entry.priority.as_ref().map(|priority| Sexp::node("priority", [expression(priority)]));
    let parts = constant
        .into_iter()
        .chain(priority)
        .chain([expression(&entry.keyset), action_ref(&entry.action)])
        .chain(annotations(&entry.annotations));
    Sexp::node("entry", parts)
}
