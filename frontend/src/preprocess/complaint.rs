//! What is wrong or odd about a text or the use of a macro, in words.

use super::Preprocessor;
use super::expand::ExpandError;
use super::macros::{MacroId, MacroKind};
use super::token::{Token, Unterminated, is_identifier_byte};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Span;

impl Preprocessor<'_> {
    /// The name that begins at a position of the source.
    fn word_at(&self, at: u32) -> Span {
        let text =
            self.sources.file_at(at).and_then(|(_, file)| file.text().get((at - file.span().lo) as usize..));
        let length = text.map_or(0, |text| text.bytes().take_while(|byte| is_identifier_byte(*byte)).count());
        Span::new(at, at + length.max(1) as u32)
    }

    fn name_of(&self, id: MacroId) -> &str {
        self.macros.table.get(id).map_or("", |found| &found.name)
    }

    /// What is wrong with the use of a macro, in words; nothing if it was said already.
    pub(super) fn expansion_error(
        &self,
        error: &ExpandError,
        outer: Option<MacroId>,
        used: Span,
    ) -> Option<Diagnostic> {
        let name = |id: MacroId| self.name_of(id);
        let defined = |id: MacroId| self.macros.table.get(id).map_or(Span::NONE, |found| found.defined);
        let (id, diagnostic): (Option<MacroId>, Diagnostic) = match error {
            ExpandError::UnterminatedCall(id) => {
                let message = format!("the arguments of macro `{}` have no closing `)`", name(*id));
                (Some(*id), Diagnostic::error(codes::E0114, used, message))
            }
            ExpandError::ArgumentCount { id, found } => {
                let expected = self.macros.table.get(*id).map_or(0, |found| found.kind.parameter_count());
                let plural = if expected == 1 { "" } else { "s" };
                let given = if *found == 1 { "was" } else { "were" };
                let message = format!(
                    "macro `{}` takes {expected} argument{plural}, but {found} {given} given",
                    name(*id)
                );
                (Some(*id), Diagnostic::error(codes::E0114, used, message))
            }
            ExpandError::IncludeInArguments(id, at) => {
                let message =
                    format!("an `#include` cannot stand within the arguments of macro `{}`", name(*id));
                let diagnostic = Diagnostic::error(codes::E0114, Span::new(*at, *at + 1), message);
                (Some(*id), diagnostic.with_label(used, "the arguments begin here"))
            }
            ExpandError::MalformedPragma => {
                let message = "`_Pragma` needs a string in parentheses, as in `_Pragma(\"once\")`";
                return Some(Diagnostic::error(codes::E0114, used, message));
            }
            ExpandError::OutsideCondition(id) => {
                let message = format!("`{}` can be asked in `#if` only", name(*id));
                return Some(Diagnostic::error(codes::E0114, used, message));
            }
            ExpandError::Poisoned(token) => return self.poisoned(*token),
            ExpandError::Question(_, message) => {
                return Some(Diagnostic::error(codes::E0111, used, message.as_str()));
            }
            ExpandError::Unterminated(open) => return Some(unterminated(*open)),
            ExpandError::Reported(_) => return None,
            ExpandError::TooMuch | ExpandError::TooDeep if outer.is_none() => {
                let message = "the expression of `#if` becomes too large";
                return Some(Diagnostic::error(codes::E0115, used, message));
            }
            ExpandError::TooMuch => {
                let message = format!("the expansion of macro `{}` is too large", outer.map_or("", name));
                (outer, Diagnostic::error(codes::E0115, used, message))
            }
            ExpandError::TooDeep => {
                let message = format!(
                    "calls of macros within the arguments of `{}` are nested too deeply",
                    outer.map_or("", name)
                );
                (outer, Diagnostic::error(codes::E0115, used, message))
            }
        };
        Some(match id.map(|id| (defined(id), name(id))) {
            None | Some((Span::NONE, _)) => diagnostic,
            Some((defined, name)) => diagnostic.with_label(defined, format!("`{name}` is defined here")),
        })
    }

    /// What `#pragma GCC poison` says of a name, if anything.
    pub(super) fn poisoned(&self, name: Token) -> Option<Diagnostic> {
        let table = &self.macros.table;
        let found = table.find(self.macros.text(name)).and_then(|id| table.get(id))?;
        matches!(found.kind, MacroKind::Poisoned).then(|| {
            let message = format!("`{}` is used, which is poisoned", found.name);
            Diagnostic::error(codes::E0112, self.word_at(name.at), message)
                .with_label(found.defined, "`#pragma GCC poison` forbids it here")
        })
    }

    /// `##` has left two tokens as they are. Once a macro.
    pub(super) fn odd_paste(&mut self, id: MacroId, left: Token, right: Token, at: u32) {
        let Some(found) = self.macros.table.get_mut(id).filter(|found| !found.warned) else { return };
        found.warned = true;
        let (name, defined) = (found.name.clone(), found.defined);
        let (left, right) = (self.macros.text(left), self.macros.text(right));
        let message = format!(
            "`##` in macro `{name}` joins `{left}` and `{right}`, which do not make a token: they stay two"
        );
        let warning = Diagnostic::warning(codes::W0104, self.word_at(at), message);
        self.warn(warning.with_label(defined, format!("`{name}` is defined here")));
    }

    /// `__DATE__` and its kin have no value.
    pub(super) fn unknown_moment(&mut self, id: MacroId, at: u32) {
        let name = self.name_of(id);
        let message = format!("`{name}` is not known: what is compiled depends on its source alone");
        self.warn(Diagnostic::warning(codes::W0110, self.word_at(at), message));
    }

    pub(super) fn deprecated_assertion(&mut self, predicate: Token) {
        let message = "assertions in `#if` are deprecated";
        let at = self.token_span(predicate);
        self.warn(Diagnostic::warning(codes::W0108, at, message));
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
