//! Warnings about programs that are right, but probably not what was meant; one lint a file.
//!
//! In: the syntax tree for what the program says about warnings, then the typed program. Out: warnings in the sink, never
//! errors of their own, and nothing else. Those that the checker meets on its way (shadowing, overflow, transitions) are
//! its own.

mod aliasing;
mod annotations;
mod comparisons;
mod constant_keys;
mod flow;
mod keysets;
mod paths;
mod unreachable;
mod unused;

pub use annotations::apply_annotations;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::hir::Program;
use crate::source::{SourceMap, Span};

/// Gives all warnings about a program, in the order of their places.
pub fn check(program: &Program, sources: &SourceMap, sink: &mut Diagnostics) {
    // The first file that is read is the one that was asked for; what it includes may serve others as well.
    let main_file = sources.files().next().map_or(Span::NONE, |(_, file)| file.span());
    let mut lint = Lint { program, main_file, found: Vec::new() };
    crate::stack::with_room_for_recursion(|| {
        unused::check(&mut lint);
        unreachable::check(&mut lint);
        flow::check(&mut lint);
        keysets::check(&mut lint);
        constant_keys::check(&mut lint);
        comparisons::check(&mut lint);
        aliasing::check(&mut lint);
    });
    lint.found.sort_by_key(|finding| finding.primary.span);
    lint.found.into_iter().for_each(|finding| sink.emit(finding));
}

/// What a lint sees and where it reports to.
struct Lint<'p> {
    program: &'p Program,
    /// The text of the file that was asked for, as opposed to those that it includes.
    main_file: Span,
    found: Vec<Diagnostic>,
}

impl Lint<'_> {
    fn emit(&mut self, finding: Diagnostic) {
        self.found.push(finding);
    }

    /// True if the place is in the file that was asked for.
    fn is_in_main_file(&self, span: Span) -> bool {
        self.main_file.lo <= span.lo && span.lo < self.main_file.hi
    }
}
