//! For `grep`: one line a finding, `PATH:LINE:COL: error[E0301]: message`.

use super::printable;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::SourceMap;
use std::io;

pub(super) fn write(diagnostic: &Diagnostic, sources: &SourceMap, out: &mut dyn io::Write) -> io::Result<()> {
    let severity = match diagnostic.severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let (code, message) = (diagnostic.code, printable(&diagnostic.message));
    // What has no place is shown at the start of the main file: every line has the same form.
    let place = sources.location(diagnostic.primary.span.lo).or_else(|| sources.location(1));
    let (file, line, column) = place.map_or(("<none>", 1, 1), |at| (at.file, at.line, at.column));
    writeln!(out, "{}:{line}:{column}: {severity}[{code}]: {message}", printable(file))
}
