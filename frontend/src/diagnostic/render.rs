//! Diagnostics as text. In: findings and the source map. Out: bytes for a terminal, for `grep` or for a program.

mod human;
mod json;
mod place;
mod short;

use super::{Diagnostic, Severity};
use crate::source::{MacroUse, SourceMap, Span};
use rustc_hash::FxHashSet;
use std::io;

/// How diagnostics are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// With the source lines, for people.
    #[default]
    Human,
    /// `PATH:LINE:COL: error[E0301]: message`, one a line.
    Short,
    /// A JSON object a line.
    Json,
}

/// Writes the findings in their order; those that are equal to an earlier one are left out.
///
/// `color` matters to [`Format::Human`] only: whether escape sequences of ANSI terminals are written.
///
/// # Errors
/// When `out` cannot be written.
pub fn render<'d>(
    diagnostics: impl IntoIterator<Item = &'d Diagnostic>,
    sources: &SourceMap,
    format: Format,
    color: bool,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let uses = MacroUses::of(sources);
    for diagnostic in distinct(diagnostics) {
        match format {
            Format::Human => human::write(diagnostic, sources, &uses, color, out)?,
            Format::Short => short::write(diagnostic, sources, out)?,
            Format::Json => json::write(diagnostic, sources, &uses, out)?,
        }
    }
    Ok(())
}

/// The last line for people: what became of the program called `name`, and why. `None` if there is nothing to say.
pub fn summary<'d>(diagnostics: impl IntoIterator<Item = &'d Diagnostic>, name: &str) -> Option<String> {
    let (mut errors, mut warnings) = (0usize, 0usize);
    for diagnostic in distinct(diagnostics) {
        match diagnostic.severity {
            Severity::Error => errors += 1,
            Severity::Warning => warnings += 1,
        }
    }
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let warned = format!("{warnings} warning{}", plural(warnings));
    match (errors, warnings) {
        (0, 0) => None,
        (0, _) => Some(format!("warning: `{name}` has {warned}")),
        (1, 0) => Some(format!("error: could not compile `{name}` due to the previous error")),
        (_, 0) => Some(format!("error: could not compile `{name}` due to {errors} previous errors")),
        (1, _) => Some(format!("error: could not compile `{name}` due to 1 previous error; {warned}")),
        (_, _) => {
            Some(format!("error: could not compile `{name}` due to {errors} previous errors; {warned}"))
        }
    }
}

fn distinct<'d>(
    diagnostics: impl IntoIterator<Item = &'d Diagnostic>,
) -> impl Iterator<Item = &'d Diagnostic> {
    let mut seen = FxHashSet::default();
    diagnostics.into_iter().filter(move |diagnostic| seen.insert(*diagnostic))
}

/// The uses of macros, to be looked up by place.
struct MacroUses<'s> {
    by_place: Vec<&'s MacroUse>,
}

impl<'s> MacroUses<'s> {
    fn of(sources: &'s SourceMap) -> MacroUses<'s> {
        let mut by_place: Vec<&MacroUse> = sources.macro_uses().iter().collect();
        by_place.sort_by_key(|used| used.used.lo);
        MacroUses { by_place }
    }

    /// The use whose expansion holds all that the span stands for.
    fn around(&self, span: Span) -> Option<&'s MacroUse> {
        let next = self.by_place.partition_point(|used| used.used.lo <= span.lo);
        let found = next.checked_sub(1).and_then(|index| self.by_place.get(index))?;
        (span != Span::NONE && span.hi <= found.used.hi && span.lo < found.used.hi).then_some(*found)
    }
}

/// Text for one line of output: line ends and other control characters cannot get out.
fn printable(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => result.push(' '),
            c if c.is_control() => result.extend(c.escape_default()),
            c => result.push(c),
        }
    }
    result
}
