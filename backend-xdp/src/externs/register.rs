//! `register<T>(bit<32> size)` of v1model, and `Register<T, S>` of PSA, PNA and ubpf_model: a value an index, one for all processors.
//! `read(result, index)` or `result = read(index)` beyond the end gives 0 and `write(index, value)` does nothing there, as on the interpreter.
//!
//! With an initial value, cells are kept as the exclusive or of it and the value: maps begin with zeros, whoever loads them.
//!
//! A number of at most 64 bits is read and written in one step, unless an `@atomic` block holds its cell. Any other value is a structure of its scalars, which has a lock, so that it is read and written as
//! a whole:
//!
//! ```text
//! {
//!         struct pair_value pair_value = {};
//!         __u32 pair_index = index;
//!         struct pair_cell *pair_cell = bpf_map_lookup_elem(&pair, &pair_index);
//!
//!         if (pair_cell) {
//!                 bpf_spin_lock(&pair_cell->lock);
//!                 pair_value = pair_cell->value;
//!                 bpf_spin_unlock(&pair_cell->lock);
//!         }
//!         first = pair_value.first;
//! ```

use super::cells::{Cells, Slot, at, constant, constants};
use super::{PORTABLE, UBPF_MODEL, V1MODEL, leaves};
use crate::c::code::{Code, Name, ToCode, code};
use crate::c::expr::{CExpr, CType, Prec, literal};
use crate::c::map::{MapDefinition, MapType};
use crate::c::tree::Tree;
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, Extern, Laying, Made, OtherShape};
use crate::emit::member_access::by_bits;
use crate::layout::extern_facts::Shared;
use crate::tables::members::{Form, Members, Shape, Wish};
use p4xdp_control::manifest::cells::Field;
use p4xdp_control::manifest::{CellKind, ExternKind};
use p4xdp_control::storage::{ByteOrder, Place};
use p4xdp_frontend::diagnostic::{Diagnostic, codes};
use p4xdp_midend::control_plane::param;
use p4xdp_midend::ir::{Arg, Expr, ExternInstance, LValue, Program, ScalarType, TypeShape};
use std::sync::Arc;

pub(super) const REGISTER: Entry = Entry::of_type("register", lay_out).of(V1MODEL).shared(Shared::Cell);
pub(super) const PORTABLE_REGISTER: Entry =
    Entry::of_type("Register", lay_out).of(PORTABLE).shared(Shared::Cell);
pub(super) const UBPF_REGISTER: Entry =
    Entry::of_type("Register", lay_out).of(UBPF_MODEL).shared(Shared::Cell);

#[derive(Debug)]
struct Register {
    cells: Cells,
    value: Value,
    /// What a number is before it is written.
    initial: u64,
}

/// What a cell holds.
#[derive(Debug)]
enum Value {
    /// A number of at most 64 bits.
    Number(ScalarType),
    /// Several, or wider ones: a structure with this tag.
    Structure { tag: Name, members: Members },
}

/// Bytes of a lock, and of what stands between it and the value.
const LOCK: u32 = 8;
/// The largest value.
const LARGEST: u32 = 1024;

fn lay_out(instance: &ExternInstance, laying: &mut Laying<'_>) -> Made {
    const MOST: u32 = 1 << 26;
    let [size]: [u64; 1] = constants(instance, laying.diagnostics)?;
    let size = u32::try_from(size).ok().filter(|size| *size <= MOST).ok_or_else(|| {
        let message = format!("`{}` has {size} cells; at most {MOST} are possible", instance.name);
        laying.diagnostics.error(Diagnostic::error(codes::E0524, instance.span, message))
    })?;
    if let Some(TypeShape::Scalar(ty)) = instance.type_args.first()
        && ty.width() <= 64
        && !laying.is_locked
        && !matches!(ty, ScalarType::Varbit { .. })
    {
        let slot = CType::of_width(ty.width());
        let slot = Slot { ty: slot.name().code(), bytes: slot.computed_bits() / 8, locked: false };
        let cells = Cells::new(instance, laying.names, MapType::Array, size, slot);
        let initial = match instance.args.get(1) {
            Some(_) => constant(instance, 1, laying.diagnostics)?,
            None => 0,
        };
        return Ok(Box::new(Register { cells, value: Value::Number(*ty), initial }));
    }
    if !instance.args.get(1).is_none_or(is_zero) {
        let what =
            if laying.is_locked { "and is held by an `@atomic` block" } else { "of more than 64 bits" };
        let message = format!("`{}` has an initial value {what}", instance.name);
        return Err(laying.diagnostics.error(Diagnostic::error(codes::E0524, instance.span, message)));
    }
    let members = instance.type_args.first().and_then(|ty| structure(laying.program, ty));
    let members = members.ok_or_else(|| {
        let message = format!(
            "`{}` holds other values than numbers, and structures of numbers, of at most {LARGEST} bytes",
            instance.name
        );
        laying.diagnostics.error(Diagnostic::error(codes::E0524, instance.span, message))
    })?;
    let last = instance.name.rsplit('.').next().unwrap_or(&instance.name);
    let tag = laying.names.unique(&format!("{last}_value"));
    let slot = laying.names.unique(&format!("{last}_cell"));
    // The value's members are aligned to their size.
    let bytes = (LOCK + members.size()).next_multiple_of(members.align.max(4));
    let slot = Slot { ty: code!("struct {}", slot), bytes, locked: true };
    let cells = Cells::new(instance, laying.names, MapType::Array, size, slot);
    Ok(Box::new(Register { cells, value: Value::Structure { tag, members }, initial: 0 }))
}

