//! What the kernel's verifier has to do: in, the instructions of a program; out, how many it is expected to process, and which how often.
//!
//! The verifier walks all ways through a program, one behind the other, and gives a way up where it finds a point alike to one from which it has
//! gone all ways before. What it knows at a point, when it remembers one, and which numbers matter when two points are compared, decides how much it
//! has to do; so that is what is done here, in the same order as in `kernel/bpf/verifier.c` of Linux 6.18 (`do_check`, `is_state_visited`,
//! `states_equal`, `mark_chain_precision`). Nothing is checked: an access that the verifier would refuse goes on here, and what it knows of signed
//! bounds, of helpers' arguments and of dynamic pointers is left out. `tests/costs.rs` holds the outcome against the kernel's.

mod live;
mod precision;
mod state;
mod step;
mod value;

use crate::image::Image;
use crate::instruction::{Class, Target};
use live::Live;
use rustc_hash::FxHashMap;
use state::{Marks, State};

/// Instructions that the verifier processes in a program at most.
pub const MOST_PROCESSED: u64 = 1_000_000;

/// Ways that the verifier keeps for later at most.
pub const MOST_OPEN: usize = 8192;

/// What the verifier is expected to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// Instructions, over all ways.
    pub processed: u64,
    /// Ways that are open at a time at most: they are many in loops of many rounds.
    pub open: usize,
    /// There is more of one or the other; here counting ended.
    pub cut: Option<Cut>,
}

/// Where counting ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// At the largest number of instructions.
    Processed,
    /// At twice the number of open ways that the verifier keeps.
    Open,
}

impl Expected {
    /// There is more of it.
    pub fn is_cut(&self) -> bool {
        self.cut.is_some()
    }
}

/// A walk through a program.
#[derive(Clone, Debug)]
pub struct Walked {
    /// What came of it.
    pub expected: Expected,
    /// How often each instruction of the image was processed.
    pub times: Vec<u64>,
}

/// Walks the ways through the program that begins here, then those through each global function that it calls, and stops behind `most` instructions.
pub fn walk(image: &Image, start: usize, most: u64) -> Walked {
    let mut walked = Walked { expected: Expected::default(), times: vec![0; image.code.len()] };
    for function in image.reached_from(start) {
        let state = match (function.start == start, function.is_global) {
            (true, _) => State::start(),
            (false, true) => State::called(image, function),
            (false, false) => continue,
        };
        let mut walker = Walker::new(image, function.start, state, walked);
        let mut goes_on = true;
        while goes_on && walker.walked.expected.processed < most {
            goes_on = walker.step();
        }
        walked = walker.walked;
        if goes_on {
            walked.expected.cut = Some(Cut::Processed);
        }
        if walked.expected.is_cut() {
            break;
        }
    }
    walked
}

/// An instruction that was processed.
#[derive(Clone, Copy, Debug)]
struct Done {
    at: usize,
    /// How many callers the function had.
    depth: usize,
    /// The slot of the stack that it used, by the function's depth.
    slot: Option<(usize, u32)>,
    /// Registers of which the same became known.
    linked: u16,
}

/// A point that is remembered.
#[derive(Debug)]
struct Remembered {
    state: State,
    marks: Marks,
    parent: Option<usize>,
    /// What was processed from the parent to here.
    history: Vec<Done>,
    /// Ways from here that have not come to their end.
    open: u32,
    hits: u32,
    misses: u32,
}

/// A way that is still to be gone.
struct Pending {
    at: usize,
    state: State,
    history: Vec<Done>,
    noted: usize,
    parent: Option<usize>,
}

struct Walker<'a> {
    image: &'a Image,
    live: Vec<Live>,
    /// Where points may be remembered, and where the kernel does so always.
    points: Vec<Point>,
    at: usize,
    state: State,
    /// What was processed since the last point that is remembered.
    history: Vec<Done>,
    /// How much of it the kernel notes.
    noted: usize,
    parent: Option<usize>,
    pending: Vec<Pending>,
    remembered: Vec<Remembered>,
    /// Of each instruction.
    explored: FxHashMap<usize, Vec<usize>>,
    jumps: u64,
    /// Both when a point was remembered last.
    before: (u64, u64),
    ids: u32,
    /// What came of it so far.
    walked: Walked,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Point {
    #[default]
    None,
    Branch,
    /// Goes round until nothing new comes of it.
    Loop,
}

