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

use super::Cx;
use super::cexpr::{CExpr, CType, Prec};
use super::externs::Call;
use super::field::Referent;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Arg, HeaderRef, LValue, LocalId, ScalarType};

/// A parameter's type in C, and what is given for it.
struct Argument {
    ty: String,
    text: String,
}

/// What is copied back when the call is over: the variable, and where it goes.
type CopyOut<'c> = (CExpr, &'c LValue);

impl Cx<'_> {
    /// The user's C has a function of this name, and the program calls it.
    pub fn is_user_function(&self, name: &str) -> bool {
        self.prototypes.contains(name)
    }

    /// True if there is C of the user's. Whether it has a certain function is clang's word: see [`crate::clang::undefined_function`].
    pub(super) fn has_user_functions(&self) -> bool {
        self.options.extern_c.is_some()
    }

    /// Writes the call of a function that the user defines.
    pub(super) fn call_user_function(&mut self, call: &Call<'_>) {
        let (mut arguments, mut copies) = (Vec::new(), Vec::new());
        for arg in call.args {
            if !self.user_arguments(arg, call.span, &mut arguments, &mut copies) {
                return self.unknown(call);
            }
        }
        let result = match call.result {
            None => None,
            Some(Arg::Out(target)) => Some(self.lvalue_type(target)),
            Some(_) => return self.unknown(call),
        };
        let ty = result.map_or_else(|| "void".to_owned(), c_type);
        if self.prototypes.insert(call.name.to_owned()) {
            let types: Vec<&str> = arguments.iter().map(|a| a.ty.as_str()).collect();
            let types = if types.is_empty() { "void".to_owned() } else { types.join(", ") };
            let outer = self.globals.set_span(call.span);
            self.globals.line(format!("static __always_inline {ty} {}({types});", call.name));
            self.globals.set_span(outer);
            self.globals.blank();
        }
        let texts: Vec<&str> = arguments.iter().map(|a| a.text.as_str()).collect();
        let text = format!("{}({})", call.name, texts.join(", "));
        match result {
            Some(ScalarType::Bool) => self.give(call, CExpr::truth(text, Prec::Postfix)),
            Some(ty) => {
                let value = CExpr::atom(text, CType::of_width(ty.width()), ty.width());
                self.give(call, CExpr { clean: false, ..value });
            }
            None => self.out.line(format!("{text};")),
        }
        for (variable, target) in copies {
            self.assign(target, variable, call.span);
        }
    }

    /// Adds the C arguments for one of P4; false if there is no way to pass it.
    fn user_arguments<'c>(
        &mut self,
        arg: &'c Arg,
        span: Span,
        arguments: &mut Vec<Argument>,
        copies: &mut Vec<CopyOut<'c>>,
    ) -> bool {
        match arg {
            Arg::In(expr) | Arg::While { value: expr, .. } => {
                let value = self.value(expr);
                let value = if expr.ty.is_signed() { value.sign_extended() } else { value };
                arguments.push(Argument { ty: c_type(expr.ty), text: value.text });
                true
            }
            Arg::Out(target) => {
                let Some(present) = self.read_lvalue(target, span) else { return false };
                let ty = self.lvalue_type(target);
                let name = self.fresh("argument", &c_type(ty));
                self.out.line(format!("{name} = {};", present.masked().text));
                let variable =
                    CExpr { clean: false, ..CExpr::atom(&name, CType::of_width(ty.width()), ty.width()) };
                arguments.push(Argument { ty: format!("{} *", c_type(ty)), text: format!("&{name}") });
                copies.push((variable, target));
                true
            }
            Arg::Header(header) => match self.header_address(header) {
                Some(argument) => {
                    arguments.push(argument);
                    true
                }
                None => false,
            },
            Arg::Struct(fields) => {
                fields.iter().all(|(_, field)| self.user_arguments(field, span, arguments, copies))
            }
            Arg::Stack(_) | Arg::String(_) | Arg::Extern(_) | Arg::Packet | Arg::Missing => false,
        }
    }

    /// A pointer to a header, null while it is invalid.
    fn header_address(&mut self, header: &HeaderRef) -> Option<Argument> {
        let Referent::One(id) = self.referent(header) else { return None };
        let tag = self.storage.types[self.program.headers[id].ty].tag.clone();
        let null = CExpr::atom("NULL", CType::U64, 64);
        let address = self.choose_holder(id, &null, |_, base| {
            let text = match base.strip_suffix("->") {
                Some(pointer) => pointer.to_owned(),
                None => format!("&{}", base.trim_end_matches('.')),
            };
            CExpr::atom(text, CType::U64, 64)
        });
        Some(Argument { ty: format!("struct {tag} *"), text: address.text })
    }

    fn lvalue_type(&self, lvalue: &LValue) -> ScalarType {
        match lvalue {
            LValue::Local(id) => self.local_type(*id),
            LValue::Field { header, field } => {
                let id = match header {
                    HeaderRef::Header(id) => self.program.headers[*id].ty,
                    HeaderRef::Element { stack, .. } | HeaderRef::Next(stack) | HeaderRef::Last(stack) => {
                        self.program.stacks[*stack].ty
                    }
                };
                let fields = &self.program.header_types[id].fields;
                fields.get(*field as usize).map_or(ScalarType::Bool, |field| field.ty)
            }
            LValue::Slice { hi, lo, .. } => ScalarType::bit(hi - lo + 1),
        }
    }

    fn local_type(&self, id: LocalId) -> ScalarType {
        self.program.locals[id].ty
    }
}

/// The type that stands for one of P4.
fn c_type(ty: ScalarType) -> String {
    if ty == ScalarType::Bool {
        return "bool".to_owned();
    }
    let bits = match ty.width() {
        0..=8 => 8,
        9..=16 => 16,
        17..=32 => 32,
        33..=64 => 64,
        _ => 128,
    };
    format!("__{}{bits}", if ty.is_signed() { 's' } else { 'u' })
}
