//! The stack of a program: in, its instructions and which of them the verifier gets to; out, how deep these reach below r10, and along which calls
//! that adds up.

use crate::Stack;
use crate::image::{Function, Image};
use crate::instruction::{Class, Target};
use crate::verifier::Walked;

/// The kernel rounds each frame up to this.
const ROUND: u32 = 16;

/// The stack of the program that begins here.
pub fn of(image: &Image, start: usize, walked: &Walked) -> Stack {
    let largest = image.reached_from(start).into_iter().map(|function| frame(image, function, walked)).max();
    Stack { largest: largest.unwrap_or(0), along_calls: along(image, start, walked, &mut Vec::new()) }
}

/// Bytes of a function's own frame, which the verifier counts in eights.
fn frame(image: &Image, function: &Function, walked: &Walked) -> u32 {
    let mut deepest = 0i64;
    // Registers that hold the frame's address, plus a number; a copy is soon moved on.
    let mut copies: [Option<i64>; 16] = [None; 16];
    for at in function.start..function.end {
        // Behind a walk that was cut there is more that it would have got to.
        let is_seen = walked.expected.is_cut() || walked.times.get(at).is_some_and(|times| *times > 0);
        let Some(instruction) = image.code.get(at).filter(|_| is_seen) else { continue };
        let at = |copies: &[Option<i64>; 16], register: usize| match register {
            10 => Some(0),
            register => copies.get(register).copied().flatten(),
        };
        let base = match instruction.class() {
            Class::Load => at(&copies, instruction.src.into()),
            Class::Store | Class::StoreConstant => at(&copies, instruction.dst),
            _ => None,
        };
        if let Some(base) = base {
            deepest = deepest.min(base + i64::from(instruction.off));
        }
        let moved = match (instruction.code, instruction.by_register()) {
            (0xbf, true) => at(&copies, instruction.src.into()),
            (0x07, false) => at(&copies, instruction.dst).map(|base| base + instruction.imm),
            _ => None,
        };
        for (register, copy) in copies.iter_mut().enumerate() {
            if instruction.writes() & 1 << register != 0 {
                *copy = moved.filter(|_| register == instruction.dst);
            }
        }
        deepest = deepest.min(moved.unwrap_or(0));
    }
    u32::try_from(-deepest).unwrap_or(0).next_multiple_of(8)
}

fn along(image: &Image, start: usize, walked: &Walked, callers: &mut Vec<usize>) -> u32 {
    let Some(function) = image.function_at(start).filter(|function| !callers.contains(&function.start))
    else {
        return 0;
    };
    callers.push(function.start);
    let called = image.code.get(function.start..function.end).unwrap_or_default().iter();
    let called = called.filter_map(|instruction| match instruction.target {
        Target::Function(target) => Some(target),
        Target::Nothing
        | Target::Map(_)
        | Target::Data(..)
        | Target::Kernel
        | Target::Iteration
        | Target::Second => None,
    });
    let deepest = called.map(|target| along(image, target, walked, callers)).max().unwrap_or(0);
    callers.pop();
    frame(image, function, walked).next_multiple_of(ROUND) + deepest
}
