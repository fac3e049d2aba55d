//! Which numbers matter: one that has decided a branch, or was added to a pointer, does, and with it all that it was made of, back to the points that are
//! remembered. At a point two numbers that do not matter are alike, whatever they are.

use super::state::{Mark, Marks};
use super::{Done, Walker};
use crate::image::Image;
use crate::instruction::Class;

impl Walker<'_> {
    /// Registers of the running function matter here.
    pub(super) fn mark_registers(&mut self, registers: u16) {
        let mut marks = vec![Mark::default(); self.state.depth()];
        marks.push(Mark { registers, slots: 0 });
        self.mark(Marks(marks));
    }

    /// These matter here.
    pub(super) fn mark(&mut self, Marks(mut wanted): Marks) {
        for done in self.history.iter().rev() {
            back(self.image, done, &mut wanted);
            if wanted.iter().all(Mark::is_empty) {
                return;
            }
        }
        let mut parent = self.parent;
        while let Some(point) = parent.and_then(|parent| self.remembered.get_mut(parent)) {
            point.marks.0.resize(point.state.frames.len().max(point.marks.0.len()), Mark::default());
            for (depth, mark) in wanted.iter_mut().enumerate() {
                let (Some(own), Some(frame)) = (point.marks.0.get_mut(depth), point.state.frames.get(depth))
                else {
                    *mark = Mark::default();
                    continue;
                };
                for (i, value) in frame.registers.iter().enumerate() {
                    if value.number().is_none() {
                        mark.registers &= !(1 << i);
                    }
                }
                for i in 0..64 {
                    if mark.slots & 1 << i != 0
                        && frame.slots.get(i).is_none_or(|value| value.number().is_none())
                    {
                        mark.slots &= !(1 << i);
                    }
                }
                // What was known to matter was followed back then.
                mark.registers &= !own.registers;
                mark.slots &= !own.slots;
                own.registers |= mark.registers;
                own.slots |= mark.slots;
            }
            for done in point.history.iter().rev() {
                if wanted.iter().all(Mark::is_empty) {
                    return;
                }
                back(self.image, done, &mut wanted);
            }
            parent = point.parent;
        }
    }
}

/// What matters in front of an instruction, from what matters behind it.
fn back(image: &Image, done: &Done, wanted: &mut Vec<Mark>) {
    let Some(instruction) = image.code.get(done.at) else { return };
    if wanted.len() <= done.depth + 1 {
        wanted.resize(done.depth + 2, Mark::default());
    }
    let dst = 1u16 << instruction.dst;
    let src = 1u16.checked_shl(instruction.src.into()).unwrap_or(0);
    let slot = done.slot.map(|(depth, slot)| (depth, 1u64.checked_shl(slot).unwrap_or(0)));
    let mut own = wanted.get(done.depth).copied().unwrap_or_default();
    match instruction.class() {
        Class::Alu(_) => {
            if own.registers & dst != 0 && instruction.by_register() && instruction.operation() != 0xd0 {
                own.registers |= src;
            }
            if instruction.operation() == 0xb0 && own.registers & dst != 0 && dst != src {
                own.registers &= !dst;
            }
        }
        Class::Wide => own.registers &= !dst,
        Class::Load => {
            let was = own.registers & dst != 0;
            own.registers &= !dst;
            set(wanted, done.depth, own);
            if let Some((depth, slot)) = slot.filter(|_| was)
                && let Some(mark) = wanted.get_mut(depth)
            {
                mark.slots |= slot;
            }
            return;
        }
        Class::Store | Class::StoreConstant => {
            if let Some((depth, slot)) = slot
                && let Some(mark) = wanted.get_mut(depth)
                && mark.slots & slot != 0
            {
                mark.slots &= !slot;
                own = wanted.get(done.depth).copied().unwrap_or_default();
                if instruction.class() == Class::Store {
                    own.registers |= src;
                }
            }
        }
        Class::Helper(_) => own.registers &= !0x3f,
        Class::Call => {
            let callee = wanted.get(done.depth + 1).copied().unwrap_or_default();
            own.registers |= callee.registers & 0x3e;
            set(wanted, done.depth + 1, Mark::default());
        }
        Class::Exit => {
            if let Some(caller) = done.depth.checked_sub(1) {
                let mut of = wanted.get(caller).copied().unwrap_or_default();
                own.registers |= of.registers & 1;
                of.registers &= !0x3f;
                set(wanted, caller, of);
            }
        }
        Class::Branch(_) => {
            if instruction.by_register() && own.registers & (dst | src) != 0 {
                own.registers |= dst | src;
            }
            if own.registers & done.linked != 0 {
                own.registers |= done.linked;
            }
        }
        Class::Goto(_) | Class::Second => {}
    }
    set(wanted, done.depth, own);
}

fn set(wanted: &mut [Mark], depth: usize, mark: Mark) {
    if let Some(place) = wanted.get_mut(depth) {
        *place = mark;
    }
}
