//! What an eBPF object costs. In, the bytes of the object; out, for each of its programs, instructions by line of C, the stack, and an estimate
//! of what the kernel's verifier has to do. Asks no kernel and needs no privilege; knows BPF, and nothing of P4 or of who made the object.
//!
//! [`image`] reads the object, `lines` says which lines instructions come from, `stack` reads frames from the instructions, and
//! [`verifier`] walks the ways through a program as the kernel does.

pub mod image;
mod instruction;
mod lines;
mod stack;
pub mod verifier;

use image::{Image, ImageError};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// What an object costs.
#[derive(Clone, Debug, Default)]
pub struct Cost {
    /// Of each program that a loader can load, in the object's order.
    pub programs: Vec<ProgramCost>,
    image: Image,
    bytes: Vec<u8>,
    /// Where instructions come from, once somebody has asked.
    lines: OnceLock<Vec<Line>>,
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
    /// The instruction of a jump that may go elsewhere than it should: it has 16 bits, and older clangs cut off what is more.
    pub far_jump: Option<usize>,
    /// The instructions, and how often the verifier is expected to process each.
    times: Vec<(usize, u64)>,
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
    let programs = image.programs.iter().map(|program| {
        let functions = image.reached_from(program.start);
        let walked = verifier::walk(&image, program.start, most);
        let positions = functions.iter().flat_map(|function| function.start..function.end);
        let times: Vec<(usize, u64)> =
            positions.map(|at| (at, walked.times.get(at).copied().unwrap_or(0))).collect();
        ProgramCost {
            name: program.name.clone(),
            instructions: u32::try_from(times.len()).unwrap_or(u32::MAX),
            stack: stack::of(&image, program.start, &walked),
            expected: walked.expected,
            far_jump: functions.iter().find_map(|function| image.far_jump(function)),
            times,
        }
    });
    let programs = programs.collect();
    Ok(Cost { programs, image, bytes: bytes.to_vec(), lines: OnceLock::new() })
}

impl Cost {
    /// Where an instruction comes from.
    pub fn line(&self, at: usize) -> Line {
        self.lines.get_or_init(|| lines::of(&self.bytes, &self.image)).get(at).cloned().unwrap_or_default()
    }

    /// What comes of each line, in one of the programs.
    pub fn by_line(&self, program: &ProgramCost) -> Vec<LineCost> {
        let mut lines: BTreeMap<Line, (u32, u64)> = BTreeMap::new();
        for (at, times) in &program.times {
            let (instructions, processed) = lines.entry(self.line(*at)).or_default();
            *instructions += 1;
            *processed += times;
        }
        let lines = lines.into_iter();
        lines.map(|(line, (instructions, processed))| LineCost { line, instructions, processed }).collect()
    }
}
