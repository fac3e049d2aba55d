//! One diagnostic for one syntax error: in human words, at the token that is wrong, with a proposal where the mistake
//! is a frequent one.
//!
//! In: where the grammar got no further, and what it expected there. Out: a [`Diagnostic`]. Goes on nowhere.

mod brackets;
mod semicolon;

use super::Lowering;
use super::expectation::{Expectation, of_rule};
use super::grammar::Rule;
use super::keywords::{BEGINNINGS, is_keyword, reserved_word};
use super::tokens::{Token, TokenKind, end_of_previous, token, tokens};
use crate::diagnostic::suggest::closest;
use crate::diagnostic::{Code, Diagnostic, codes};
use crate::source::Span;
use pest::error::{Error, ErrorVariant, InputLocation};

/// Where the text of a declaration went wrong.
struct Failure<'t> {
    text: &'t str,
    /// Begin of the declaration.
    start: usize,
    /// Where the wrong token begins.
    at: usize,
    /// `None` at the end of the text.
    found: Option<Token<'t>>,
    expected: Vec<Expectation>,
}

/// The diagnostic, and the offset of the wrong token in `text`. `start` is where the grammar began.
pub(super) fn diagnose(
    lowering: &Lowering<'_>,
    text: &str,
    start: usize,
    error: &Error<Rule>,
) -> (Diagnostic, usize) {
    let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = error.location;
    let found = token(text, start + at);
    let at = found.map_or(text.len(), |found| found.start);
    let rules: &[Rule] = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives,
        ErrorVariant::CustomError { .. } => return (too_deep(span_of_token(lowering, text, at, found)), at),
    };
    let start = token(text, start).map_or(start, |first| first.start);
    let mut expected: Vec<Expectation> = rules.iter().copied().filter_map(of_rule).collect();
    expected.sort_unstable();
    expected.dedup();
    if expected.contains(&Expectation::Expression) {
        expected.retain(|expected| !matches!(expected, Expectation::Name | Expectation::Number));
    }
    // Behind `f(x)` a name would make an instantiation, which could not stand there either.
    if expected.contains(&Expectation::AssignmentOperator) {
        expected.retain(|expected| *expected != Expectation::Name);
    }
    // At the begin of a list, a separator or the end of the last element is no news.
    if let Some(found) = found {
        let shown = format!("`{}`", found.text);
        expected.retain(|expected| expected.words() != shown);
    }
    let failure = Failure { text, start, at, found, expected };
    match failure.other_language(lowering) {
        // Nothing of what follows will fit either.
        Some(diagnostic) => (diagnostic, text.len()),
        None => (failure.explain(lowering), at),
    }
}

/// Brackets, operators or types nest too deeply at `span`.
pub(super) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error(codes::E0119, span, "nested too deeply")
        .with_note(format!("brackets nest at most {} deep", super::MAX_BRACKETS))
        .with_note(format!("chains of operators or of `else if` have at most {} links", super::MAX_DEPTH))
}

/// The place of the wrong token; at the end of the text, the point behind the last one.
fn span_of_token(lowering: &Lowering<'_>, text: &str, at: usize, token: Option<Token<'_>>) -> Span {
    match (token, end_of_previous(text, at)) {
        (Some(token), _) => lowering.map.span(at, token.end()),
        (None, Some(end)) => point_behind(lowering, end),
        (None, None) => lowering.map.span(at, at),
    }
}

/// The point behind the text that ends at `end`. Its last byte tells the file, even if the text goes on with another.
fn point_behind(lowering: &Lowering<'_>, end: usize) -> Span {
    let hi = lowering.map.span(end - 1, end).hi;
    Span::new(hi, hi)
}

