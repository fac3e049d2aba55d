//! What is too much for clang or the verifier, as an error that names the parts of the P4 program that cost most: in, what clang or the verifier said, or
//! the estimate; out, a diagnostic. clang's own words are for our mistakes alone.

use super::{MARGIN, Part, parts};
use crate::driver::{ObjectError, base_name};
use p4xdp_backend_xdp::Output;
use p4xdp_backend_xdp::clang::{self, ClangError, Complaint, Trouble};
use p4xdp_backend_xdp::limits::STACK;
use p4xdp_cost::verifier::{Cut, MOST_OPEN, MOST_PROCESSED};
use p4xdp_cost::{Cost, Line, ProgramCost};
use p4xdp_frontend::diagnostic::{Diagnostic, Diagnostics, codes};
use p4xdp_frontend::source::{SourceMap, Span};
use p4xdp_runtime::refusal::{Reason, Refusal};
use std::collections::BTreeMap;

/// So many parts are named.
const NAMED: usize = 5;

/// What the verifier is certain to refuse in an object, by the estimate.
pub fn of_cost(cost: &Cost, output: &Output, sources: &SourceMap) -> Option<Diagnostic> {
    cost.programs.iter().find_map(|program| {
        let parts = || parts(cost, program, output, sources);
        if let Some(at) = program.far_jump {
            let (parts, line) = (parts(), cost.line(at));
            let message = format!(
                "the program comes to {} instructions, too many for a jump from one end to the other",
                program.instructions
            );
            let found = Diagnostic::error(codes::E0502, span(&line, output).unwrap_or_else(|| first(&parts)), message);
            let found = found.with_note("a jump reaches over at most 32,767 instructions");
            return Some(named(found, by(program, &parts, |part| part.instructions.into(), "instructions")));
        }
        let needed = program.stack.along_calls;
        if needed > STACK && !program.expected.is_cut() {
            let message = format!("the program and the functions that it calls need {needed} bytes of stack, and XDP has {STACK}");
            let found = Diagnostic::error(codes::E0527, largest(output), message);
            return Some(named(found, by_lines(output, sources)));
        }
        let message = match program.expected.cut? {
            Cut::Processed => format!(
                "the verifier would have to process more than {} instructions, and it takes at most {MOST_PROCESSED}",
                MOST_PROCESSED * MARGIN
            ),
            Cut::Open => format!(
                "the verifier would have to keep more than {} ways open at a time, and it keeps at most {MOST_OPEN}",
                2 * MOST_OPEN
            ),
        };
        let parts = parts();
        let found = Diagnostic::error(codes::E0526, first(&parts), message);
        Some(named(found, by(program, &parts, |part| part.processed, "processed instructions")))
    })
}

/// Reports what clang refuses of our C. Returns whether there is more, in C of the user's, which is for clang to tell.
pub fn of_error(error: &ObjectError, output: &Output, sources: &SourceMap, sink: &mut Diagnostics) -> bool {
    let ObjectError::Clang(ClangError::Refused { source_file, complaints, output: said }) = error else {
        return false;
    };
    let is_ours = |complaint: &&Complaint| {
        complaint.file.is_empty() || source_file.file_name().is_some_and(|name| name == &*complaint.file)
    };
    let (ours, theirs): (Vec<&Complaint>, Vec<&Complaint>) = complaints.iter().partition(is_ours);
    // Where nobody defines a function of ours it is a prototype of the program's extern.
    let (undefined, others): (Vec<&Complaint>, Vec<&Complaint>) =
        ours.into_iter().partition(|complaint| clang::undefined_function(complaint).is_some());
    for complaint in undefined {
        let name = clang::undefined_function(complaint).unwrap_or_default();
        let message = format!("extern function `{name}` is not defined in the C that was given for it");
        let place = output.span(complaint.line).unwrap_or(Span::NONE);
        sink.emit(
            Diagnostic::error(codes::E0523, place, message)
                .with_note("`p4xdp explain E0523` tells how to define it"),
        );
    }
    of_clang(&others, output, sources).into_iter().for_each(|found| sink.emit(found));
    if complaints.is_empty() {
        let said = said.lines().next().unwrap_or("it says nothing");
        sink.emit(Diagnostic::bug(Span::NONE, format!("clang makes no object of the generated C: {said}")));
    }
    !theirs.is_empty()
}

/// What clang refuses of our C, as errors of the program where it is too large for XDP, else of ours.
fn of_clang(complaints: &[&Complaint], output: &Output, sources: &SourceMap) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    // Where there are more than twenty it says that it stops.
    for complaint in complaints.iter().filter(|complaint| !complaint.is_of_their_number()) {
        let place = output.span(complaint.line);
        let diagnostic = match Trouble::of(complaint) {
            Trouble::Stack => {
                let message = "the program needs more than the 512 bytes of stack that XDP has";
                let place = place.filter(|span| *span != Span::NONE).unwrap_or_else(|| largest(output));
                named(Diagnostic::error(codes::E0527, place, message), by_lines(output, sources))
            }
            Trouble::Jump => {
                let message =
                    "the program comes to too many instructions for a jump from one end to the other";
                let place = place.filter(|span| *span != Span::NONE).unwrap_or_else(|| largest(output));
                let found = Diagnostic::error(codes::E0502, place, message)
                    .with_note("a jump reaches over at most 32,767 instructions");
                named(found, by_lines(output, sources))
            }
            Trouble::Other => {
                let line = if complaint.line > 0 {
                    format!(" (line {} of it)", complaint.line)
                } else {
                    String::new()
                };
                let message = format!("clang refused the generated C: {}{line}", complaint.message);
                Diagnostic::bug(place.unwrap_or(Span::NONE), message)
            }
        };
        // clang complains of the stack once for each variable that has no room.
        if !found.iter().any(|other| other.code == diagnostic.code && diagnostic.code != codes::E0001) {
            found.push(diagnostic);
        }
    }
    found
}