/// All numbers in a constant are 0.
fn is_zero(arg: &Arg) -> bool {
    match arg {
        Arg::Struct(fields) => fields.iter().all(|(_, field)| is_zero(field)),
        _ => arg.value().and_then(Expr::as_const).is_some_and(|value| value.bits() == 0),
    }
}

/// A type that is numbers and structures of numbers alone, as a structure.
fn structure(program: &Program, ty: &TypeShape) -> Option<Members> {
    let mut scalars: Vec<(Arc<str>, ScalarType)> = Vec::new();
    let known = leaves::of_type(program, "", ty, &mut scalars) && !has_headers(ty);
    let fits = |(_, ty): &(Arc<str>, ScalarType)| !matches!(ty, ScalarType::Varbit { .. });
    if !known || scalars.is_empty() || !scalars.iter().all(fits) {
        return None;
    }
    let wishes: Vec<Wish> = scalars
        .into_iter()
        .map(|(name, ty)| {
            let name = if name.is_empty() { "value".into() } else { name };
            (name, ty, Shape::of(ty, ByteOrder::Host))
        })
        .collect();
    Some(Members::place(0, wishes)).filter(|members| members.size() <= LARGEST)
}

/// A header's validity is part of it, and no number.
fn has_headers(ty: &TypeShape) -> bool {
    match ty {
        TypeShape::Scalar(_) | TypeShape::Opaque(_) => false,
        TypeShape::Header(_) | TypeShape::Stack(..) => true,
        TypeShape::Struct { fields, .. } => fields.iter().any(|(_, ty)| has_headers(ty)),
    }
}

impl Extern for Register {
    fn maps(&self) -> Vec<MapDefinition> {
        vec![self.cells.definition()]
    }

    fn cell(&self) -> Option<(Code, Name)> {
        Some((self.cells.slot.ty.clone(), self.cells.map.clone()))
    }

    fn declare(&self, out: &mut Tree) {
        let Value::Structure { tag, members } = &self.value else { return };
        out.begin(code!("struct {} {{", tag));
        members.declarations(0, members.size(), Form::Numbers).into_iter().for_each(|line| out.line(line));
        out.end_with(code!("}};"));
        out.blank();
        out.begin(code!("{} {{", self.cells.slot.ty));
        out.line(code!("struct @bpf_spin_lock lock;"));
        out.line(code!("__u8 pad[4];"));
        out.line(code!("struct {} value;", tag));
        out.end_with(code!("}};"));
        out.blank();
    }

    fn describe(&self, program: &Program) -> Option<ExternKind> {
        let fields = match &self.value {
            Value::Number(ty) => {
                let field = Field::new(param(program, "value", *ty), at(0, self.cells.slot.bytes));
                vec![field.initially(self.initial)]
            }
            Value::Structure { members, .. } => {
                let field = |member: &crate::tables::members::Member| {
                    let place = member.place();
                    let place = Place { offset: LOCK + place.offset, ..place };
                    Field::new(param(program, &member.name, member.ty), place)
                };
                members.list.iter().map(field).collect()
            }
        };
        Some(self.cells.describe(CellKind::Register, fields))
    }

    fn call(&self, cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
        match (call.name, call.args, call.result) {
            ("read", [target, Arg::In(index)], None) | ("read", [Arg::In(index)], Some(target)) => {
                let index = cx.cell_index(index);
                let mut into = Vec::new();
                if !leaves::of_target(target, &mut into) {
                    return Err(OtherShape);
                }
                match (&self.value, into.as_slice()) {
                    (Value::Number(ty), [target]) => self.read_number(cx, *ty, target, &index.text, call),
                    (Value::Structure { tag, members }, targets) if targets.len() == members.list.len() => {
                        self.read_structure(cx, (tag, members), targets, &index.text, call);
                    }
                    (Value::Number(_) | Value::Structure { .. }, _) => return Err(OtherShape),
                }
            }
            // Nobody wants to know.
            ("read", [Arg::In(_)], None) => {}
            ("write", [Arg::In(index), value], None) => {
                let index = cx.cell_index(index);
                let mut values = Vec::new();
                if !leaves::of_value(cx, value, call.span, &mut values) {
                    return Err(OtherShape);
                }
                match (&self.value, values.as_slice()) {
                    (Value::Number(ty), [value]) => self.write_number(cx, *ty, &index.text, value, call),
                    (Value::Structure { tag, members }, values) if values.len() == members.list.len() => {
                        self.write_structure(cx, (tag, members), &index.text, values, call);
                    }
                    (Value::Number(_) | Value::Structure { .. }, _) => return Err(OtherShape),
                }
            }
            _ => return Err(OtherShape),
        }
        Ok(())
    }
}

