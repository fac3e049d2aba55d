//! `#pragma`, and `_Pragma("..")` in text: `once`, `push_macro`, `pop_macro`, and of GCC's own `poison`, `warning` and
//! `error`. All others are for other tools.

use super::Preprocessor;
use super::constant;
use super::macros::{Macro, MacroKind};
use super::text::{Cursor, LineEnd};
use super::token::{Token, TokenKind, next_token};
use crate::diagnostic::{Diagnostic, ErrorsReported, codes};
use crate::source::Span;

impl Preprocessor<'_> {
    /// What stands in the string of a `_Pragma` at this position.
    pub(super) fn pragma_text(&mut self, text: &str, at: u32) -> Result<(), ErrorsReported> {
        let mut cursor = Cursor::new(text, 0, &[], 0);
        let mut tokens = Vec::new();
        while let Ok(Some(token)) = next_token(&mut cursor, &mut self.macros.pool, LineEnd::Stops) {
            tokens.push(token.with_at(at));
        }
        self.pragma(&tokens, Span::new(at, at + 1))
    }

    /// The tokens behind `#pragma`, which stands at `head`.
    pub(super) fn pragma(&mut self, tokens: &[Token], head: Span) -> Result<(), ErrorsReported> {
        let text = |index: usize| tokens.get(index).map_or("", |token| self.macros.text(*token));
        let string = |index: usize| {
            tokens
                .get(index)
                .filter(|token| token.kind == TokenKind::String)
                .map(|token| constant::string_value(self.macros.text(*token)))
        };
        match (text(0), text(1)) {
            ("once", _) => {
                if let Some(inclusion) = self.includes.last() {
                    self.once.insert(inclusion.file);
                }
            }
            (pushes @ ("push_macro" | "pop_macro"), "(") => {
                if let Some(name) = string(2).filter(|_| text(3) == ")") {
                    if pushes == "push_macro" {
                        self.macros.table.push(&name);
                    } else {
                        self.macros.table.pop(&name);
                    }
                }
            }
            ("GCC", "poison") => {
                for token in tokens.iter().skip(2).filter(|token| token.kind == TokenKind::Identifier) {
                    let name = self.macros.pool.text(*token).into();
                    self.macros.table.define(Macro::new(name, self.token_span(*token), MacroKind::Poisoned));
                }
            }
            ("GCC", "warning") => {
                if let Some(message) = string(2) {
                    let message = format!("#pragma GCC warning {message}");
                    self.warn(Diagnostic::warning(codes::W0101, head, message));
                }
            }
            ("GCC", "error") => {
                if let Some(message) = string(2) {
                    let message = format!("#pragma GCC error {message}");
                    self.error(Diagnostic::error(codes::E0112, head, message))?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}