/// What the verifier refuses: too much is the program's fault, all else ours.
pub fn of_verifier(refusal: &Refusal, cost: &Cost, output: &Output, sources: &SourceMap) -> Diagnostic {
    let (file, line) = refusal.place().unzip();
    let is_theirs =
        file.is_some_and(|file| base_name(&refusal.object).strip_suffix(".o") != file.strip_suffix(".c"));
    if let Some((text, Some(at))) = &refusal.c_line
        && is_theirs
        && refusal.kind() == Reason::Other
    {
        let message = format!(
            "the verifier of kernel {} refuses C that was given for an extern function, at {at}: {}",
            refusal.kernel, refusal.reason
        );
        return Diagnostic::error(codes::E0524, Span::NONE, message)
            .with_note(format!("the line is `{text}`"));
    }
    let place = line.filter(|_| !is_theirs).and_then(|line| output.span(line));
    let place = place.filter(|span| *span != Span::NONE);
    let dear = |what: fn(&Part) -> u64, unit| {
        let program = cost.programs.iter().max_by_key(|program| program.expected.processed);
        program
            .map(|program| by(program, &parts(cost, program, output, sources), what, unit))
            .unwrap_or_default()
    };
    let message =
        format!("the verifier of kernel {} refuses the program: {}", refusal.kernel, refusal.reason);
    let first =
        || cost.programs.first().map_or(Span::NONE, |program| first(&parts(cost, program, output, sources)));
    let found = |code| Diagnostic::error(code, place.unwrap_or_else(first), message.clone());
    match refusal.kind() {
        Reason::TooMuch => named(found(codes::E0526), dear(|part| part.processed, "processed instructions")),
        Reason::TooFar => named(found(codes::E0502), dear(|part| part.instructions.into(), "instructions")),
        Reason::Stack => named(found(codes::E0527), by_lines(output, sources)),
        Reason::Other => {
            let bug = Diagnostic::bug(place.unwrap_or(Span::NONE), message);
            let bug = refusal.c_line.iter().fold(bug, |bug, (text, at)| {
                bug.with_note(format!("at {}: {text}", at.as_deref().unwrap_or("this line of the C")))
            });
            named(bug, dear(|part| part.processed, "processed instructions"))
        }
    }
}

fn named(diagnostic: Diagnostic, notes: Vec<String>) -> Diagnostic {
    notes.into_iter().fold(diagnostic, Diagnostic::with_note)
}

/// The place of the dearest part.
fn first(parts: &[Part]) -> Span {
    parts.iter().map(|part| part.span).find(|span| *span != Span::NONE).unwrap_or(Span::NONE)
}

fn span(line: &Line, output: &Output) -> Option<Span> {
    line.lines.iter().find_map(|line| output.construct(*line)).map(|found| found.span)
}

/// The parts that cost most, in words.
fn by(program: &ProgramCost, parts: &[Part], cost: impl Fn(&Part) -> u64, unit: &str) -> Vec<String> {
    let whole: u64 = parts.iter().map(&cost).sum();
    let mut parts: Vec<&Part> = parts.iter().filter(|part| part.span != Span::NONE).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(cost(part)));
    let of = format!("{unit} of `{}`", program.name);
    let worth = |part: &&&Part| cost(part) * 100 >= whole;
    parts
        .iter()
        .filter(worth)
        .take(NAMED)
        .map(|part| share(&part.what, part.place.as_deref(), cost(part), whole, &of))
        .collect()
}

fn share(what: &str, place: Option<&str>, cost: u64, whole: u64, unit: &str) -> String {
    let percent = (cost * 100).checked_div(whole).unwrap_or(0);
    let place = place.map(|place| format!(" ({place})")).unwrap_or_default();
    format!("{what}{place}: {percent} % of the {unit}")
}

/// Lines of C by what they stand for, the most first: what there is where clang makes no object.
fn weights(output: &Output) -> Vec<(Span, String, u64)> {
    let mut weights: BTreeMap<(Span, &str), u64> = BTreeMap::new();
    for span in &output.lines {
        if let Some(construct) = output.constructs.at(*span) {
            *weights.entry((construct.span, &construct.what)).or_default() += 1;
        }
    }
    let mut weights: Vec<_> =
        weights.into_iter().map(|((span, what), lines)| (span, what.to_owned(), lines)).collect();
    weights.sort_by_key(|(_, _, lines)| std::cmp::Reverse(*lines));
    weights
}

fn largest(output: &Output) -> Span {
    weights(output).first().map_or(Span::NONE, |(span, ..)| *span)
}

fn by_lines(output: &Output, sources: &SourceMap) -> Vec<String> {
    let weights = weights(output);
    let whole = weights.iter().map(|(.., lines)| lines).sum();
    weights
        .iter()
        .take(NAMED)
        .map(|(span, what, lines)| {
            share(what, super::place(sources, *span).as_deref(), *lines, whole, "generated C")
        })
        .collect()
}