impl Register {
    fn read_number(&self, cx: &mut Cx<'_>, ty: ScalarType, target: &LValue, index: &Code, call: &Call<'_>) {
        let (map, width) = (&self.cells.map, ty.width());
        let bits = CType::of_width(width).computed_bits();
        let value = cx.fresh("value", CType::of_width(bits).name());
        let read = match (cx.held_cell(call), self.initial) {
            (Some(cell), 0) => code!("{} ? *{} : 0", cell, cell),
            (Some(cell), initial) => code!("{} ? *{} ^ {} : 0", cell, cell, literal(initial)),
            (None, 0) => code!("{}(&{}, {})", by_bits("xdp_read", bits), map, index),
            (None, initial) => {
                let function = by_bits("xdp_read_flipped", bits);
                code!("{}(&{}, {}, {})", function, map, index, literal(initial))
            }
        };
        cx.out.assignment(&value, read);
        let value = match ty {
            ScalarType::Bool => CExpr::truth(code!("{} != 0", value), Prec::Equality),
            ScalarType::Bits { .. } | ScalarType::Varbit { .. } | ScalarType::Enum(_) | ScalarType::Error => {
                CExpr::atom(value, CType::of_width(bits), width)
            }
        };
        cx.assign(target, value, call.span);
    }

    fn write_number(&self, cx: &mut Cx<'_>, ty: ScalarType, index: &Code, value: &Expr, call: &Call<'_>) {
        let bits = CType::of_width(ty.width()).computed_bits();
        let value = cx.value(value).masked();
        let value = match self.initial {
            0 => value.text,
            initial => code!("{} ^ {}", value.operand(), literal(initial)),
        };
        if let Some(cell) = cx.held_cell(call) {
            return cx.out.line(code!("if ({})\n\t*{} = {};", cell, cell, value));
        }
        cx.out.line(code!("{}(&{}, {}, {});", by_bits("xdp_write", bits), self.cells.map, index, value));
    }

    fn read_structure(
        &self,
        cx: &mut Cx<'_>,
        (tag, members): (&Name, &Members),
        targets: &[&LValue],
        index: &Code,
        call: &Call<'_>,
    ) {
        cx.out.begin(code!("{"));
        let value = cx.empty_record(tag, tag, members.size());
        self.with_cell(cx, index, call, |cell| code!("{} = {}->value;", value, cell));
        for (member, target) in members.list.iter().zip(targets) {
            let value = cx.member_value(member, &code!("{}.{}", value, member.c_name.clone()));
            cx.assign(target, value, call.span);
        }
        cx.out.end();
    }

    fn write_structure(
        &self,
        cx: &mut Cx<'_>,
        (tag, members): (&Name, &Members),
        index: &Code,
        values: &[Expr],
        call: &Call<'_>,
    ) {
        cx.out.begin(code!("{"));
        let value = cx.record(tag, tag, members, values);
        self.with_cell(cx, index, call, |cell| code!("{}->value = {};", cell, value));
        cx.out.end();
    }

    /// Writes what is done with the cell of an index while its lock is held.
    fn with_cell(&self, cx: &mut Cx<'_>, index: &Code, call: &Call<'_>, what: impl FnOnce(&Name) -> Code) {
        if let Some(cell) = cx.held_cell(call) {
            cx.out.begin_if(&cell);
            let text = what(&cell);
            cx.out.line(text);
            return cx.out.end();
        }
        let key = cx.module.names.unique("cell_index");
        let cell = cx.module.names.unique("cell");
        cx.out.line(code!("__u32 {} = {};", key, index));
        let text =
            code!("{} *{} = @bpf_map_lookup_elem(&{}, &{});", self.cells.slot.ty, cell, self.cells.map, key);
        cx.out.line(text);
        cx.out.blank();
        cx.out.begin_if(&cell);
        cx.out.line(code!("@bpf_spin_lock(&{}->lock);", cell));
        let text = what(&cell);
        cx.out.line(text);
        cx.out.line(code!("@bpf_spin_unlock(&{}->lock);", cell));
        cx.out.end();
    }
}
