//! Structured data as the scalars that it consists of, in order: of a type with their names, of a value as expressions. Both have the same ones.

use crate::emit::Cx;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{
    Arg, Expr, ExprKind, HeaderRef, HeaderTypeId, LValue, Program, ScalarType, TypeShape,
};
use std::sync::Arc;

/// The scalars of a type, with dotted names, in order; false if there is anything else in it.
pub(super) fn of_type(
    program: &Program,
    name: &str,
    ty: &TypeShape,
    into: &mut Vec<(Arc<str>, ScalarType)>,
) -> bool {
    match ty {
        TypeShape::Scalar(ty) => {
            into.push((name.into(), *ty));
            true
        }
        TypeShape::Header(id) => {
            fields_of_type(program, name, *id, into);
            true
        }
        TypeShape::Stack(id, size) => {
            (0..*size).for_each(|i| fields_of_type(program, &format!("{name}[{i}]"), *id, into));
            true
        }
        TypeShape::Struct { fields, .. } => {
            fields.iter().all(|(field, ty)| of_type(program, &dotted(name, field), ty, into))
        }
        TypeShape::Opaque(_) => false,
    }
}

fn fields_of_type(program: &Program, name: &str, id: HeaderTypeId, into: &mut Vec<(Arc<str>, ScalarType)>) {
    let fields = &program.header_types[id].fields;
    into.extend(fields.iter().map(|field| (dotted(name, &field.name).into(), field.ty)));
}

fn dotted(name: &str, field: &str) -> String {
    if name.is_empty() { field.to_owned() } else { format!("{name}.{field}") }
}

/// The scalars that data consists of, in order; false if there is anything else in it.
pub(super) fn of_value(cx: &Cx<'_>, data: &Arg, span: Span, into: &mut Vec<Expr>) -> bool {
    match data {
        Arg::In(expr) | Arg::While { value: expr, .. } => {
            into.push(expr.clone());
            true
        }
        Arg::Struct(fields) => fields.iter().all(|(_, field)| of_value(cx, field, span, into)),
        Arg::Header(header) => {
            fields_of_value(cx, header, span, into);
            true
        }
        Arg::Stack(stack) => {
            for id in &cx.program.stacks[*stack].elements {
                fields_of_value(cx, &HeaderRef::Header(*id), span, into);
            }
            true
        }
        Arg::Out(_) | Arg::String(_) | Arg::Extern(_) | Arg::Packet | Arg::Missing => false,
    }
}

fn fields_of_value(cx: &Cx<'_>, header: &HeaderRef, span: Span, into: &mut Vec<Expr>) {
    let ty = &cx.program.header_types[cx.header_type(header)];
    into.extend((0..).zip(&ty.fields).map(|(position, field)| {
        let kind = ExprKind::Field { header: header.clone(), field: position };
        Expr { kind, ty: field.ty, span }
    }));
}

/// The places that a value is written to, in order; false if one of them is no scalar.
pub(super) fn of_target<'a>(arg: &'a Arg, into: &mut Vec<&'a LValue>) -> bool {
    match arg {
        Arg::Out(target) => {
            into.push(target);
            true
        }
        Arg::Struct(fields) => fields.iter().all(|(_, field)| of_target(field, into)),
        Arg::In(_)
        | Arg::While { .. }
        | Arg::Header(_)
        | Arg::Stack(_)
        | Arg::String(_)
        | Arg::Extern(_)
        | Arg::Packet
        | Arg::Missing => false,
    }
}
