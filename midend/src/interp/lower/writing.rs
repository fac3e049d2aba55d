//! How the values of a message are written: the types of an argument's leaves, in the order in which externs see them.

use crate::interp::code::Writing;
use crate::ir::{Arg, HeaderRef, HeaderTypeId, Program, ScalarType};

/// One a leaf.
pub(super) fn of_args(program: &Program, args: &[Arg]) -> Vec<Writing> {
    let mut out = Vec::new();
    args.iter().for_each(|arg| leaves(program, arg, &mut out));
    out
}

fn leaves(program: &Program, arg: &Arg, out: &mut Vec<Writing>) {
    match arg {
        Arg::In(e) | Arg::While { value: e, .. } => out.push(writing(program, e.ty)),
        Arg::Header(header) => fields(program, header_type(program, header), out),
        Arg::Stack(stack) => {
            let stack = &program.stacks[*stack];
            stack.elements.iter().for_each(|_| fields(program, stack.ty, out));
        }
        Arg::Struct(members) => members.iter().for_each(|(_, member)| leaves(program, member, out)),
        Arg::Out(_) => out.push(Writing::Number),
        Arg::String(_) | Arg::Extern(_) | Arg::Packet | Arg::Missing => {}
    }
}

fn fields(program: &Program, ty: HeaderTypeId, out: &mut Vec<Writing>) {
    out.extend(program.header_types[ty].fields.iter().map(|field| writing(program, field.ty)));
}

fn header_type(program: &Program, header: &HeaderRef) -> HeaderTypeId {
    match header {
        HeaderRef::Header(id) => program.headers[*id].ty,
        HeaderRef::Element { stack, .. } | HeaderRef::Next(stack) | HeaderRef::Last(stack) => {
            program.stacks[*stack].ty
        }
    }
}

fn writing(program: &Program, ty: ScalarType) -> Writing {
    match ty {
        ScalarType::Bool => Writing::Names(["false", "true"].map(Into::into).to_vec()),
        ScalarType::Bits { width, signed: true } => Writing::Signed(width),
        ScalarType::Bits { signed: false, .. } | ScalarType::Varbit { .. } => Writing::Number,
        ScalarType::Enum(id) => Writing::Names(program.enums[id].members.clone()),
        ScalarType::Error => Writing::Names(program.errors.clone()),
    }
}
