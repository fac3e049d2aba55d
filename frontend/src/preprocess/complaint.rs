//! What is wrong with a text or with the use of a macro, in words.

use super::Preprocessor;
use super::expand::ExpandError;
use super::macros::MacroId;
use super::token::Unterminated;
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Span;

impl Preprocessor<'_> {
    /// What is wrong with the use of a macro, in words.
    pub(super) fn expansion_error(&self, error: &ExpandError, outer: MacroId, used: Span) -> Diagnostic {
        let name = |id: MacroId| self.macros.table.get(id).map_or("", |found| &found.name);
        let defined = |id: MacroId| self.macros.table.get(id).map_or(Span::NONE, |found| found.defined);
        let (id, diagnostic) = match error {
            ExpandError::UnterminatedCall(id) => {
                let message = format!("the arguments of macro `{}` have no closing `)`", name(*id));
                (*id, Diagnostic::error(codes::E0114, used, message))
            }
            ExpandError::ArgumentCount { id, found } => {
                let expected = self.macros.table.get(*id).map_or(0, |found| found.kind.parameter_count());
                let plural = if expected == 1 { "" } else { "s" };
                let given = if *found == 1 { "was" } else { "were" };
                let message = format!(
                    "macro `{}` takes {expected} argument{plural}, but {found} {given} given",
                    name(*id)
                );
                (*id, Diagnostic::error(codes::E0114, used, message))
            }
            ExpandError::DirectiveInArguments(id, at) => {
                let message =
                    format!("a directive cannot stand within the arguments of macro `{}`", name(*id));
                let diagnostic = Diagnostic::error(codes::E0114, Span::new(*at, *at + 1), message);
                (*id, diagnostic.with_label(used, "the arguments begin here"))
            }
            ExpandError::BadPaste(id, what) => {
                let message =
                    format!("`##` in macro `{}` joins {what}, which do not make a token", name(*id));
                (*id, Diagnostic::error(codes::E0116, used, message))
            }
            ExpandError::Unterminated(open) => return unterminated(*open),
            ExpandError::TooMuch => {
                let message = format!("the expansion of macro `{}` is too large", name(outer));
                (outer, Diagnostic::error(codes::E0115, used, message))
            }
            ExpandError::TooDeep => {
                let message = format!(
                    "calls of macros within the arguments of `{}` are nested too deeply",
                    name(outer)
                );
                (outer, Diagnostic::error(codes::E0115, used, message))
            }
        };
        match defined(id) {
            Span::NONE => diagnostic,
            defined => diagnostic.with_label(defined, format!("`{}` is defined here", name(id))),
        }
    }
}

/// A comment or a literal without an end.
pub(super) fn unterminated(open: Unterminated) -> Diagnostic {
    match open {
        Unterminated::Comment(at) => {
            Diagnostic::error(codes::E0105, Span::new(at, at + 2), "this comment has no end")
                .with_primary("no `*/` follows")
        }
        Unterminated::String(at) => {
            Diagnostic::error(codes::E0106, Span::new(at, at + 1), "this string literal has no end")
                .with_primary("no closing `\"` follows")
        }
    }
}
