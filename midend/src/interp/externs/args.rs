//! Arguments of extern calls: reading, flattening to bits, writing.

use crate::interp::bits::BitWriter;
use crate::interp::code::{ArgCode, Call};
use crate::interp::layout::Slot;
use crate::interp::run::Run;
use crate::interp::value::{NARROW, Value, mask};
use p4xdp_frontend::source::Span;

impl Run<'_> {
    /// A scalar argument's value and width; of anything else zero.
    pub fn arg(&self, call: &Call, position: usize) -> (Value, u32) {
        self.value_of(call.args.get(position).unwrap_or(&ArgCode::Missing))
    }

    /// As [`Run::arg`].
    pub fn value_of(&self, arg: &ArgCode) -> (Value, u32) {
        match arg {
            ArgCode::In(scalar) | ArgCode::While(_, scalar) => self.env().sized(scalar),
            ArgCode::Out(dst) => (self.env().read(dst), dst.bits()),
            ArgCode::Header(_)
            | ArgCode::Stack(_)
            | ArgCode::Struct(_)
            | ArgCode::String(_)
            | ArgCode::Extern
            | ArgCode::Packet
            | ArgCode::Missing => (Value::Narrow(0), 0),
        }
    }

    /// A scalar argument as a machine integer.
    pub fn number(&self, call: &Call, position: usize) -> u128 {
        self.arg(call, position).0.saturate()
    }

    /// A string argument.
    pub fn text<'c>(&self, call: &'c Call, position: usize) -> &'c str {
        match call.args.get(position) {
            Some(ArgCode::String(s)) => s,
            _ => "",
        }
    }

    /// The leaves of an argument with their dotted names, in order: name, value, width.
    pub fn leaves(&self, arg: &ArgCode) -> Vec<(String, Value, u32)> {
        let mut out = Vec::new();
        self.collect_leaves("", arg, &mut out);
        out
    }

    fn collect_leaves(&self, prefix: &str, arg: &ArgCode, out: &mut Vec<(String, Value, u32)>) {
        match arg {
            ArgCode::In(_) | ArgCode::While(..) | ArgCode::Out(_) => {
                let (value, width) = self.value_of(arg);
                out.push((prefix.to_owned(), value, width));
            }
            ArgCode::Header(access) => {
                if let Some(header) = self.env().header(access) {
                    self.header_leaves(prefix, header, out);
                }
            }
            ArgCode::Stack(stack) => {
                let elements = self.code.layout.stacks.get(*stack as usize).map(|s| s.elements.as_slice());
                for (i, header) in elements.unwrap_or_default().iter().enumerate() {
                    self.header_leaves(&format!("{prefix}[{i}]"), *header as usize, out);
                }
            }
            ArgCode::Struct(fields) => {
                for (name, field) in fields {
                    let dotted =
                        if prefix.is_empty() { name.to_string() } else { format!("{prefix}.{name}") };
                    self.collect_leaves(&dotted, field, out);
                }
            }
            ArgCode::String(_) | ArgCode::Extern | ArgCode::Packet | ArgCode::Missing => {}
        }
    }

    fn header_leaves(&self, prefix: &str, header: usize, out: &mut Vec<(String, Value, u32)>) {
        let layout = &self.code.layout;
        let (Some(ty), Some(place)) = (layout.type_of(header), layout.headers.get(header)) else { return };
        let names = self.code.names.fields.get(place.ty as usize).map(Vec::as_slice).unwrap_or_default();
        for (field, name) in ty.fields.iter().zip(names) {
            let slot = layout.absolute(header, field.slot);
            let width = match slot {
                Slot::Var(at) => self.storage.var.get(at as usize).map_or(0, |v| v.len),
                Slot::Narrow(_) | Slot::Wide(_) => field.width,
            };
            let value = match self.storage.get(slot) {
                Value::Wide(v) => Value::new(&v, width),
                narrow => narrow,
            };
            let dotted = if prefix.is_empty() { name.to_string() } else { format!("{prefix}.{name}") };
            out.push((dotted, value, width));
        }
    }

    /// All bits of an argument in order. An invalid header has none, nor have its fields.
    pub fn bits_of(&self, arg: &ArgCode, out: &mut BitWriter) {
        match arg {
            ArgCode::Header(access) => {
                if let Some(header) = self.env().header(access).filter(|h| self.storage.is_valid(*h)) {
                    self.header_bits(header, out);
                }
            }
            ArgCode::Stack(stack) => {
                let elements = self.code.layout.stacks.get(*stack as usize).map(|s| s.elements.as_slice());
                for header in elements.unwrap_or_default() {
                    if self.storage.is_valid(*header as usize) {
                        self.header_bits(*header as usize, out);
                    }
                }
            }
            ArgCode::Struct(fields) => fields.iter().for_each(|(_, field)| self.bits_of(field, out)),
            ArgCode::While(condition, _) if self.env().narrow(condition) == 0 => {}
            ArgCode::In(_) | ArgCode::While(..) | ArgCode::Out(_) => {
                let (value, width) = self.value_of(arg);
                push(out, &value, width);
            }
            ArgCode::String(_) | ArgCode::Extern | ArgCode::Packet | ArgCode::Missing => {}
        }
    }

    /// Writes a scalar `out` argument.
    pub fn give_scalar(&mut self, to: Option<&ArgCode>, value: u128, span: Span) {
        if let Some(ArgCode::Out(dst)) = to {
            let width = dst.bits();
            let value =
                if width <= NARROW { Value::Narrow(value & mask(width)) } else { Value::Wide(value.into()) };
            self.write(dst, value, span);
        }
    }

    /// Writes the leaves of an `out` argument or result in order; headers become valid.
    pub fn give_leaves(&mut self, to: Option<&ArgCode>, values: &[Value], span: Span) {
        if let Some(to) = to {
            let mut values = values.iter();
            self.give_next_leaves(to, &mut values, span);
        }
    }

    fn give_next_leaves(&mut self, to: &ArgCode, values: &mut std::slice::Iter<'_, Value>, span: Span) {
        match to {
            ArgCode::Out(dst) => {
                if let Some(value) = values.next() {
                    self.write(dst, Value::new(&value.to_big(), dst.bits()), span);
                }
            }
            ArgCode::Struct(fields) => {
                fields.iter().for_each(|(_, field)| self.give_next_leaves(field, values, span));
            }
            ArgCode::Header(access) => {
                if let Some(header) = self.env().header(access) {
                    self.give_header(header, values);
                }
            }
            ArgCode::Stack(stack) => {
                let code = self.code;
                let elements = code.layout.stacks.get(*stack as usize).map(|s| s.elements.as_slice());
                elements.unwrap_or_default().iter().for_each(|h| self.give_header(*h as usize, values));
            }
            ArgCode::In(_)
            | ArgCode::While(..)
            | ArgCode::String(_)
            | ArgCode::Extern
            | ArgCode::Packet
            | ArgCode::Missing => {}
        }
    }

    fn give_header(&mut self, header: usize, values: &mut std::slice::Iter<'_, Value>) {
        let layout = &self.code.layout;
        self.storage.set_valid(layout, header, true);
        for field in layout.type_of(header).map(|t| t.fields.as_slice()).unwrap_or_default() {
            if let Some(value) = values.next() {
                self.storage.set(layout.absolute(header, field.slot), value.clone());
            }
        }
    }

    /// Writes a call's result.
    pub fn give_number(&mut self, call: &Call, value: u128) {
        self.give_scalar(call.result.as_ref(), value, call.span);
    }
}

/// Appends a value of any width.
pub fn push(out: &mut BitWriter, value: &Value, width: u32) {
    match value {
        Value::Narrow(v) => out.push(*v, width),
        Value::Wide(v) => out.push_big(v, width),
    }
}

/// The leaf of that name.
pub fn leaf<'a>(leaves: &'a [(String, Value, u32)], name: &str) -> Option<&'a Value> {
    leaves.iter().find(|(n, ..)| n == name).map(|(_, v, _)| v)
}