/// What comes next.
enum Flow {
    To(usize),
    End,
}

impl<'a> Walker<'a> {
    fn new(image: &'a Image, start: usize, state: State, walked: Walked) -> Walker<'a> {
        Walker {
            image,
            live: live::of(image),
            points: points(image),
            at: start,
            state,
            history: Vec::new(),
            noted: 0,
            parent: None,
            pending: Vec::new(),
            remembered: Vec::new(),
            explored: FxHashMap::default(),
            jumps: 0,
            before: (0, walked.expected.processed),
            ids: 0,
            walked,
        }
    }

    /// Processes an instruction; false at the end of the last way.
    fn step(&mut self) -> bool {
        let Some(instruction) = self.image.code.get(self.at).copied() else { return self.next_way() };
        self.walked.expected.processed += 1;
        if let Some(times) = self.walked.times.get_mut(self.at) {
            *times += 1;
        }
        if self.points.get(self.at).is_some_and(|point| *point != Point::None) && self.was_here() {
            return self.next_way();
        }
        let class = instruction.class();
        let is_jump =
            matches!(class, Class::Goto(_) | Class::Branch(_) | Class::Helper(_) | Class::Call | Class::Exit);
        self.jumps += u64::from(is_jump);
        match self.execute(&instruction, class) {
            Flow::To(next) if !self.walked.expected.is_cut() => {
                self.at = next;
                true
            }
            Flow::To(_) | Flow::End => self.next_way(),
        }
    }

    /// Ends a way; false if there is no other.
    fn next_way(&mut self) -> bool {
        let mut at = self.parent;
        while let Some(point) = at.and_then(|at| self.remembered.get_mut(at)) {
            point.open = point.open.saturating_sub(1);
            at = point.parent.filter(|_| point.open == 0);
        }
        let is_over = self.walked.expected.is_cut();
        let Some(next) = self.pending.pop().filter(|_| !is_over) else { return false };
        (self.at, self.state, self.parent) = (next.at, next.state, next.parent);
        (self.history, self.noted) = (next.history, next.noted);
        true
    }

    /// Leaves a way for later, from here on.
    fn leave(&mut self, at: usize, state: State, done: Done) {
        if let Some(parent) = self.parent.and_then(|parent| self.remembered.get_mut(parent)) {
            parent.open += 1;
        }
        let mut history = self.history.clone();
        history.push(done);
        let expected = &mut self.walked.expected;
        expected.open = expected.open.max(self.pending.len() + 1);
        if expected.open > 2 * MOST_OPEN {
            expected.cut = Some(Cut::Open);
        }
        self.pending.push(Pending { at, state, history, noted: self.noted + 1, parent: self.parent });
    }

    /// Whether all ways from a point alike to this one were gone; if not, the point may be remembered.
    fn was_here(&mut self) -> bool {
        const NOTED: usize = 40;
        let at = self.at;
        let is_loop = self.points.get(at) == Some(&Point::Loop);
        let forced = is_loop || self.noted > NOTED;
        let (jumps, processed) = (self.jumps - self.before.0, self.walked.expected.processed - self.before.1);
        let mut add = forced || jumps >= 2 && processed >= 8;
        let mut hit = None;
        let mut known = self.explored.remove(&at).unwrap_or_default();
        known.retain(|&index| {
            if hit.is_some() {
                return true;
            }
            let Some(point) = self.remembered.get_mut(index) else { return false };
            let covers = |point: &Remembered| point.state.covers(&point.marks, &self.state, at, &self.live);
            if point.open > 0 && !is_loop {
                if !forced && jumps < 20 && processed < 100 {
                    add = false;
                }
            } else if covers(point) {
                point.hits += 1;
                hit = Some(index);
                return true;
            }
            point.misses += u32::from(add);
            let worth = if is_loop && point.open > 0 { 64 } else { 3 };
            point.misses <= point.hits * worth + worth
        });
        if let Some(hit) = hit {
            let marks = self.remembered.get(hit).map(|point| point.marks.clone()).unwrap_or_default();
            self.mark(marks);
        } else if add {
            known.push(self.remembered.len());
            self.remember(jumps, processed);
        }
        self.explored.insert(at, known);
        hit.is_some()
    }

    fn remember(&mut self, jumps: u64, processed: u64) {
        let index = self.remembered.len();
        self.before = (self.before.0 + jumps, self.before.1 + processed);
        self.remembered.push(Remembered {
            state: self.state.clone(),
            marks: Marks::default(),
            parent: self.parent,
            history: std::mem::take(&mut self.history),
            open: 1,
            hits: 0,
            misses: 0,
        });
        self.noted = 0;
        self.parent = Some(index);
    }

    fn fresh_id(&mut self) -> u32 {
        self.ids += 1;
        self.ids
    }
}

/// Where points may be remembered: at branches and where they lead to, where jumps lead to, and behind calls.
fn points(image: &Image) -> Vec<Point> {
    let mut points = vec![Point::None; image.code.len()];
    for (at, instruction) in image.code.iter().enumerate() {
        let mut set = |at: usize, point: Point| {
            if let Some(place) = points.get_mut(at) {
                *place = point.max(*place);
            }
        };
        let target = instruction.jump().and_then(|by| (at + 1).checked_add_signed(by as isize));
        match instruction.class() {
            Class::Goto(_) => set(target.unwrap_or(at), Point::Branch),
            Class::Branch(_) => {
                set(at, if instruction.operation() == step::MAY_GOTO { Point::Loop } else { Point::Branch });
                set(target.unwrap_or(at), Point::Branch);
            }
            Class::Helper(number) => {
                set(at + 1, Point::Branch);
                if number == step::LOOP || instruction.target == Target::Iteration {
                    set(at, Point::Loop);
                }
            }
            Class::Call => {
                set(at, Point::Branch);
                set(at + 1, Point::Branch);
            }
            Class::Wide
            | Class::Load
            | Class::StoreConstant
            | Class::Store
            | Class::Alu(_)
            | Class::Exit
            | Class::Second => {}
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Function;
    use crate::instruction::Instruction;

    /// A program of these instructions: opcode, registers (the other in the upper half), offset and constant.
    fn walked(code: &[(u8, u8, i16, i32)]) -> Expected {
        let code: Vec<Instruction> = code
            .iter()
            .map(|(code, registers, off, imm)| {
                let ([a, b], [c, d, e, f]) = (off.to_le_bytes(), imm.to_le_bytes());
                Instruction::read([*code, *registers, a, b, c, d, e, f])
            })
            .collect();
        let whole = Function { name: "p".to_owned(), start: 0, end: code.len(), is_global: true };
        let image = Image { code, functions: vec![whole.clone()], programs: vec![whole], ..Image::default() };
        walk(&image, 0, 10_000).expected
    }

    const EXIT: (u8, u8, i16, i32) = (0x95, 0, 0, 0);
    /// r0 = 0
    const ZERO: (u8, u8, i16, i32) = (0xb7, 0, 0, 0);
    /// r2 = a number of the context
    const ASK: (u8, u8, i16, i32) = (0x61, 0x12, 12, 0);

    #[test]
    fn a_branch_is_walked_both_ways_and_one_that_is_decided_once() {
        // if r2 == 1 goto +1; r0 = 0
        let branch = (0x15, 0x02, 1, 1);
        assert_eq!(walked(&[ZERO, ASK, branch, ZERO, EXIT]).processed, 6);
        // r2 = 1
        let known = (0xb7, 0x02, 0, 1);
        assert_eq!(walked(&[ZERO, known, branch, ZERO, EXIT]).processed, 4);
    }

    #[test]
    fn a_loop_is_walked_round_by_round() {
        // r0 += 1; if r0 != 10 goto -2
        let rounds = [ZERO, (0x07, 0, 0, 1), (0x55, 0, -2, 10), EXIT];
        assert_eq!(walked(&rounds).processed, 1 + 10 * 2 + 1);
    }

    #[test]
    fn a_loop_without_end_is_cut() {
        assert_eq!(walked(&[ZERO, (0x07, 0, 0, 1), (0x05, 0, -2, 0)]).cut, Some(Cut::Processed));
    }

    #[test]
    fn facts_that_are_asked_for_once_do_not_multiply() {
        // r2 &= 1 after a load, and if r2 == 0 goto +1; r0 += 1
        let test = [ASK, (0x57, 0x02, 0, 1), (0x15, 0x02, 1, 0), (0x07, 0, 0, 1)];
        let of = |times: usize| walked(&[&[ZERO][..], &test.repeat(times), &[EXIT]].concat()).processed;
        assert!(of(20) < 20 * 12, "{}", of(20));
    }
}
