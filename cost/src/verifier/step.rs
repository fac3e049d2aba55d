//! What an instruction does to what is known, and where ways part.

use super::state::{Frame, State};
use super::value::{Memory, Number, Value};
use super::{Done, Flow, Walker};
use crate::instruction::{Class, Instruction, Target};

/// The comparison of the instruction `may_goto`.
pub const MAY_GOTO: u8 = 0xe0;
/// `bpf_loop`
pub const LOOP: i32 = 181;

const ADD: u8 = 0x00;
const SUBTRACT: u8 = 0x10;
const MOVE: u8 = 0xb0;
const SWAP: u8 = 0xd0;
const EQUAL: u8 = 0x10;
const NOT_EQUAL: u8 = 0x50;

/// Helpers by their numbers in the kernel's `bpf.h`.
const MAP_LOOKUP: i32 = 1;
const ADJUST_HEAD: i32 = 44;
const ADJUST_META: i32 = 54;
const ADJUST_TAIL: i32 = 65;
const FIB_LOOKUP: i32 = 69;
const RINGBUF_RESERVE: i32 = 131;
const LOAD_BYTES: i32 = 189;

impl Walker<'_> {
    pub(super) fn execute(&mut self, instruction: &Instruction, class: Class) -> Flow {
        let mut done = Done { at: self.at, depth: self.state.depth(), slot: None, linked: 0 };
        let next = self.at + 1;
        let flow = match class {
            Class::Wide => {
                let value = match instruction.target {
                    Target::Map(map) => Value::Map(map),
                    Target::Data(section, off) => memory(Memory::Data(section), off.cast_signed()),
                    Target::Function(start) => Value::Function(start),
                    Target::Nothing | Target::Second => Value::constant(instruction.imm.cast_unsigned()),
                    Target::Kernel | Target::Iteration => memory(Memory::Given, 0),
                };
                self.state.set(instruction.dst, value);
                Flow::To(next + 1)
            }
            Class::Load => {
                let value = self.loaded(instruction, &mut done);
                self.state.set(instruction.dst, value);
                Flow::To(next)
            }
            Class::Store | Class::StoreConstant => {
                self.stored(instruction, class, &mut done);
                Flow::To(next)
            }
            Class::Alu(is_64) => {
                self.arithmetic(instruction, is_64);
                Flow::To(next)
            }
            Class::Goto(by) => Flow::To(next.saturating_add_signed(by as isize)),
            Class::Branch(is_64) => Flow::To(self.branch(instruction, is_64, &mut done)),
            Class::Helper(number) => self.helper(instruction, number, done),
            Class::Call => self.call(instruction),
            Class::Exit => self.exit(),
            Class::Second => Flow::To(next),
        };
        let jumps =
            matches!(class, Class::Goto(_) | Class::Branch(_) | Class::Helper(_) | Class::Call | Class::Exit);
        self.noted += usize::from(jumps || done.slot.is_some());
        self.history.push(done);
        flow
    }

    fn loaded(&mut self, instruction: &Instruction, done: &mut Done) -> Value {
        let bytes = instruction.bytes();
        let from = self.state.get(instruction.src.into());
        let off = i64::from(instruction.off);
        match from {
            Value::Context => match off {
                0 => Value::Packet { id: 0, off: 0, range: 0, added: Number::constant(0) },
                4 => Value::PacketEnd,
                8 => memory(Memory::Given, 0),
                _ => Value::Number(Number::of_bytes(bytes)),
            },
            Value::Frame { depth, off: base } => {
                let at = base + off;
                done.slot = super::live::slot(at).map(|slot| (depth, slot));
                let value = self.state.load(depth, at);
                if bytes == 8 {
                    return value;
                }
                let shift = 8 * u32::try_from(at.rem_euclid(8)).unwrap_or(0);
                match value.number() {
                    Some(number)
                        if number.known().is_some() || shift == 0 && number.max <= u32::MAX.into() =>
                    {
                        let moved = number.operate(0x70, Number::constant(shift.into()), true);
                        let of_bytes = Number::of_bytes(bytes);
                        let part = moved.operate(0x50, Number::constant(of_bytes.max), true);
                        Value::Number(if moved.max <= of_bytes.max { number } else { part })
                    }
                    _ => Value::Number(Number::of_bytes(bytes)),
                }
            }
            Value::Memory { of: Memory::Data(section), off: base, added, .. } if added.known() == Some(0) => {
                let known = usize::try_from(base + off).ok().and_then(|at| self.constant(section, at, bytes));
                Value::Number(known.map_or_else(|| Number::of_bytes(bytes), Number::constant))
            }
            Value::Unset
            | Value::Number(_)
            | Value::Packet { .. }
            | Value::PacketEnd
            | Value::Map(_)
            | Value::Memory { .. }
            | Value::Function(_) => Value::Number(Number::of_bytes(bytes)),
        }
    }

    /// What stands in data that nobody changes.
    fn constant(&self, section: u32, at: usize, bytes: u32) -> Option<u64> {
        let data = self.image.data.get(usize::try_from(section).ok()?).filter(|data| data.is_constant)?;
        let bytes = data.bytes.get(at..at.checked_add(usize::try_from(bytes).ok()?)?)?;
        Some(bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    fn stored(&mut self, instruction: &Instruction, class: Class, done: &mut Done) {
        if instruction.is_atomic() && instruction.writes() != 0 {
            let register = if instruction.writes() == 1 { 0 } else { usize::from(instruction.src) };
            self.state.set(register, Value::Number(Number::of_bytes(instruction.bytes())));
        }
        let Value::Frame { depth, off } = self.state.get(instruction.dst) else { return };
        let at = off + i64::from(instruction.off);
        done.slot = super::live::slot(at).map(|slot| (depth, slot));
        let bytes = instruction.bytes();
        let value = match class {
            Class::Store if !instruction.is_atomic() => self.named(instruction.src.into()),
            Class::StoreConstant => Value::constant(instruction.imm.cast_unsigned()),
            _ => Value::ANY,
        };
        let value = match (bytes, value) {
            (8, value) if at % 8 == 0 => value,
            (4, Value::Number(number)) if at % 8 == 0 => Value::Number(number.low()),
            _ => Value::ANY,
        };
        self.state.store(depth, at, value);
    }

    /// What is in a register; a number that is not known gets an id, so that what becomes known of it becomes known of its copy.
    fn named(&mut self, register: usize) -> Value {
        let mut value = self.state.get(register);
        if let Value::Number(number) = &mut value
            && number.id == 0
            && number.known().is_none()
        {
            number.id = self.fresh_id();
            self.state.set(register, value);
        }
        value
    }

    fn arithmetic(&mut self, instruction: &Instruction, is_64: bool) {
        let operation = instruction.operation();
        let dst = instruction.dst;
        let by_register = instruction.by_register() && operation != SWAP;
        if operation == MOVE {
            let value = if by_register {
                let is_whole = is_64 && instruction.off == 0;
                match self.state.get(instruction.src.into()) {
                    Value::Number(number) if !is_64 && number.max <= u32::MAX.into() => {
                        self.named(instruction.src.into())
                    }
                    Value::Number(number) if !is_whole => Value::Number(Number { id: 0, ..number.low() }),
                    _ if is_whole => self.named(instruction.src.into()),
                    _ => Value::ANY,
                }
            } else {
                let value = Number::constant(instruction.imm.cast_unsigned());
                Value::Number(if is_64 { value } else { value.low() })
            };
            return self.state.set(dst, value);
        }
        let source = if by_register {
            self.state.get(instruction.src.into())
        } else {
            Value::constant(instruction.imm.cast_unsigned())
        };
        let target = self.state.get(dst);
        let result = match (target, source) {
            _ if operation == SWAP => Value::ANY,
            (Value::Number(a), Value::Number(b)) => Value::Number(a.operate(operation, b, is_64)),
            (pointer, Value::Number(by)) if is_64 && matches!(operation, ADD | SUBTRACT) => {
                if by_register {
                    self.mark_registers(1u16.checked_shl(instruction.src.into()).unwrap_or(0));
                }
                self.moved(pointer, by, operation == SUBTRACT)
            }
            (Value::Number(by), pointer) if is_64 && operation == ADD => {
                self.mark_registers(1 << dst);
                self.moved(pointer, by, false)
            }
            _ => Value::ANY,
        };
        self.state.set(dst, result);
    }

    /// A pointer, and a number added to it.
    fn moved(&mut self, pointer: Value, by: Number, back: bool) -> Value {
        let known = by.known().map(|by| if back { by.wrapping_neg() } else { by }.cast_signed());
        match (pointer, known) {
            (Value::Packet { id, off, range, added }, Some(by)) => {
                Value::Packet { id, off: off.wrapping_add(by), range, added }
            }
            (Value::Packet { off, added, .. }, None) => {
                let id = self.fresh_id();
                let added = added.operate(if back { SUBTRACT } else { ADD }, by, true);
                Value::Packet { id, off, range: 0, added }
            }
            (Value::Frame { depth, off }, Some(by)) => Value::Frame { depth, off: off.wrapping_add(by) },
            (Value::Memory { of, off, added, id, may_be_null }, Some(by)) => {
                Value::Memory { of, off: off.wrapping_add(by), added, id, may_be_null }
            }
            (Value::Memory { of, off, added, id, may_be_null }, None) => {
                let added = added.operate(if back { SUBTRACT } else { ADD }, by, true);
                Value::Memory { of, off, added, id, may_be_null }
            }
            (other, _) => other,
        }
    }

    /// Where a branch goes on; the other way, if there is one, is left for later.
    fn branch(&mut self, instruction: &Instruction, is_64: bool, done: &mut Done) -> usize {
        let (next, comparison) = (self.at + 1, instruction.operation());
        let target = next.saturating_add_signed(instruction.off.into());
        let (dst, src) = (instruction.dst, usize::from(instruction.src));
        let by_register = instruction.by_register();
        let a = self.state.get(dst);
        let b =
            if by_register { self.state.get(src) } else { Value::constant(instruction.imm.cast_unsigned()) };
        let mut taken = self.state.clone();
        match (a, b) {
            _ if comparison == MAY_GOTO => {}
            (Value::Number(a), Value::Number(b)) => {
                if let Some(outcome) = a.compare(comparison, b, is_64) {
                    self.mark_registers(1 << dst | if by_register { 1 << src } else { 0 });
                    return if outcome { target } else { next };
                }
                if by_register && dst == src {
                    return self.both(target, taken, *done);
                }
                for id in [a.id, b.id] {
                    let linked = self.state.linked(id);
                    done.linked |= if linked.count_ones() > 1 { linked } else { 0 };
                }
                for (state, outcome) in [(&mut taken, true), (&mut self.state, false)] {
                    let (a, b) = a.refined(comparison, b, is_64, outcome);
                    learn(state, dst, a);
                    if by_register {
                        learn(state, src, b);
                    }
                }
            }
            (Value::Memory { id, may_be_null: true, .. }, Value::Number(zero))
                if zero.known() == Some(0) && matches!(comparison, EQUAL | NOT_EQUAL) =>
            {
                let is_null = comparison == EQUAL;
                find_null(&mut taken, id, is_null);
                find_null(&mut self.state, id, !is_null);
            }
            (_, Value::Number(zero)) if zero.known() == Some(0) && is_pointer(a) => match comparison {
                EQUAL => return next,
                NOT_EQUAL => return target,
                _ => {}
            },
            (Value::Packet { .. }, Value::PacketEnd) => match comparison {
                0x20 => find_room(&mut self.state, a, 0),
                0xa0 => find_room(&mut taken, a, 1),
                0x30 => find_room(&mut self.state, a, 1),
                0xb0 => find_room(&mut taken, a, 0),
                _ => {}
            },
            (Value::PacketEnd, Value::Packet { .. }) => match comparison {
                0x20 => find_room(&mut taken, b, 1),
                0xa0 => find_room(&mut self.state, b, 0),
                0x30 => find_room(&mut taken, b, 0),
                0xb0 => find_room(&mut self.state, b, 1),
                _ => {}
            },
            _ => {}
        }
        self.both(target, taken, *done)
    }

    fn both(&mut self, target: usize, taken: State, done: Done) -> usize {
        self.leave(target, taken, done);
        self.at + 1
    }

    fn helper(&mut self, instruction: &Instruction, number: i32, done: Done) -> Flow {
        let next = self.at + 1;
        let mut result = Value::ANY;
        match number {
            MAP_LOOKUP => {
                let of =
                    if let Value::Map(map) = self.state.get(1) { Memory::Map(map) } else { Memory::Given };
                result = self.nullable(of);
            }
            RINGBUF_RESERVE => result = self.nullable(Memory::Given),
            ADJUST_HEAD | ADJUST_META | ADJUST_TAIL => self.state.each(|value| {
                if matches!(value, Value::Packet { .. } | Value::PacketEnd) {
                    *value = Value::ANY;
                }
            }),
            FIB_LOOKUP | LOAD_BYTES => {
                let register = if number == FIB_LOOKUP { 2 } else { 3 };
                if let Value::Frame { depth, off } = self.state.get(register) {
                    (off..0).step_by(8).for_each(|at| self.state.store(depth, at, Value::ANY));
                }
            }
            LOOP => {
                if let Value::Function(start) = self.state.get(2) {
                    let mut state = self.state.clone();
                    let mut frame = Frame { called_at: self.at, is_callback: true, ..Frame::default() };
                    let context = self.state.get(3);
                    let depth = state.frames.len();
                    for (place, value) in frame.registers.iter_mut().skip(1).zip([Value::ANY, context]) {
                        *place = value;
                    }
                    state.frames.push(frame);
                    state.set(10, Value::Frame { depth, off: 0 });
                    self.leave(start, state, done);
                }
            }
            _ => {}
        }
        if instruction.target == Target::Iteration {
            let mut state = self.state.clone();
            (1..6).for_each(|register| state.set(register, Value::Unset));
            state.set(0, memory(Memory::Given, 0));
            self.leave(next, state, done);
            result = Value::constant(0);
        }
        (1..6).for_each(|register| self.state.set(register, Value::Unset));
        self.state.set(0, result);
        Flow::To(next)
    }

    fn nullable(&mut self, of: Memory) -> Value {
        Value::Memory { of, off: 0, added: Number::constant(0), id: self.fresh_id(), may_be_null: true }
    }

    fn call(&mut self, instruction: &Instruction) -> Flow {
        let inner = match instruction.target {
            Target::Function(start) => Some(start)
                .filter(|start| !self.image.function_at(*start).is_some_and(|found| found.is_global)),
            _ => None,
        };
        // A global function is verified by itself, and a function of the kernel's not at all.
        let Some(start) = inner else {
            (1..6).for_each(|register| self.state.set(register, Value::Unset));
            self.state.set(0, Value::ANY);
            return Flow::To(self.at + 1);
        };
        let mut frame = Frame { called_at: self.at, ..Frame::default() };
        for (register, place) in frame.registers.iter_mut().enumerate().take(6).skip(1) {
            *place = self.state.get(register);
        }
        let depth = self.state.frames.len();
        self.state.frames.push(frame);
        self.state.set(10, Value::Frame { depth, off: 0 });
        Flow::To(start)
    }

    fn exit(&mut self) -> Flow {
        let result = self.state.get(0);
        let Some(frame) = self.state.frames.pop().filter(|_| !self.state.frames.is_empty()) else {
            return Flow::End;
        };
        if frame.is_callback {
            return Flow::To(frame.called_at);
        }
        (1..6).for_each(|register| self.state.set(register, Value::Unset));
        self.state.set(0, result);
        Flow::To(frame.called_at + 1)
    }
}

fn memory(of: Memory, off: i64) -> Value {
    Value::Memory { of, off, added: Number::constant(0), id: 0, may_be_null: false }
}

fn is_pointer(value: Value) -> bool {
    match value {
        Value::Packet { .. }
        | Value::PacketEnd
        | Value::Context
        | Value::Frame { .. }
        | Value::Map(_)
        | Value::Memory { .. }
        | Value::Function(_) => true,
        Value::Unset | Value::Number(_) => false,
    }
}

/// A register's number is this; so are its copies.
fn learn(state: &mut State, register: usize, number: Number) {
    state.set(register, Value::Number(number));
    if number.id != 0 {
        state.each(|value| {
            if value.number().is_some_and(|other| other.id == number.id) {
                *value = Value::Number(number);
            }
        });
    }
}

/// What may be null is, or is not.
fn find_null(state: &mut State, wanted: u32, null: bool) {
    state.each(|value| {
        if let Value::Memory { id, may_be_null, .. } = value
            && *id == wanted
        {
            (*id, *may_be_null) = (0, false);
            if null {
                *value = Value::constant(0);
            }
        }
    });
}

/// The packet reaches to this pointer, or `more` bytes further.
fn find_room(state: &mut State, pointer: Value, more: i64) {
    let Value::Packet { id: wanted, off: reached, .. } = pointer else { return };
    state.each(|value| {
        if let Value::Packet { id, range, .. } = value
            && *id == wanted
        {
            *range = (*range).max(reached + more);
        }
    });
}
