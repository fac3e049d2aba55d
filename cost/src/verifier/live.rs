//! Which registers and which eight bytes of the stack are read behind an instruction before they are written: what of a state matters. In, the
//! instructions; out, a mask of registers and of slots for each, from the end of ways to their beginnings.

use crate::image::Image;
use crate::instruction::{Class, Instruction};

/// What matters in front of an instruction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Live {
    /// Registers, a bit each.
    pub registers: u16,
    /// Slots of the stack from its upper end, a bit each.
    pub slots: u64,
}

/// The slot that an offset from the upper end of the stack lies in.
pub fn slot(off: i64) -> Option<u32> {
    if !(-512..0).contains(&off) {
        return None;
    }
    u32::try_from((-off - 1) / 8).ok()
}

/// What matters in front of each instruction of the image.
pub fn of(image: &Image) -> Vec<Live> {
    let mut live = vec![Live::default(); image.code.len()];
    for function in &image.functions {
        let mut changed = true;
        while changed {
            changed = false;
            for at in (function.start..function.end).rev() {
                let Some(instruction) = image.code.get(at) else { continue };
                let behind = successors(at, instruction).into_iter().flatten();
                let mut out = Live::default();
                for next in behind {
                    let next = live.get(next).copied().unwrap_or_default();
                    out.registers |= next.registers;
                    out.slots |= next.slots;
                }
                let (read, written) = slots(instruction);
                let registers = out.registers & !instruction.writes() | instruction.reads();
                let new = Live { registers, slots: out.slots & !written | read };
                if let Some(slot) = live.get_mut(at)
                    && *slot != new
                {
                    *slot = new;
                    changed = true;
                }
            }
        }
    }
    live
}

/// The instructions that can come next.
pub fn successors(at: usize, instruction: &Instruction) -> [Option<usize>; 2] {
    let jump = |by: i32| (at + 1).checked_add_signed(by as isize);
    match instruction.class() {
        Class::Exit => [None, None],
        Class::Goto(by) => [jump(by), None],
        Class::Branch(_) => [Some(at + 1), jump(instruction.off.into())],
        Class::Wide => [Some(at + 2), None],
        Class::Load
        | Class::StoreConstant
        | Class::Store
        | Class::Alu(_)
        | Class::Helper(_)
        | Class::Call
        | Class::Second => [Some(at + 1), None],
    }
}

/// Slots that it reads and writes whole, by the frame's own register: what is reached by other registers is what helpers read.
fn slots(instruction: &Instruction) -> (u64, u64) {
    let mask = || slot(instruction.off.into()).and_then(|slot| 1u64.checked_shl(slot)).unwrap_or(0);
    let whole = instruction.bytes() == 8 && instruction.off % 8 == 0;
    match instruction.class() {
        Class::Load if instruction.src == 10 => (mask(), 0),
        Class::Store if instruction.dst == 10 && instruction.is_atomic() => (mask(), 0),
        Class::Store | Class::StoreConstant if instruction.dst == 10 && whole => (0, mask()),
        _ => (0, 0),
    }
}
