//! Diagnostics: what was found wrong with the user's program, where, and what to do about it.
//!
//! A stage takes `&mut Diagnostics`, reports all that it can, and returns `Result<T, ErrorsReported>`; the token
//! can only be made by the sink. Codes with their explanations stand in [`codes`].

pub mod codes;
mod policy;
mod render;
mod scopes;
pub mod suggest;
#[cfg(test)]
mod tests;

use crate::source::Span;
pub use codes::Code;
pub use policy::{UnknownWarning, WarningLevel, WarningPolicy, warnings_named};
pub use render::{Format, render, summary};
pub use scopes::SilentScope;
use std::fmt;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The program is valid, but probably not what was meant.
    Warning,
    /// The program is rejected.
    Error,
}

/// A place in the text with a remark.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is to be said about it; may be empty on the primary label.
    pub message: String,
}

/// An edit that would mend the program: replace the text under `span`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Suggestion {
    /// What to replace; an empty span inserts.
    pub span: Span,
    /// The text to put there.
    pub replacement: String,
    /// What the edit does, as in "did you mean `foo`?".
    pub message: String,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// Which rule was broken.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// One sentence without a full stop, names in backticks.
    pub message: String,
    /// The place that the finding is about.
    pub primary: Label,
    /// Further places: "declared here", "expected because of this".
    pub secondary: Vec<Label>,
    /// Remarks without a place.
    pub notes: Vec<String>,
    /// An edit that would mend it.
    pub suggestion: Option<Suggestion>,
}

impl Diagnostic {
    /// An error at `span`.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            primary: Label { span, message: String::new() },
            secondary: Vec::new(),
            notes: Vec::new(),
            suggestion: None,
        }
    }

    /// A warning at `span`.
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, span, message) }
    }

    /// A state that cannot be, in whatever stage: our fault, not the program's (E0001).
    pub fn bug(span: Span, what: impl fmt::Display) -> Diagnostic {
        Diagnostic::error(codes::E0001, span, format!("internal error: {what}"))
            .with_note("this is a fault of p4xdp, not of the program; please report it")
    }

    /// Says something at the primary place.
    #[must_use]
    pub fn with_primary(mut self, message: impl Into<String>) -> Diagnostic {
        self.primary.message = message.into();
        self
    }

    /// Adds a further place.
    #[must_use]
    pub fn with_label(mut self, span: Span, message: impl Into<String>) -> Diagnostic {
        self.secondary.push(Label { span, message: message.into() });
        self
    }

    /// Adds a remark.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Diagnostic {
        self.notes.push(note.into());
        self
    }

    /// Proposes an edit.
    #[must_use]
    pub fn with_suggestion(
        mut self,
        span: Span,
        replacement: impl Into<String>,
        message: impl Into<String>,
    ) -> Diagnostic {
        self.suggestion = Some(Suggestion { span, replacement: replacement.into(), message: message.into() });
        self
    }
}

/// Proof that at least one error went into a sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorsReported(());

/// How often names are compared for all "did you mean" of one compilation: enough for a few hundred of them in a large program, and a
/// fraction of a second if there are a hundred thousand.
const MOST_COMPARISONS: usize = 1_000_000;

/// So many errors and so many warnings are kept; further ones are only counted.
const MOST_KEPT: usize = 10_000;

/// The sink: collects the findings of all stages in the order in which they were made.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
    errors: usize,
    warnings: usize,
    policy: WarningPolicy,
    silent: scopes::Scopes,
    /// Comparisons of names that were made so far.
    compared: usize,
}

impl Diagnostics {
    /// An empty sink.
    pub fn new() -> Diagnostics {
        Diagnostics::default()
    }

    /// An empty sink that leaves out some warnings, or makes errors of them. A stage that goes on after a warning goes
    /// on after such an error too: [`Diagnostics::check`] tells at its end.
    pub fn with_policy(policy: WarningPolicy) -> Diagnostics {
        Diagnostics { policy, ..Diagnostics::default() }
    }

    /// From now on, leaves out the warnings that lie in these parts of the program.
    pub fn silence(&mut self, scopes: Vec<SilentScope>) {
        self.silent = scopes::Scopes::new(scopes);
    }

    /// From now on, makes something else of the warnings with this code.
    pub fn set_level(&mut self, code: Code, level: WarningLevel) {
        self.policy.codes.insert(code, level);
    }

    /// Takes a finding of any severity.
    pub fn emit(&mut self, diagnostic: Diagnostic) {
        let Some(diagnostic) = diagnostic.under(&self.policy, &self.silent) else { return };
        let count = match diagnostic.severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
        };
        *count += 1;
        if *count <= MOST_KEPT {
            self.found.push(diagnostic);
        }
    }

    /// Takes an error and hands out the proof.
    pub fn error(&mut self, mut diagnostic: Diagnostic) -> ErrorsReported {
        diagnostic.severity = Severity::Error;
        self.emit(diagnostic);
        ErrorsReported(())
    }

    /// What a mistyped name most likely stands for ([`suggest::closest`]). A program of very many mistakes gets no more of these at some
    /// point: each costs a walk over all candidates.
    pub fn closest<'a>(
        &mut self,
        name: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Option<&'a str> {
        let left = MOST_COMPARISONS.saturating_sub(self.compared);
        let compared = &mut self.compared;
        suggest::closest(name, candidates.into_iter().take(left).inspect(|_| *compared += 1))
    }

    /// False if [`Diagnostics::closest`] has nothing to say any more.
    pub fn makes_suggestions(&self) -> bool {
        self.compared < MOST_COMPARISONS
    }

    /// Whether the program is right so far.
    ///
    /// # Errors
    /// If any error was reported.
    pub fn check(&self) -> Result<(), ErrorsReported> {
        if self.errors > 0 { Err(ErrorsReported(())) } else { Ok(()) }
    }

    /// How many errors were reported.
    pub fn error_count(&self) -> usize {
        self.errors
    }

    /// All findings so far.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.found.iter()
    }

    /// Takes the findings out.
    pub fn into_vec(self) -> Vec<Diagnostic> {
        self.found
    }
}
