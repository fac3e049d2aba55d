//! What the verifier knows at a point of a way, and when it takes two such points for alike: then it does not go on from the second.

use super::live::{Live, slot};
use super::value::{Memory, Number, Value};
use crate::image::{Function, Image};
use crate::instruction::Class;

/// What is known at a point.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The function that runs, and in front of it those that called it, the program first.
    pub frames: Vec<Frame>,
}

/// What is known in a function.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// Registers.
    pub registers: [Value; 11],
    /// The stack, eight bytes each from its upper end.
    pub slots: Vec<Value>,
    /// Where it was called.
    pub called_at: usize,
    /// By a helper, and so it goes on there.
    pub is_callback: bool,
}

/// Numbers of a state that decided something: of those alone it matters what they are.
#[derive(Clone, Debug, Default)]
pub struct Marks(pub Vec<Mark>);

/// Of a function's registers and slots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Registers, a bit each.
    pub registers: u16,
    /// Slots, a bit each.
    pub slots: u64,
}

impl Mark {
    /// Nothing.
    pub fn is_empty(&self) -> bool {
        *self == Mark::default()
    }
}

impl State {
    /// At the start of a program.
    pub fn start() -> State {
        let mut state = State { frames: vec![Frame::default()] };
        state.set(1, Value::Context);
        state.set(10, Value::Frame { depth: 0, off: 0 });
        state
    }

    /// At the start of a global function: of its arguments nothing is known but which are pointers, by what is read from them.
    pub fn called(image: &Image, function: &Function) -> State {
        let mut state = State { frames: vec![Frame::default()] };
        let code = image.code.get(function.start..function.end).unwrap_or_default();
        for argument in 1..6 {
            // The registers that it is copied to.
            let mut copies = 1u16 << argument;
            let mut is_pointer = false;
            for instruction in code {
                let (dst, src) =
                    (1u16 << instruction.dst, 1u16.checked_shl(instruction.src.into()).unwrap_or(0));
                match instruction.class() {
                    Class::Alu(true) if instruction.code == 0xbf && copies & src != 0 => copies |= dst,
                    Class::Load => is_pointer |= copies & src != 0,
                    Class::Store | Class::StoreConstant => is_pointer |= copies & dst != 0,
                    _ => {}
                }
                copies &= !(instruction.writes() & !dst) | 1 << argument;
            }
            let number = u32::try_from(argument).unwrap_or(0);
            let pointer = Value::Memory {
                of: Memory::Given,
                off: 0,
                added: Number::constant(0),
                id: u32::MAX - number,
                may_be_null: true,
            };
            state.set(argument, if is_pointer { pointer } else { Value::ANY });
        }
        state.set(10, Value::Frame { depth: 0, off: 0 });
        state
    }

    /// The function that runs.
    pub fn frame(&self) -> Option<&Frame> {
        self.frames.last()
    }

    /// How many callers it has.
    pub fn depth(&self) -> usize {
        self.frames.len().saturating_sub(1)
    }

    /// A register.
    pub fn get(&self, register: usize) -> Value {
        self.frame().and_then(|frame| frame.registers.get(register)).copied().unwrap_or_default()
    }

    /// Sets a register.
    pub fn set(&mut self, register: usize, value: Value) {
        if let Some(place) = self.frames.last_mut().and_then(|frame| frame.registers.get_mut(register)) {
            *place = value;
        }
    }

    /// Eight bytes of a function's stack.
    pub fn load(&self, depth: usize, off: i64) -> Value {
        let at = slot(off).and_then(|slot| usize::try_from(slot).ok());
        let frame = self.frames.get(depth);
        at.and_then(|at| frame?.slots.get(at)).copied().unwrap_or_default()
    }

