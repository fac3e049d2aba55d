//! For programs: a JSON object a line. The form is documented at [`Finding`]; fields are only ever added.

use super::MacroUses;
use crate::diagnostic::{Diagnostic, Severity, Suggestion};
use crate::source::{SourceMap, Span};
use serde::Serialize;
use std::io;

/// A diagnostic.
#[derive(Serialize)]
struct Finding<'d> {
    code: &'d str,
    /// Of a warning: what `-W` and `@noWarn` call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'static str>,
    /// `error` or `warning`.
    severity: &'static str,
    message: &'d str,
    /// The primary place first, then the others; none if no text is to blame.
    spans: Vec<Place<'d>>,
    notes: &'d [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<Edit<'d>>,
    /// The name of the macro that the primary place is a use of, if it stands for the macro's expansion.
    #[serde(skip_serializing_if = "Option::is_none")]
    expansion_of: Option<&'d str>,
}

/// A place with a remark. Lines and columns are 1-based and those of the file that the user wrote (`#line` is obeyed),
/// columns in characters; bytes are 0-based offsets in `physical_file`, or in `file` if that is missing. Ends are
/// exclusive.
#[derive(Serialize)]
struct Place<'d> {
    file: &'d str,
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_file: Option<&'d str>,
    byte_start: u32,
    byte_end: u32,
    line_start: u32,
    column_start: u32,
    line_end: u32,
    column_end: u32,
    is_primary: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    label: &'d str,
}

/// Replace these bytes of the file on disk.
#[derive(Serialize)]
struct Edit<'d> {
    message: &'d str,
    file: &'d str,
    byte_start: u32,
    byte_end: u32,
    replacement: &'d str,
}

pub(super) fn write(
    diagnostic: &Diagnostic,
    sources: &SourceMap,
    uses: &MacroUses<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let expansion = uses.around(diagnostic.primary.span);
    let defined = expansion.and_then(|used| place(sources, used.defined, false, "macro is defined here"));
    let secondary =
        diagnostic.secondary.iter().filter_map(|label| place(sources, label.span, false, &label.message));
    let finding = Finding {
        code: diagnostic.code.as_str(),
        name: diagnostic.code.names().first().copied(),
        severity: match diagnostic.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        },
        message: &diagnostic.message,
        spans: place(sources, diagnostic.primary.span, true, &diagnostic.primary.message)
            .into_iter()
            .chain(secondary)
            .chain(defined)
            .collect(),
        notes: &diagnostic.notes,
        suggestion: diagnostic.suggestion.as_ref().and_then(|suggestion| edit(sources, suggestion)),
        expansion_of: expansion.map(|used| &*used.name),
    };
    serde_json::to_writer(&mut *out, &finding)?;
    out.write_all(b"\n")
}

fn place<'d>(sources: &'d SourceMap, span: Span, is_primary: bool, label: &'d str) -> Option<Place<'d>> {
    let (_, file) = sources.file_at(span.lo)?;
    let whole = file.span();
    let hi = span.hi.clamp(span.lo, whole.hi);
    let (start, end) = (sources.location(span.lo)?, sources.location(hi)?);
    Some(Place {
        file: start.file,
        physical_file: (start.file != file.name()).then_some(file.name()),
        byte_start: span.lo - whole.lo,
        byte_end: hi - whole.lo,
        line_start: start.line,
        column_start: start.column,
        line_end: end.line,
        column_end: end.column,
        is_primary,
        label,
    })
}

fn edit<'d>(sources: &'d SourceMap, suggestion: &'d Suggestion) -> Option<Edit<'d>> {
    let (_, file) = sources.file_at(suggestion.span.lo)?;
    let whole = file.span();
    Some(Edit {
        message: &suggestion.message,
        file: file.name(),
        byte_start: suggestion.span.lo - whole.lo,
        byte_end: suggestion.span.hi.clamp(suggestion.span.lo, whole.hi) - whole.lo,
        replacement: &suggestion.replacement,
    })
}
