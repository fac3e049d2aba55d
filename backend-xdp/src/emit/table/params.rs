//! Parameters of actions: from an entry's value, or constants, into the variables that the action reads, or straight
//! into the packet.

use super::super::Cx;
use super::super::member_access::by_bits;
use crate::c::code::{Code, code};
use crate::c::expr::{CExpr, CType, Prec};
use crate::tables::ActionLayout;
use crate::tables::members::{Member, Shape};
use crate::tables::param_order::param_order;
use p4xdp_control::storage::ByteOrder;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Action, ActionCall, HeaderRef, LocalId, ScalarType, Table};

/// A parameter that is left in network order where it is, because it is mostly copied to fields.
#[derive(Clone, Debug)]
pub(in crate::emit) struct WireParam {
    /// The member of the value, in C.
    text: Code,
    member: Member,
}

impl WireParam {
    /// Element `i`.
    fn element(&self, i: u32) -> Code {
        if self.member.shape.units == 1 { self.text.clone() } else { code!("{}[{}]", self.text, i) }
    }

    /// The parameter as it is, if it is a number of so many bytes.
    pub(in crate::emit) fn integer(&self, bytes: u32) -> Option<CExpr> {
        let Shape { unit, units, bytes: length, .. } = self.member.shape;
        let fits = units == 1 && unit == bytes && length == bytes;
        fits.then(|| CExpr::atom(self.text.clone(), CType::of_width(bytes * 8), bytes * 8))
    }

    /// The parameter in host order.
    pub(in crate::emit) fn host(&self) -> CExpr {
        host_member(&self.member, &self.text)
    }
}

/// A member of a value as a number in host order, in the type that such numbers are computed in.
pub(in crate::emit) fn host_member(member: &Member, text: &Code) -> CExpr {
    let width = member.ty.width();
    if member.ty == ScalarType::Bool {
        return CExpr::truth(code!("{} != 0", text), Prec::Equality);
    }
    let text = code!("({})({})", CType::of_width(width).name(), host_value(member, text));
    CExpr { prec: Prec::Unary, ..CExpr::atom(text, CType::of_width(width), width) }
}

impl Cx<'_> {
    /// Makes an action's parameters known; `from` is the structure that holds them. Returns what to release.
    pub(super) fn bind_params(
        &mut self,
        action: &Action,
        layout: &ActionLayout,
        from: &Code,
    ) -> Vec<LocalId> {
        let mut bound = Vec::new();
        for (param, member) in action.params.iter().zip(&layout.params.list) {
            let text = code!("{}.{}", from, member.c_name);
            let copied =
                param_order(self.program, &self.module.extern_facts, action, param) == ByteOrder::Network;
            // What is in the entry no function of a loop can reach.
            let carried = self.storage.loops.carried.contains(param.local);
            if copied && !carried && member.shape.order == ByteOrder::Network {
                self.wire_params.insert(param.local, WireParam { text, member: member.clone() });
                bound.push(param.local);
            } else {
                let variable = self.variable(param.local);
                self.out.assignment(&variable, host_value(member, &text));
            }
        }
        bound
    }

    /// Forgets parameters.
    pub(super) fn release_params(&mut self, bound: Vec<LocalId>) {
        for local in bound {
            self.wire_params.remove(&local);
        }
    }

    /// Puts the constant arguments of a call into the variables of the parameters.
    pub(super) fn assign_constants(&mut self, table: &Table, call: &ActionCall) {
        let Some(action) = table.actions.get(call.action) else { return };
        for (param, value) in self.program.actions[action.action].params.iter().zip(&call.args) {
            let variable = self.variable(param.local);
            let value = self.constant(value, param.ty);
            self.out.assignment(&variable, &value.text);
        }
    }

    /// Puts the parameters of a value into their variables.
    pub(super) fn load_params(&mut self, action: &Action, layout: &ActionLayout, from: &Code) {
        for (param, member) in action.params.iter().zip(&layout.params.list) {
            let variable = self.variable(param.local);
            self.out.assignment(&variable, host_value(member, &code!("{}.{}", from, member.c_name)));
        }
    }

    /// Copies a parameter to a field of its width that is whole bytes.
    pub(in crate::emit) fn copy_param(
        &mut self,
        header: &HeaderRef,
        field: u32,
        param: &WireParam,
        span: Span,
    ) {
        self.on_each(header, |cx, id| {
            let Some(place) = cx.field_place(id, field) else {
                // Behind a varbit field: refused there.
                let zero = CExpr::zero(param.member.shape.bytes * 8);
                return cx.write_field(&HeaderRef::Header(id), field, &zero, span);
            };
            let integer = cx.is_integer(id, &place);
            cx.for_each_holder(id, |cx, base| {
                let name = cx.member_name(id, &place, base);
                if integer {
                    cx.out.line(code!("{} = {};", name, param.element(0)));
                    return;
                }
                for i in 0..param.member.shape.units {
                    let at = i * param.member.shape.unit;
                    let bits = param.member.shape.unit.min(param.member.shape.bytes - at) * 8;
                    let address = if at == 0 { name.clone() } else { code!("{} + {}", name, at) };
                    cx.out.line(code!("{}({}, {});", by_bits("store_wire", bits), address, param.element(i)));
                }
            });
        });
    }
}

/// A member of a value as a number in host order.
fn host_value(member: &Member, text: &Code) -> Code {
    let Shape { unit, units, bytes, order } = member.shape;
    if order == ByteOrder::Host {
        return if member.ty == ScalarType::Bool { code!("{} != 0", text) } else { text.clone() };
    }
    let swapped = |text: Code| match unit {
        1 => text,
        2 => code!("@bpf_ntohs({})", text),
        4 => code!("@bpf_ntohl({})", text),
        _ => code!("@bpf_be64_to_cpu({})", text),
    };
    let spare = (unit * units - bytes) * 8;
    if units == 1 {
        let value = swapped(text.clone());
        return if spare == 0 { value } else { code!("{} >> {}", value, spare) };
    }
    let parts: Vec<Code> = (0..units)
        .map(|i| {
            let element = swapped(code!("{}[{}]", text, i));
            let shift = i64::from((units - 1 - i) * unit * 8) - i64::from(spare);
            match shift {
                0 => element,
                s if s > 0 => code!("(@__u128){} << {}", element, s),
                s => code!("{} >> {}", element, -s),
            }
        })
        .collect();
    Code::join(&parts, " | ")
}