impl Failure<'_> {
    fn explain(&self, lowering: &Lowering<'_>) -> Diagnostic {
        self.unknown_token(lowering)
            .or_else(|| self.misspelt_keyword(lowering))
            .or_else(|| self.word_for_operator(lowering))
            .or_else(|| self.missing_semicolon(lowering))
            .or_else(|| self.wrong_operator(lowering))
            .or_else(|| self.statement_among_declarations(lowering))
            .or_else(|| self.keyword_as_name(lowering))
            .or_else(|| self.stray_token(lowering))
            .unwrap_or_else(|| self.unexpected_token(lowering))
    }

    fn span(&self, lowering: &Lowering<'_>) -> Span {
        span_of_token(lowering, self.text, self.at, self.found)
    }

    fn error(&self, lowering: &Lowering<'_>, code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, self.span(lowering), message)
    }

    fn found_text(&self) -> &str {
        self.found.map_or("", |found| found.text)
    }

    fn expects(&self, expectation: Expectation) -> bool {
        self.expected.contains(&expectation)
    }

    /// P4_14 has declarations of its own.
    fn other_language(&self, lowering: &Lowering<'_>) -> Option<Diagnostic> {
        let first = token(self.text, self.start)?;
        if !matches!(first.text, "header_type" | "field_list" | "field_list_calculation" | "action_profile") {
            return None;
        }
        let span = lowering.map.span(first.start, first.end());
        let message = format!("`{}` is a declaration of P4_14, and this is a compiler for P4_16", first.text);
        Some(Diagnostic::error(codes::E0133, span, message))
    }

    /// A character or a number that is no token of P4 at all.
    fn unknown_token(&self, lowering: &Lowering<'_>) -> Option<Diagnostic> {
        let found = self.found?;
        match found.kind {
            TokenKind::Unknown => {
                let shown = found.text.escape_debug();
                Some(self.error(lowering, codes::E0131, format!("`{shown}` has no meaning in P4")))
            }
            TokenKind::Number if self.text.get(..self.at).is_some_and(is_fraction) => {
                Some(self.error(lowering, codes::E0120, "P4 has no fractional numbers"))
            }
            TokenKind::Number if !self.expects(Expectation::Semicolon) => {
                let reason = super::literals::what_is_wrong(found.text)?;
                let message = format!("`{}` is not a number: {reason}", found.text);
                Some(self.error(lowering, codes::E0120, message))
            }
            TokenKind::Number | TokenKind::Word | TokenKind::Text | TokenKind::Symbol => None,
        }
    }

    /// `heder H {`: a phrase begins with a word that is no type, but nearly a keyword. If the wrong token is itself
    /// something that only certain declarations contain, it may be the phrase before an open brace.
    fn misspelt_keyword(&self, lowering: &Lowering<'_>) -> Option<Diagnostic> {
        let found = self.found?;
        let mut phrases = self.phrases();
        let last = phrases.pop()?;
        let opens = last.first().unwrap_or(&found).text;
        let is_inner =
            matches!(opens, "action" | "apply" | "table" | "state" | "transition" | "key" | "actions");
        let outer = if is_inner { phrases.as_slice() } else { &[] };
        let mut candidates = std::iter::once(&last).chain(outer);
        let (word, keyword) = candidates.find_map(|phrase| self.near_keyword(phrase, lowering))?;
        let span = lowering.map.span(word.start, word.end());
        let message = format!("`{}` begins no declaration or statement", word.text);
        Some(
            Diagnostic::error(codes::E0132, span, message)
                .with_label(self.span(lowering), "this does not fit")
                .with_suggestion(span, keyword, format!("did you mean `{keyword}`?")),
        )
    }

    /// The word that a phrase begins with and the keyword that it nearly is, if a keyword would make sense there.
    fn near_keyword<'p>(
        &self,
        phrase: &[Token<'p>],
        lowering: &Lowering<'_>,
    ) -> Option<(Token<'p>, &'static str)> {
        let first = *phrase.first()?;
        if first.kind != TokenKind::Word || is_keyword(first.text) || lowering.type_names.is_type(first.text)
        {
            return None;
        }
        let second = phrase.get(1).copied().or(self.found)?;
        if second.kind != TokenKind::Word && self.found_text() != "{" {
            return None;
        }
        if BEGINNINGS.contains(&first.text) {
            return None;
        }
        closest(first.text, BEGINNINGS).map(|keyword| (first, keyword))
    }

    /// The tokens since the last `;`, `{` or `}`, and before them those in front of each open brace, outermost first.
    fn phrases(&self) -> Vec<Vec<Token<'_>>> {
        let mut phrases = vec![Vec::new()];
        for token in tokens(self.text, self.start).take_while(|token| token.start < self.at) {
            match token.text {
                "{" => phrases.push(Vec::new()),
                "}" | ";" => {
                    if token.text == "}" && phrases.len() > 1 {
                        phrases.pop();
                    }
                    if let Some(phrase) = phrases.last_mut() {
                        phrase.clear();
                    }
                }
                _ => {
                    if let Some(phrase) = phrases.last_mut() {
                        phrase.push(token);
                    }
                }
            }
        }
        phrases
    }

    /// `and` and `or`, as in P4_14, if an operand follows.
    fn word_for_operator(&self, lowering: &Lowering<'_>) -> Option<Diagnostic> {
        let found = self.found?;
        let operator = match found.text {
            "and" => "&&",
            "or" => "||",
            _ => return None,
        };
        let next = token(self.text, found.end())?;
        let is_operand =
            matches!(next.kind, TokenKind::Word | TokenKind::Number) || matches!(next.text, "(" | "!" | "~");
        if !self.expects(Expectation::Operator) || !is_operand {
            return None;
        }
        let message = format!("expected an operator, found `{}`, which is none in P4_16", found.text);
        let suggestion = format!("write `{operator}`");
        Some(self.error(lowering, codes::E0135, message).with_suggestion(
            self.span(lowering),
            operator,
            suggestion,
        ))
    }

    /// `=` for `==` and the reverse, `++` and `--`.
    fn wrong_operator(&self, lowering: &Lowering<'_>) -> Option<Diagnostic> {
        let span = self.span(lowering);
        let error = |message: &str| Diagnostic::error(codes::E0135, span, message);
        match self.found_text() {
            "=" if self.expects(Expectation::Operator) && !self.expects(Expectation::AssignmentOperator) => {
                Some(error("expected an operator, found `=`, which assigns").with_suggestion(
                    span,
                    "==",
                    "to compare, write `==`",
                ))
            }
            "==" if self.expects(Expectation::AssignmentOperator) => {
                Some(error("expected an assignment, found `==`, which compares").with_suggestion(
                    span,
                    "=",
                    "to assign, write `=`",
                ))
            }
            "++" if self.expects(Expectation::AssignmentOperator) => {
                Some(error("P4 has no increment operator").with_suggestion(span, " += 1", "write `x += 1`"))
            }
            "-" if self.expects(Expectation::AssignmentOperator)
                && self.text.get(self.at..).is_some_and(|rest| rest.starts_with("--")) =>
            {
                let both = Span::new(span.lo, span.hi + 1);
                Some(error("P4 has no decrement operator").with_suggestion(both, " -= 1", "write `x -= 1`"))
            }
            _ => None,
        }
    }

    /// A statement between the declarations of a control or parser.
    fn statement_among_declarations(&self, lowering: &Lowering<'_>) -> Option<Diagnostic> {
        let mut phrases = self.phrases();
        let phrase = phrases.pop()?;
        let first = phrase.first().copied().or(self.found)?;
        let is_statement =
            matches!(first.text, "if" | "return" | "switch" | "for" | "exit" | "break" | "continue")
                || first.kind == TokenKind::Word
                    && matches!(self.found_text(), "=" | "." | "[" | "+=" | "-=");
        // Annotations may stand before the keyword.
        let owner = phrases.last()?.iter().find(|token| matches!(token.text, "control" | "parser"))?;
        if !is_statement || is_keyword(first.text) && first.start < self.at {
            return None;
        }
        let place = if owner.text == "control" { "in `apply` and in actions" } else { "in states" };
        let message = format!("a statement cannot stand here, only {place}");
        let span = lowering.map.span(first.start, first.end());
        Some(Diagnostic::error(codes::E0124, span, message))
    }

    /// A name was to follow, and a reserved word did.
    fn keyword_as_name(&self, lowering: &Lowering<'_>) -> Option<Diagnostic> {
        let found = self.found?;
        if !self.strong().all(|expected| matches!(expected, Expectation::Name | Expectation::Type)) {
            return None;
        }
        if !is_keyword(found.text) || self.strong().next().is_none() {
            return None;
        }
        let what = if self.expects(Expectation::Type) { "a type" } else { "a name" };
        Some(reserved_word(self.span(lowering), what, found.text))
    }

    /// Closing brackets and `else` that belong to nothing.
    fn stray_token(&self, lowering: &Lowering<'_>) -> Option<Diagnostic> {
        match self.found_text() {
            "else" => Some(self.stray_else(lowering)),
            closing @ (")" | "]" | "}") if self.open_brackets().is_empty() => {
                let message = format!("`{closing}` closes nothing: no bracket is open here");
                Some(self.error(lowering, codes::E0122, message))
            }
            _ => None,
        }
    }

    /// `else` follows no `if`, or an `if` whose block is still open.
    fn stray_else(&self, lowering: &Lowering<'_>) -> Diagnostic {
        let mut phrases = self.phrases();
        phrases.pop();
        let in_if = phrases.last().and_then(|phrase| phrase.first()).is_some_and(|first| first.text == "if");
        let open = self.open_brackets().last().copied().filter(|open| in_if && open.text == "{");
        match open {
            Some(open) => self
                .error(lowering, codes::E0122, "expected `}` before `else`")
                .with_label(lowering.map.span(open.start, open.end()), "this `{` is not closed"),
            None => self.error(lowering, codes::E0124, "`else` without an `if` before it"),
        }
    }

    fn unexpected_token(&self, lowering: &Lowering<'_>) -> Diagnostic {
        let mut words: Vec<&str> = self.strong().map(Expectation::words).collect();
        if words.is_empty() {
            words = self.expected.iter().map(|expected| expected.words()).collect();
        }
        words.dedup();
        words.truncate(4);
        let found = self.found_words();
        let message = match words.split_last() {
            None => format!("{found} does not fit here"),
            Some((only, [])) => format!("expected {only}, found {found}"),
            Some((last, first)) => format!("expected {} or {last}, found {found}", first.join(", ")),
        };
        let unclosed = self.unclosed();
        let code = if unclosed.is_some() { codes::E0122 } else { codes::E0100 };
        let diagnostic = self.error(lowering, code, message);
        match unclosed {
            Some(open) => {
                let span = lowering.map.span(open.start, open.end());
                diagnostic.with_label(span, format!("this `{}` is not closed", open.text))
            }
            None => diagnostic,
        }
    }

    /// What was expected, without what could stand nearly everywhere.
    fn strong(&self) -> impl Iterator<Item = Expectation> {
        self.expected.iter().copied().filter(|expected| !expected.is_weak())
    }

    fn found_words(&self) -> String {
        match self.found {
            None => "the end of the file".to_owned(),
            Some(found) if found.text == "_" => "`_`".to_owned(),
            Some(found) if is_keyword(found.text) => format!("keyword `{}`", found.text),
            Some(found) if found.text.len() > 40 => {
                let cut: String = found.text.chars().take(30).collect();
                format!("`{cut}..`")
            }
            Some(found) => format!("`{}`", found.text),
        }
    }
}

/// The text before a number is a number and a point.
fn is_fraction(before: &str) -> bool {
    before.strip_suffix('.').is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit()))
}
