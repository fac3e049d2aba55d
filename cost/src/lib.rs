//! What an eBPF object costs. In, the bytes of the object; out, for each of its programs, instructions by line of C, the stack, and an estimate
//! of what the kernel's verifier has to do. Asks no kernel and needs no privilege; knows BPF, and nothing of P4 or of who made the object.
//!
//! [`image`] reads the object, [`lines`] says which lines instructions come from, [`stack`] reads frames from the instructions, and
//! [`verifier`] walks the ways through a program as the kernel does.

pub mod image;
mod instruction;
mod lines;
mod stack;
pub mod verifier;

use image::{Image, ImageError};
use std::collections::BTreeMap;

/// What an object costs.
#[derive(Clone, Debug, Default)]
pub struct Cost {
    /// Of each program that a loader can load, in the object's order.
    pub programs: Vec<ProgramCost>,
}

/// What a program costs.
#[derive(Clone, Debug)]
pub struct ProgramCost {
    /// Its name.
    pub name: String,
    /// Instructions, those of the functions that it calls included; one that is wide counts twice, as in the kernel.
    pub instructions: u32,
    /// Its stack.
    pub stack: Stack,
    /// What the verifier is expected to process.
    pub expected: verifier::Expected,
    /// What comes of each line.
    pub lines: Vec<LineCost>,
    /// Where a jump begins that may go elsewhere than it should: it has 16 bits, and older clangs cut off what is more.
    pub far_jump: Option<Line>,
}

/// Bytes of stack, as far as the verifier gets to see it used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stack {
    /// The largest frame of a function.
    pub largest: u32,
    /// Along the deepest chain of calls, each frame rounded up to 16 as the kernel counts.
    pub along_calls: u32,
}

/// Where an instruction comes from, as far as the object says.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// A line of the object's main C file, from 1, and the lines of the calls that were inlined around it, from the innermost to the outermost.
    pub lines: Vec<u32>,
    /// The innermost function.
    pub function: Option<String>,
}

/// What comes of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineCost {
    /// The line.
    pub line: Line,
    /// Instructions.
    pub instructions: u32,
    /// How many the verifier is expected to process of them, over all ways.
    pub processed: u64,
}

/// Reads what an object costs. `most` is where the estimate stops counting processed instructions.
///
/// # Errors
/// When the bytes are no eBPF object.
pub fn of_object(bytes: &[u8], most: u64) -> Result<Cost, ImageError> {
    let image = Image::read(bytes)?;
    let lines = lines::of(bytes, &image);
    let programs = image.programs.iter().map(|program| {
        let functions = image.reached_from(program.start);
        let walked = verifier::walk(&image, program.start, most);
        let mut by_line: BTreeMap<Line, (u32, u64)> = BTreeMap::new();
        let mut instructions = 0;
        for at in functions.iter().flat_map(|function| function.start..function.end) {
            instructions += 1;
            let entry = by_line.entry(lines.get(at).cloned().unwrap_or_default()).or_default();
            entry.0 += 1;
            entry.1 += walked.times.get(at).copied().unwrap_or(0);
        }
        let far_jump = functions.iter().find_map(|function| image.far_jump(function));
        let lines_of = by_line.into_iter();
        ProgramCost {
            name: program.name.clone(),
            instructions,
            stack: stack::of(&image, program.start, &walked),
            expected: walked.expected,
            lines: lines_of
                .map(|(line, (instructions, processed))| LineCost { line, instructions, processed })
                .collect(),
            far_jump: far_jump.map(|at| lines.get(at).cloned().unwrap_or_default()),
        }
    });
    Ok(Cost { programs: programs.collect() })
}
