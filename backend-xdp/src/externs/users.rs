//! Extern functions that the user defines in C.
//!
//! A program declares `extern bit<16> mix(in bit<32> a, out bit<8> b, in ipv4_t h);`, and the C that comes with it defines
//! `__u16 mix(__u32 a, __u8 *b, struct ipv4_t *h)`. A prototype with these types stands in front of the program, which
//! makes the function static and inline whatever the C says; clang refuses one whose types are others, and one that is not defined:
//!
//! | P4 | C |
//! | --- | --- |
//! | `in bit<w>`, `in int<w>` | the smallest `__uN` or `__sN` that holds it, its number in host order; more than 64 bits: `__u128` |
//! | `in bool` | `bool` |
//! | `out`, `inout` scalar | a pointer to the same; for `out` it points to the present value |
//! | header | `struct NAME *`, fields in network order as on the wire; `NULL` while it is invalid. What C writes there stays |
//! | struct, tuple | one parameter a leaf, in order |
//! | result | as `in`; none for `void` |
//!
//! The C may use what the prelude has: fixed-width types, `SEC`, `__uint` and `__type` for maps of its own, byte order, kernel helpers.

use crate::c::code::{Code, Name, ToCode, code};
use crate::c::expr::{CExpr, CType, Prec};
use crate::emit::Cx;
use crate::emit::externs::{Call, OtherShape};
use crate::emit::field::Referent;
use p4xdp_frontend::diagnostic::Diagnostic;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Arg, HeaderRef, LValue, ScalarType};

/// A parameter's type in C, and what is given for it.
struct Argument {
    ty: Code,
    text: Code,
}

/// What is copied back when the call is over: the variable, and where it goes.
type CopyOut<'c> = (CExpr, &'c LValue);

/// Writes a call of any function that no line of the registry stands for. Whether the user's C has a certain function is clang's word: see
/// [`crate::clang::undefined_function`].
pub(super) fn call(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    if cx.module.options.extern_c.is_none() {
        return Err(OtherShape);
    }
    let (mut arguments, mut copies) = (Vec::new(), Vec::new());
    for arg in call.args {
        cx.user_arguments(arg, call.span, &mut arguments, &mut copies)?;
    }
    let result = match call.result {
        None => None,
        Some(Arg::Out(target)) => Some(cx.target_type(target, call.span)?),
        Some(_) => return Err(OtherShape),
    };
    let ty = result.map_or_else(|| code!("void"), c_type);
    if cx.module.prototypes.insert(call.name.to_owned()) {
        let types: Vec<&Code> = arguments.iter().map(|a| &a.ty).collect();
        let types = if types.is_empty() { code!("void") } else { Code::join(types, ", ") };
        let outer = cx.module.globals.set_span(call.span);
        cx.module.globals.line(code!("static __always_inline {} {}({});", ty, Name::new(call.name), types));
        cx.module.globals.set_span(outer);
        cx.module.globals.blank();
    }
    let texts: Vec<&Code> = arguments.iter().map(|a| &a.text).collect();
    let text = code!("{}({})", Name::new(call.name), Code::join(texts, ", "));
    match result {
        Some(ScalarType::Bool) => cx.give(call, CExpr::truth(text, Prec::Postfix)),
        Some(ty) => {
            let value = CExpr::atom(text, CType::of_width(ty.width()), ty.width());
            cx.give(call, CExpr { clean: false, ..value });
        }
        None => cx.out.line(code!("{};", text)),
    }
    for (variable, target) in copies {
        cx.assign(target, variable, call.span);
    }
    Ok(())
}

impl Cx<'_> {
    /// Adds the C arguments for one of P4; fails if there is no way to pass it.
    fn user_arguments<'c>(
        &mut self,
        arg: &'c Arg,
        span: Span,
        arguments: &mut Vec<Argument>,
        copies: &mut Vec<CopyOut<'c>>,
    ) -> Result<(), OtherShape> {
        match arg {
            Arg::In(expr) | Arg::While { value: expr, .. } => {
                let value = self.value(expr);
                let value = if expr.ty.is_signed() { value.sign_extended() } else { value };
                arguments.push(Argument { ty: c_type(expr.ty), text: value.text });
            }
            Arg::Out(target) => {
                let present = self.read_lvalue(target, span).ok_or(OtherShape)?;
                let ty = self.target_type(target, span)?;
                let name = self.fresh("argument", c_type(ty));
                self.out.line(code!("{} = {};", name, present.masked().text));
                let variable =
                    CExpr { clean: false, ..CExpr::atom(&name, CType::of_width(ty.width()), ty.width()) };
                arguments.push(Argument { ty: code!("{} *", c_type(ty)), text: code!("&{}", name) });
                copies.push((variable, target));
            }
            Arg::Header(header) => arguments.push(self.header_address(header).ok_or(OtherShape)?),
            Arg::Struct(fields) => {
                for (_, field) in fields {
                    self.user_arguments(field, span, arguments, copies)?;
                }
            }
            Arg::Stack(_) | Arg::String(_) | Arg::Extern(_) | Arg::Packet | Arg::Missing => {
                return Err(OtherShape);
            }
        }
        Ok(())
    }

    /// A pointer to a header, null while it is invalid.
    fn header_address(&mut self, header: &HeaderRef) -> Option<Argument> {
        let Referent::One(id) = self.referent(header) else { return None };
        let tag = self.module.types[self.program.headers[id].ty].tag.clone();
        let null = CExpr::atom(code!("NULL"), CType::U64, 64);
        let address =
            self.choose_holder(id, &null, |_, holder| CExpr::atom(holder.address(), CType::U64, 64));
        Some(Argument { ty: code!("struct {} *", tag), text: address.text })
    }

    /// The type of what an argument writes to.
    fn target_type(&mut self, target: &LValue, span: Span) -> Result<ScalarType, OtherShape> {
        match target {
            LValue::Local(id) => Ok(self.program.locals[*id].ty),
            LValue::Field { header, field } => {
                let ty = &self.program.header_types[self.header_type(header)];
                ty.fields.get(*field as usize).map(|field| field.ty).ok_or_else(|| {
                    self.module.sink.emit(Diagnostic::bug(span, "an extern writes to no field"));
                    OtherShape
                })
            }
            LValue::Slice { hi, lo, .. } => Ok(ScalarType::bit(hi - lo + 1)),
        }
    }
}

/// The type that stands for one of P4.
fn c_type(ty: ScalarType) -> Code {
    if ty == ScalarType::Bool {
        return code!("@bool");
    }
    let bits = match ty.width() {
        0..=8 => 8,
        9..=16 => 16,
        17..=32 => 32,
        33..=64 => 64,
        _ => 128,
    };
    Name::new(&format!("__{}{bits}", if ty.is_signed() { 's' } else { 'u' })).code()
}
