//! `register<T>(bit<32> size)` of v1model: a value an index, one for all processors. `read(result, index)` beyond the end gives 0 and
//! `write(index, value)` does nothing there, as on the interpreter.

use super::V1MODEL;
use super::cells::{Cells, Slot, at, constants};
use crate::c::code::{ToCode, code};
use crate::c::expr::{CExpr, CType, Prec};
use crate::c::map::{MapDefinition, MapType};
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, Extern, Laying, Made, OtherShape};
use crate::emit::member_access::by_bits;
use p4xdp_control::manifest::cells::Field;
use p4xdp_control::manifest::{CellKind, ExternKind};
use p4xdp_frontend::diagnostic::{Diagnostic, codes};
use p4xdp_midend::ir::{Arg, ExternInstance, Program, ScalarType, TypeShape};

pub(super) const REGISTER: Entry = Entry::of_type("register", lay_out).of(V1MODEL);

#[derive(Debug)]
struct Register {
    cells: Cells,
    ty: ScalarType,
}

fn lay_out(instance: &ExternInstance, laying: &mut Laying<'_>) -> Made {
    const MOST: u32 = 1 << 26;
    let [size]: [u64; 1] = constants(instance, laying.diagnostics)?;
    let ty = match instance.type_args.first() {
        Some(TypeShape::Scalar(ty)) if ty.width() <= 64 && !matches!(ty, ScalarType::Varbit { .. }) => *ty,
        _ => {
            let message = format!("`{}` holds other values than numbers of at most 64 bits", instance.name);
            let note = "a register of structures, headers or wider numbers cannot be had on XDP yet";
            let refusal = Diagnostic::error(codes::E0524, instance.span, message).with_note(note);
            return Err(laying.diagnostics.error(refusal));
        }
    };
    let size = u32::try_from(size).ok().filter(|size| *size <= MOST).ok_or_else(|| {
        let message = format!("`{}` has {size} cells; at most {MOST} are possible", instance.name);
        laying.diagnostics.error(Diagnostic::error(codes::E0524, instance.span, message))
    })?;
    let slot = CType::of_width(ty.width());
    let slot = Slot { ty: slot.name().code(), bytes: slot.computed_bits() / 8, locked: false };
    Ok(Box::new(Register { cells: Cells::new(instance, laying.names, MapType::Array, size, slot), ty }))
}

impl Extern for Register {
    fn maps(&self) -> Vec<MapDefinition> {
        vec![self.cells.definition()]
    }

    fn describe(&self, program: &Program) -> Option<ExternKind> {
        let value = p4xdp_midend::control_plane::param(program, "value", self.ty);
        Some(self.cells.describe(CellKind::Register, vec![Field::new(value, at(0, self.cells.slot.bytes))]))
    }

    fn call(&self, cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
        let (map, width) = (&self.cells.map, self.ty.width());
        let bits = CType::of_width(width).computed_bits();
        match (call.name, call.args) {
            ("read", [Arg::Out(target), Arg::In(index)]) if index.ty.width() <= 32 => {
                let index = cx.value(index).text;
                let value = cx.fresh("value", CType::of_width(bits).name());
                cx.out.assignment(&value, code!("{}(&{}, {})", by_bits("xdp_read", bits), map, index));
                let value = match self.ty {
                    ScalarType::Bool => CExpr::truth(code!("{} != 0", value), Prec::Equality),
                    ScalarType::Bits { .. }
                    | ScalarType::Varbit { .. }
                    | ScalarType::Enum(_)
                    | ScalarType::Error => CExpr::atom(value, CType::of_width(bits), width),
                };
                cx.assign(target, value, call.span);
            }
            ("write", [Arg::In(index), Arg::In(value)]) if index.ty.width() <= 32 => {
                let (index, value) = (cx.value(index).text, cx.value(value).masked().text);
                cx.out.line(code!("{}(&{}, {}, {});", by_bits("xdp_write", bits), map, index, value));
            }
            _ => cx.refuse(codes::E0524, call.span, "an index of more than 32 bits is not supported"),
        }
        Ok(())
    }
}
