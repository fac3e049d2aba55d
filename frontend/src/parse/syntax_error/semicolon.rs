//! A `;` that is missing. In: where the grammar wanted one. Out: the proposal to put it there, if what follows begins
//! something new; at the end of a line nearly everything does, within a line only what says so.

use super::super::expectation::Expectation;
use super::super::keywords::{BEGINNINGS, is_keyword};
use super::super::tokens::{Token, TokenKind, end_of_previous, token, tokens};
use super::{Failure, point_behind};
use crate::diagnostic::{Diagnostic, codes};
use crate::parse::Lowering;

impl Failure<'_> {
    /// The place is behind what lacks its `;`: what comes next is not to blame.
    pub(super) fn missing_semicolon(&self, lowering: &Lowering<'_>) -> Option<Diagnostic> {
        if !self.expects(Expectation::Semicolon)
            || self.strong().any(|other| !may_stand_before_semicolon(other))
        {
            return None;
        }
        let end = end_of_previous(self.text, self.at)?;
        let behind_line = self.text.get(end..self.at)?.contains('\n') || self.found_text() == "}";
        if end <= self.start || !(behind_line || self.begins_in_line(lowering)) {
            return None;
        }
        let place = point_behind(lowering, end);
        let message = format!("expected `;`, found {}", self.found_words());
        Some(Diagnostic::error(codes::E0118, place, message).with_suggestion(place, ";", "add `;` here"))
    }

    /// True if the wrong token begins a statement, declaration, field, entry or the like, and what is before it in its
    /// line can end one: `x = 1 y = 2;`, but neither `x = 1 2;` nor `unsigned int x;`.
    fn begins_in_line(&self, lowering: &Lowering<'_>) -> bool {
        let Some(found) = self.found else {
            return false;
        };
        let phrases = self.phrases();
        let Some((phrase, outer)) = phrases.split_last() else {
            return false;
        };
        let in_actions =
            outer.last().and_then(|outer| outer.first()).is_some_and(|first| first.text == "actions");
        let is_lone_word = matches!(phrase.as_slice(), [only] if !is_keyword(only.text));
        if is_lone_word && !in_actions {
            return false;
        }
        let next = token(self.text, found.end());
        let next_text = next.map_or("", |next| next.text);
        match found.kind {
            TokenKind::Number => is_behind_keyset(next_text),
            TokenKind::Symbol if found.text == "(" => {
                self.behind_brackets(found).is_some_and(|next| next.text == ":")
            }
            TokenKind::Symbol => found.text == "@" && self.annotates(found),
            TokenKind::Word if begins_by_itself(found.text) => true,
            // A list of actions: `a b;`
            TokenKind::Word if in_actions => !is_keyword(found.text),
            TokenKind::Word => match next {
                Some(Token { kind: TokenKind::Word, .. }) => {
                    BEGINNINGS.contains(&found.text) || lowering.type_names.is_type(found.text)
                }
                _ if is_keyword(found.text) && found.text != "this" => is_behind_keyset(next_text),
                _ => {
                    is_behind_keyset(next_text)
                        || is_behind_begin(next_text)
                        || found.text == "apply" && next_text == "{"
                }
            },
            TokenKind::Text | TokenKind::Unknown => false,
        }
    }

    /// True if something to annotate stands behind the annotation that begins with `at`.
    fn annotates(&self, at: Token<'_>) -> bool {
        let behind_name = token(self.text, at.end()).and_then(|name| token(self.text, name.end()));
        let next = match behind_name {
            Some(open) if matches!(open.text, "(" | "[") => self.behind_brackets(open),
            other => other,
        };
        next.is_some_and(|next| next.kind == TokenKind::Word || matches!(next.text, "@" | "{"))
    }

    /// What stands behind the bracket that closes `open`, if that is in the same statement.
    fn behind_brackets(&self, open: Token<'_>) -> Option<Token<'_>> {
        let mut depth = 0_u32;
        for token in tokens(self.text, open.start) {
            match token.text {
                "(" | "[" => depth += 1,
                ")" | "]" if depth == 1 => return super::token(self.text, token.end()),
                ")" | "]" => depth -= 1,
                ";" | "{" | "}" => return None,
                _ => {}
            }
        }
        None
    }
}

/// Words with which a declaration or statement begins, whatever follows.
fn begins_by_itself(word: &str) -> bool {
    let begins_type_or_leaves =
        matches!(word, "bit" | "bool" | "int" | "string" | "tuple" | "break" | "continue" | "exit");
    begins_type_or_leaves || is_keyword(word) && BEGINNINGS.contains(&word)
}

/// What stands behind the first value of a keyset or behind an expression of a key.
fn is_behind_keyset(text: &str) -> bool {
    matches!(text, ":" | ".." | "&&&")
}

/// What stands behind the name with which a statement or property begins.
fn is_behind_begin(text: &str) -> bool {
    let assigns = text.ends_with('=') && !matches!(text, "==" | "!=" | "<=" | ">=");
    assigns || matches!(text, "." | "[" | "(" | "<")
}

/// What else may be expected where only the `;` is missing.
fn may_stand_before_semicolon(expected: Expectation) -> bool {
    matches!(
        expected,
        Expectation::Semicolon
            | Expectation::Comma
            | Expectation::Assign
            | Expectation::AssignmentOperator
            | Expectation::OpenParen
            | Expectation::Name
    )
}
