//! Diagnostics as text. In: findings and the source map. Out: bytes for a terminal, for `grep` or for a program.

mod short;

use super::Diagnostic;
use crate::source::SourceMap;
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
pub fn render<'d>(
    diagnostics: impl IntoIterator<Item = &'d Diagnostic>,
    sources: &SourceMap,
    _format: Format,
    _color: bool,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut written = std::collections::HashSet::new();
    for diagnostic in diagnostics {
        if written.insert(diagnostic) {
            short::write(diagnostic, sources, out)?;
        }
    }
    Ok(())
}
