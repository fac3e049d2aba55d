//! What a built program costs, and where in the P4 program it goes: in, the back end's output, the object, and with privilege the verifier's verdict; out, a
//! [`Report`] as data. [`text`] and [`json`] print it, [`refusal`] makes errors of what is too much.

pub mod json;
pub mod refusal;
pub mod text;

use p4xdp_backend_xdp::{Decisions, Output};
use p4xdp_control::manifest::Role;
use p4xdp_cost::image::ImageError;
use p4xdp_cost::verifier::Expected;
use p4xdp_cost::{Cost, LineCost, ProgramCost, Stack};
use p4xdp_frontend::source::{SourceMap, Span};
use p4xdp_runtime::maps::MapSize;
use p4xdp_runtime::refusal::Refusal;
use p4xdp_runtime::verify::{self, Verified};
use p4xdp_runtime::{Error, Object, maps};
use std::collections::BTreeMap;

/// How often more than the verifier takes the estimate must say before `build` refuses a program. Of all programs that were measured it was never more
/// than 2.9 times of what the verifier processed (`tests/costs.rs`).
pub const MARGIN: u64 = 4;

/// What an object costs.
#[derive(Clone, Debug)]
pub struct Report {
    /// The P4 file.
    pub source: String,
    /// Of each program.
    pub programs: Vec<ProgramReport>,
    /// The object's maps.
    pub maps: Vec<MapSize>,
    /// What the verifier says.
    pub verdict: Verdict,
}

/// What the verifier says of an object.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It was not asked, and why not.
    NotAsked(String),
    /// It takes it; the release of the kernel.
    Accepted(String),
    /// It refuses it.
    Refused(Box<Refusal>),
}

/// What a program of an object costs.
#[derive(Clone, Debug)]
pub struct ProgramReport {
    /// Its name.
    pub name: String,
    /// What it is for, if the manifest tells.
    pub role: Option<Role>,
    /// Instructions in the object.
    pub instructions: u32,
    /// Its stack.
    pub stack: Stack,
    /// What the verifier is expected to do.
    pub expected: Expected,
    /// What the verifier did.
    pub verified: Option<Verified>,
    /// What was decided for the verifier's sake.
    pub decisions: Option<Decisions>,
    /// Which part of the P4 program came to how much, the dearest first.
    pub parts: Vec<Part>,
}

/// What a part of the P4 program comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is: "table `ingress.routes`".
    pub what: String,
    /// Where it stands; none for a function that the compiler puts around the program.
    pub span: Span,
    /// Its place: `switch.p4:42`.
    pub place: Option<String>,
    /// Instructions.
    pub instructions: u32,
    /// How many the verifier is expected to process.
    pub processed: u64,
}

impl Part {
    /// Its hundredths of the processed instructions.
    pub fn share(&self, program: &ProgramReport) -> u64 {
        (self.processed * 100).checked_div(program.expected.processed).unwrap_or(0)
    }
}

/// What an object costs, read from its bytes.
///
/// # Errors
/// When the bytes are no object.
pub fn cost(bytes: &[u8]) -> Result<Cost, ImageError> {
    p4xdp_cost::of_object(bytes, p4xdp_cost::verifier::MOST_PROCESSED * MARGIN)
}

/// Which part of the P4 program came to how much, the dearest first.
pub fn parts(cost: &Cost, program: &ProgramCost, output: &Output, sources: &SourceMap) -> Vec<Part> {
    let mut parts: BTreeMap<(Span, String), (u32, u64)> = BTreeMap::new();
    for LineCost { line, instructions, processed } in cost.by_line(program) {
        let construct = line.lines.iter().find_map(|line| output.construct(*line));
        let around =
            || line.function.as_ref().map_or("the rest".to_owned(), |name| format!("`{name}` of the C"));
        let key = construct.map_or_else(|| (Span::NONE, around()), |found| (found.span, found.what.clone()));
        let part = parts.entry(key).or_default();
        part.0 += instructions;
        part.1 += processed;
    }
    let mut parts: Vec<Part> = parts
        .into_iter()
        .map(|((span, what), (instructions, processed))| {
            let place = place(sources, span);
            Part { what, span, place, instructions, processed }
        })
        .collect();
    parts.sort_by_key(|part| std::cmp::Reverse((part.processed, part.instructions)));
    parts
}

/// A place in the source, for people.
fn place(sources: &SourceMap, span: Span) -> Option<String> {
    let place = sources.location(span.lo).filter(|_| span != Span::NONE)?;
    let file = place.file.rsplit('/').next().unwrap_or(place.file);
    Some(format!("{file}:{}", place.line))
}

/// The report of an object. The verifier is asked if the kernel lets us.
///
/// # Errors
/// When the object cannot be read.
pub fn of(object: &Object, output: &Output, sources: &SourceMap) -> Result<Report, Error> {
    let cost = cost(object.bytes()).unwrap_or_default();
    let (verdict, mut verified) = match verify::verify(object) {
        Ok(verdict) => (Verdict::Accepted(verdict.kernel), verdict.programs),
        Err(error) => match error.of::<Refusal>() {
            Some(refusal) => (Verdict::Refused(Box::new(refusal.clone())), Vec::new()),
            None => (Verdict::NotAsked(error.to_string()), Vec::new()),
        },
    };
    let manifest = object.manifest();
    let programs = cost.programs.iter().map(|program| ProgramReport {
        name: program.name.clone(),
        role: manifest.programs.iter().find(|other| other.name == program.name).map(|found| found.role),
        instructions: program.instructions,
        stack: program.stack,
        expected: program.expected,
        verified: verified
            .iter()
            .position(|other| other.name == program.name)
            .map(|found| verified.swap_remove(found)),
        decisions: output.decisions.iter().find(|other| other.program == program.name).cloned(),
        parts: parts(&cost, program, output, sources),
    });
    let mut programs: Vec<ProgramReport> = programs.collect();
    // As they are called: the one that devices run is the first.
    programs.sort_by_key(|program| manifest.programs.iter().position(|other| other.name == program.name));
    Ok(Report { source: manifest.source.clone(), programs, maps: maps::maps(object)?, verdict })
}
