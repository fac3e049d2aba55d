//! For people: message, source lines with labels, notes and help, as rustc writes them.

use super::MacroUses;
use super::place::{View, Views};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::SourceMap;
use codespan_reporting::diagnostic as codespan;
use codespan_reporting::files::Error;
use codespan_reporting::term::{self, Chars, Config, termcolor::Ansi};
use std::io;

pub(super) fn write(
    diagnostic: &Diagnostic,
    sources: &SourceMap,
    uses: &MacroUses<'_>,
    color: bool,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let views = Views(sources);
    let converted = convert(diagnostic, &views, uses);
    let config = Config { chars: Chars::ascii(), ..Config::default() };
    let written = if color {
        term::emit_to_write_style(&mut Ansi::new(out), &config, &views, &converted)
    } else {
        term::emit_to_io_write(out, &config, &views, &converted)
    };
    written.map_err(|error| match error {
        Error::Io(error) => error,
        error => io::Error::other(error.to_string()),
    })
}

fn convert(diagnostic: &Diagnostic, views: &Views<'_>, uses: &MacroUses<'_>) -> codespan::Diagnostic<View> {
    let severity = match diagnostic.severity {
        Severity::Warning => codespan::Severity::Warning,
        Severity::Error => codespan::Severity::Error,
    };
    let label = |style, span, message: &str| {
        let (view, range) = views.place(span)?;
        Some(codespan::Label::new(style, view, range).with_message(super::printable(message)))
    };
    let primary = &diagnostic.primary;
    let mut labels: Vec<_> =
        label(codespan::LabelStyle::Primary, primary.span, &primary.message).into_iter().collect();
    for secondary in &diagnostic.secondary {
        labels.extend(label(codespan::LabelStyle::Secondary, secondary.span, &secondary.message));
    }
    let mut notes: Vec<String> = diagnostic.notes.iter().map(|note| format!("note: {note}")).collect();
    if let Some(used) = uses.around(primary.span) {
        let already = diagnostic.secondary.iter().any(|label| label.span == used.defined);
        let defined = (!already).then(|| {
            let message = format!("macro `{}` is defined here", used.name);
            label(codespan::LabelStyle::Secondary, used.defined, &message)
        });
        labels.extend(defined.flatten());
        notes.push(format!("note: this is in the expansion of macro `{}`", used.name));
    }
    if let Some(suggestion) = &diagnostic.suggestion {
        notes.push(format!("help: {}", suggestion_text(&suggestion.message, &suggestion.replacement)));
    }
    codespan::Diagnostic::new(severity)
        .with_code(diagnostic.code)
        .with_message(super::printable(&diagnostic.message))
        .with_labels(labels)
        .with_notes(notes)
}

/// The message, and the replacement where the message does not say it already.
fn suggestion_text(message: &str, replacement: &str) -> String {
    if replacement.is_empty() || message.contains(replacement) {
        return message.to_owned();
    }
    if replacement.contains('\n') {
        let indented: Vec<String> = replacement.lines().map(|line| format!("    {line}")).collect();
        return format!("{message}:\n{}", indented.join("\n"));
    }
    format!("{message}: `{replacement}`")
}
