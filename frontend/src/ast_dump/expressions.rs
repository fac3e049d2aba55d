//! Expressions and types.

use super::sexp::Sexp;
use crate::ast::{Argument, Expr, ExprKind, Name, QualifiedName, TypeExpr, TypeExprKind};

pub(super) fn name(name: &Name) -> Sexp {
    Sexp::atom(&*name.text)
}

pub(super) fn qualified_name(name: &QualifiedName) -> String {
    format!("{}{}", if name.absolute { "." } else { "" }, name.name.text)
}

/// Types are written as in P4, with expressions in them as S-expressions.
pub(super) fn type_text(ty: &TypeExpr) -> String {
    let list = |types: &[TypeExpr]| types.iter().map(type_text).collect::<Vec<_>>().join(", ");
    match &ty.kind {
        TypeExprKind::Bool => "bool".to_owned(),
        TypeExprKind::Error => "error".to_owned(),
        TypeExprKind::MatchKind => "match_kind".to_owned(),
        TypeExprKind::String => "string".to_owned(),
        TypeExprKind::Int => "int".to_owned(),
        TypeExprKind::Void => "void".to_owned(),
        TypeExprKind::DontCare => "_".to_owned(),
        TypeExprKind::Bit(None) => "bit".to_owned(),
        TypeExprKind::Bit(Some(width)) => format!("bit<{}>", text(width)),
        TypeExprKind::SignedInt(width) => format!("int<{}>", text(width)),
        TypeExprKind::Varbit(width) => format!("varbit<{}>", text(width)),
        TypeExprKind::Named(name) => qualified_name(name),
        TypeExprKind::Specialized { base, args } => format!("{}<{}>", qualified_name(base), list(args)),
        TypeExprKind::Stack { element, size } => format!("{}[{}]", type_text(element), text(size)),
        TypeExprKind::Tuple(types) => format!("tuple<{}>", list(types)),
        TypeExprKind::List(element) => format!("list<{}>", type_text(element)),
    }
}

pub(super) fn ty(ty: &TypeExpr) -> Sexp {
    Sexp::atom(type_text(ty))
}

fn text(expr: &Expr) -> String {
    super::dump_expression(expr)
}

pub(super) fn expression(expr: &Expr) -> Sexp {
    let node = |head: &str, parts: &[&Expr]| Sexp::node(head, parts.iter().map(|part| expression(part)));
    match &expr.kind {
        ExprKind::Int { value, width: None, .. } => Sexp::atom(value.to_string()),
        ExprKind::Int { value, width: Some(width), .. } => {
            Sexp::atom(format!("{}{}{value}", width.width, if width.signed { 's' } else { 'w' }))
        }
        ExprKind::Bool(value) => Sexp::atom(value.to_string()),
        ExprKind::String(value) => Sexp::atom(format!("{value:?}")),
        ExprKind::Name(name) => Sexp::atom(qualified_name(name)),
        ExprKind::This => Sexp::atom("this"),
        ExprKind::Type(inner) => ty(inner),
        ExprKind::Member(base, member) => Sexp::node(".", [expression(base), name(member)]),
        ExprKind::Index(base, index) => node("index", &[base, index]),
        ExprKind::Slice(base, high, low) => node("slice", &[base, high, low]),
        ExprKind::PlusSlice(base, low, width) => node("slice+", &[base, low, width]),
        ExprKind::Unary(op, operand) => node(op.text(), &[operand]),
        ExprKind::Binary(op, left, right) => node(op.text(), &[left, right]),
        ExprKind::Ternary(condition, then, otherwise) => node("?", &[condition, then, otherwise]),
        ExprKind::Cast(to, operand) => Sexp::node("cast", [ty(to), expression(operand)]),
        ExprKind::Call { callee, type_args, args } => {
            let types = (!type_args.is_empty()).then(|| Sexp::list(type_args.iter().map(ty)));
            let callee = std::iter::once(expression(callee));
            Sexp::node("call", callee.chain(types).chain(args.iter().map(argument)))
        }
        ExprKind::List { elements, has_default } => {
            Sexp::node("list", elements.iter().map(expression).chain(dots(*has_default)))
        }
        ExprKind::NamedList { members, has_default } => {
            let members = members.iter().map(|(member, value)| pair(member, value));
            Sexp::node("struct", members.chain(dots(*has_default)))
        }
        ExprKind::Tuple(elements) => Sexp::node("tuple", elements.iter().map(expression)),
        ExprKind::InvalidHeader => Sexp::atom("{#}"),
        ExprKind::DefaultValue => Sexp::atom("..."),
        ExprKind::Default => Sexp::atom("default"),
        ExprKind::DontCare => Sexp::atom("_"),
        ExprKind::Mask(value, mask) => node("&&&", &[value, mask]),
        ExprKind::Range(low, high) => node("..", &[low, high]),
        ExprKind::Paren(inner) => node("paren", &[inner]),
    }
}

fn dots(has_default: bool) -> Option<Sexp> {
    has_default.then(|| Sexp::atom("..."))
}

/// `(= name value)`
pub(super) fn pair(key: &Name, value: &Expr) -> Sexp {
    Sexp::node("=", [name(key), expression(value)])
}

pub(super) fn argument(argument: &Argument) -> Sexp {
    match &argument.name {
        Some(name) => pair(name, &argument.value),
        None => expression(&argument.value),
    }
}
