//! Keys of a table as C: in host order, or as they stand in the packet.

use super::super::Cx;
use super::super::field::Referent;
use super::super::member_access::by_bits;
use crate::c::code::{Code, Name, code};
use crate::c::expr::{CExpr, CType};
use crate::tables::members::Shape;
use crate::tables::param_order::is_byte_field;
use crate::tables::strategy::{KeyValues, in_network_order};
use p4xdp_control::storage::ByteOrder;
use p4xdp_midend::ir::{Expr, ExprKind, KeyElement};

/// The keys of one application of a table.
pub(super) struct Keys<'c, 'a> {
    pub cx: &'c mut Cx<'a>,
    pub keys: &'c [&'c KeyElement],
}

impl KeyValues for Keys<'_, '_> {
    fn elements(&mut self, position: usize, shape: Shape) -> Vec<Code> {
        match self.keys.get(position) {
            Some(key) => self.cx.elements(&key.expr, shape),
            None => Vec::new(),
        }
    }

    fn are_shared(&mut self, c_type: &Code, name: &Name) -> bool {
        self.cx.is_built_in_shared(c_type, name, false)
    }
}

impl Cx<'_> {
    /// Whether a structure is built in the shared structure: if it is too large for the stack, or where ways are merged, since the verifier follows
    /// each way by itself by which a known number comes onto the stack.
    pub(in crate::emit) fn is_built_in_shared(&mut self, c_type: &Code, name: &Name, is_large: bool) -> bool {
        let shared = is_large || self.storage.merging.behind_branches;
        if shared {
            self.hold(name, code!("{} {} __attribute__((aligned(8)))", c_type, name));
        }
        shared
    }

    /// The elements of a value in a shape.
    pub(in crate::emit) fn elements(&mut self, expr: &Expr, shape: Shape) -> Vec<Code> {
        match shape.order {
            ByteOrder::Host => {
                let value = self.value(expr);
                // What is true in C may be a pointer.
                vec![if value.ty == CType::Bool { code!("!!{}", value.operand()) } else { value.text }]
            }
            ByteOrder::Network => match self.field_elements(expr, shape) {
                Some(elements) => elements,
                None => {
                    let value = self.value(expr);
                    (0..shape.units).map(|i| network_element(&value, shape, i)).collect()
                }
            },
        }
    }

    /// The elements of a field that is whole bytes, copied as they are.
    fn field_elements(&mut self, expr: &Expr, shape: Shape) -> Option<Vec<Code>> {
        let ExprKind::Field { header, field } = &expr.kind else { return None };
        if !is_byte_field(self.program, header, *field) || expr.ty.width() != shape.bytes * 8 {
            return None;
        }
        let Referent::One(id) = self.referent(header) else { return None };
        let place = self.field_place(id, *field)?;
        let integer = self.is_integer(id, &place);
        let elements = (0..shape.units).map(|i| {
            let at = i * shape.unit;
            let bytes = shape.unit.min(shape.bytes - at);
            let element = self.value_by_holder(id, &CExpr::zero(bytes * 8), |cx, base| {
                let name = cx.member_name(id, &place, base);
                let text = match (integer, at) {
                    (true, _) => name,
                    (false, 0) => code!("{}({})", by_bits("load_wire", bytes * 8), name),
                    (false, _) => code!("{}({} + {})", by_bits("load_wire", bytes * 8), name, at),
                };
                CExpr::atom(text, CType::of_width(shape.unit * 8), bytes * 8)
            });
            element.text
        });
        Some(elements.collect())
    }
}

/// Element `position` of a host-order value in network order.
fn network_element(value: &CExpr, shape: Shape, position: u32) -> Code {
    let bits = shape.unit * 8;
    // How far the value, aligned to the left of all elements, must go right for this element; negative is left.
    let right = i64::from((shape.units - 1 - position) * bits)
        - i64::from((shape.unit * shape.units - shape.bytes) * 8);
    let wide = value.clone().converted(CType::of_width(bits).max(value.ty));
    let moved = match right {
        0 => wide.text.clone(),
        r if r > 0 => code!("{} >> {}", wide.operand(), r),
        r => code!("{} << {}", wide.operand(), -r),
    };
    let narrow = if wide.ty > CType::of_width(bits) {
        code!("({})({})", CType::of_width(bits).name(), moved)
    } else {
        moved
    };
    in_network_order(&narrow, shape.unit)
}
