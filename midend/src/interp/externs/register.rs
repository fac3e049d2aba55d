//! Registers: arrays of scalars or structs. Beyond the size a read gives zero, and a write is ignored.

use super::ExternState;
use crate::interp::code::{ArgCode, Call};
use crate::interp::run::{Flow, Run};
use crate::interp::value::{Value, big_mask};
use crate::ir::{HeaderTypeId, Program, TypeShape};
use num_bigint::BigUint;
use std::collections::BTreeMap;

/// State of a register array.
#[derive(Clone, Debug)]
pub struct RegisterState {
    /// Cells.
    pub size: u64,
    /// Widths of a cell's leaves in order.
    pub widths: Vec<u32>,
    /// What a cell holds before it is written.
    pub initial: Vec<Value>,
    /// Cells that were written.
    pub cells: BTreeMap<u64, Vec<Value>>,
}

/// The widths of a type's leaves in order; a header's validity is not kept.
pub fn leaf_widths(program: &Program, shape: &TypeShape, out: &mut Vec<u32>) {
    let header = |id: &HeaderTypeId, out: &mut Vec<u32>| {
        out.extend(program.header_types[*id].fields.iter().map(|f| f.ty.width()));
    };
    match shape {
        TypeShape::Scalar(ty) => out.push(ty.width()),
        TypeShape::Header(id) => header(id, out),
        TypeShape::Stack(id, size) => (0..*size).for_each(|_| header(id, out)),
        TypeShape::Struct { fields, .. } => fields.iter().for_each(|(_, f)| leaf_widths(program, f, out)),
        TypeShape::Opaque(_) => {}
    }
}

impl RegisterState {
    /// All cells zero.
    pub fn new(size: u64, widths: Vec<u32>) -> RegisterState {
        let initial = widths.iter().map(|w| Value::zero(*w)).collect();
        RegisterState { size, widths, initial, cells: BTreeMap::new() }
    }

    /// A cell as one number, the first leaf highest.
    pub fn number(&self, index: u64) -> BigUint {
        let cell = self.cells.get(&index).unwrap_or(&self.initial);
        cell.iter().zip(&self.widths).fold(BigUint::default(), |n, (v, w)| (n << *w) | v.to_big())
    }

    /// Sets all cells from one number.
    pub fn fill(&mut self, number: &BigUint) {
        self.cells.clear();
        self.initial = self.leaves(number);
    }

    /// Sets a cell from one number.
    pub fn set_number(&mut self, index: u64, number: &BigUint) {
        let leaves = self.leaves(number);
        self.cells.insert(index, leaves);
    }

    fn leaves(&self, number: &BigUint) -> Vec<Value> {
        let mut rest = number.clone();
        let mut leaves = Vec::new();
        for width in self.widths.iter().rev() {
            leaves.push(Value::new(&(&rest & big_mask(*width)), *width));
            rest >>= *width;
        }
        leaves.reverse();
        leaves
    }
}

fn register<'r>(run: &'r mut Run<'_>, call: &Call) -> Option<&'r mut RegisterState> {
    match run.state.externs.get_mut(call.instance? as usize)? {
        ExternState::Register(state) => Some(state),
        _ => None,
    }
}

fn load(run: &mut Run<'_>, call: &Call, index: u128) -> Vec<Value> {
    let Some(state) = register(run, call) else { return Vec::new() };
    match u64::try_from(index) {
        Ok(at) if at < state.size => state.cells.get(&at).unwrap_or(&state.initial).clone(),
        _ => state.widths.iter().map(|w| Value::zero(*w)).collect(),
    }
}

/// `read(out result, index)`
pub fn read_into(run: &mut Run<'_>, call: &Call) -> Flow {
    let index = run.number(call, 1);
    let cell = load(run, call, index);
    run.give_leaves(call.args.first(), &cell, call.span);
    Flow::Next
}

/// `result = read(index)`
pub fn read(run: &mut Run<'_>, call: &Call) -> Flow {
    let index = run.number(call, 0);
    let cell = load(run, call, index);
    run.give_leaves(call.result.as_ref(), &cell, call.span);
    Flow::Next
}

/// `write(index, value)`
pub fn write(run: &mut Run<'_>, call: &Call) -> Flow {
    let index = run.number(call, 0);
    let leaves = call.args.get(1).map_or(Vec::new(), |a: &ArgCode| run.leaves(a));
    let values: Vec<Value> = leaves.into_iter().map(|(_, value, _)| value).collect();
    if let (Some(state), Ok(at)) = (register(run, call), u64::try_from(index))
        && at < state.size
    {
        state.cells.insert(at, values);
    }
    Flow::Next
}