    /// Stores eight bytes.
    pub fn store(&mut self, depth: usize, off: i64, value: Value) {
        let (Some(at), Some(frame)) = (slot(off), self.frames.get_mut(depth)) else { return };
        let at = at as usize;
        if frame.slots.len() <= at {
            frame.slots.resize(at + 1, Value::Unset);
        }
        if let Some(place) = frame.slots.get_mut(at) {
            *place = value;
        }
    }

    /// Changes every value that is known, in registers and on the stacks.
    pub fn each(&mut self, mut change: impl FnMut(&mut Value)) {
        for frame in &mut self.frames {
            frame.registers.iter_mut().chain(&mut frame.slots).for_each(&mut change);
        }
    }

    /// Registers of the running function that hold a number of this id.
    pub fn linked(&self, id: u32) -> u16 {
        let mut mask = 0;
        if id != 0 {
            for (register, value) in self.frame().iter().flat_map(|f| f.registers.iter().enumerate()) {
                if value.number().is_some_and(|number| number.id == id) {
                    mask |= 1 << register;
                }
            }
        }
        mask
    }

    /// Nothing more can go wrong from `now` than from this one, from where the verifier has gone all ways.
    pub fn covers(&self, marks: &Marks, now: &State, at: usize, live: &[Live]) -> bool {
        if self.frames.len() != now.frames.len() {
            return false;
        }
        let mut ids = Ids::default();
        let depth = self.depth();
        self.frames.iter().zip(&now.frames).enumerate().all(|(i, (old, new))| {
            let runs_at = now.frames.get(i + 1).map_or(at, |callee| callee.called_at + 1);
            let mark = marks.0.get(i).copied().unwrap_or_default();
            let mut live = live.get(runs_at).copied().unwrap_or_default();
            if i < depth {
                // The call gives r0.
                live.registers &= !0x3f;
            }
            old.called_at == new.called_at && old.is_covering(mark, new, live, &mut ids)
        })
    }
}

impl Frame {
    fn is_covering(&self, mark: Mark, now: &Frame, live: Live, ids: &mut Ids) -> bool {
        let registers = self.registers.iter().zip(&now.registers).enumerate().all(|(i, (old, new))| {
            live.registers & 1 << i == 0 || covers(old, new, mark.registers & 1 << i != 0, ids)
        });
        registers
            && self.slots.iter().enumerate().all(|(i, old)| {
                let bit = 1u64.checked_shl(u32::try_from(i).unwrap_or(64)).unwrap_or(0);
                let new = now.slots.get(i).copied().unwrap_or_default();
                live.slots & bit == 0 || covers(old, &new, mark.slots & bit != 0, ids)
            })
    }
}

/// Which ids of one state are which of the other.
#[derive(Default)]
struct Ids(Vec<(u32, u32)>);

impl Ids {
    fn agree(&mut self, old: u32, new: u32) -> bool {
        if (old == 0) != (new == 0) {
            return false;
        }
        if old == 0 {
            return true;
        }
        match self.0.iter().find(|(a, b)| *a == old || *b == new) {
            Some((a, b)) => *a == old && *b == new,
            None => {
                self.0.push((old, new));
                true
            }
        }
    }
}

fn covers(old: &Value, new: &Value, matters: bool, ids: &mut Ids) -> bool {
    match (old, new) {
        (Value::Unset, _) => true,
        (Value::Number(a), Value::Number(b)) => {
            !matters || b.is_within(a) && (a.id == 0 || ids.agree(a.id, b.id))
        }
        (
            Value::Packet { id, off, range, added },
            Value::Packet { id: new_id, off: new_off, range: new_range, added: new_added },
        ) => range <= new_range && off == new_off && ids.agree(*id, *new_id) && new_added.is_within(added),
        (
            Value::Memory { of, off, added, id, may_be_null },
            Value::Memory { of: new_of, off: new_off, added: new_added, id: new_id, may_be_null: new_null },
        ) => {
            of == new_of
                && off == new_off
                && may_be_null == new_null
                && ids.agree(*id, *new_id)
                && new_added.is_within(added)
        }
        (old, new) => old == new,
    }
}
