//! Edits that mend a mistake. In: the findings of the checker and the text that they are about. Out: the same findings with
//! a suggestion, where one replacement makes the program right.

use super::Checker;
use crate::ast;
use crate::diagnostic::Diagnostic;
use crate::hir::{Direction, TypeId};
use crate::source::Span;

/// What core.p4 declares, and a program without it may well use.
const CORE_NAMES: &[&str] =
    &["error", "packet_in", "packet_out", "NoAction", "verify", "static_assert", "exact", "lpm", "ternary"];

impl Checker<'_> {
    /// Proposes a cast of the expression at `span`, if there is one from its type.
    pub(super) fn with_cast(
        &mut self,
        diagnostic: Diagnostic,
        span: Span,
        from: TypeId,
        to: TypeId,
    ) -> Diagnostic {
        let Some(text) = self.sources.text(span).filter(|_| self.is_explicitly_castable(from, to)) else {
            return diagnostic;
        };
        let operand = in_parentheses(text);
        let to = self.text(to);
        diagnostic.with_suggestion(span, format!("({to}){operand}"), "cast it")
    }

    /// Proposes to cast the operand to `between` first, for what no single cast converts.
    pub(super) fn with_second_cast(
        &self,
        diagnostic: Diagnostic,
        operand: Span,
        between: &str,
    ) -> Diagnostic {
        let Some(text) = self.sources.text(operand) else {
            return diagnostic;
        };
        let replacement = format!("({between}){}", in_parentheses(text));
        diagnostic.with_suggestion(operand, replacement, "a cast changes the width or the sign, not both")
    }

    /// Proposes a width for the number at `span`.
    pub(super) fn with_width(&self, diagnostic: Diagnostic, span: Span) -> Diagnostic {
        match self.sources.text(span) {
            Some(number) if number.starts_with(|first: char| first.is_ascii_digit()) => {
                diagnostic.with_suggestion(span, format!("32w{number}"), "give it a width")
            }
            Some(_) | None => diagnostic.with_note("give it a width, as in `32w1`"),
        }
    }

    /// Reports that a name is not declared. If core.p4 would declare it, proposes to include that; but once only, for all
    /// that core.p4 declares is missing then.
    pub(super) fn emit_undeclared(&mut self, diagnostic: Diagnostic, name: &str) {
        let is_core = CORE_NAMES.contains(&name);
        if !(is_core && self.lacks_core) {
            let diagnostic = if is_core { self.with_core_library(diagnostic, name) } else { diagnostic };
            self.emit(diagnostic);
        }
        self.lacks_core |= is_core;
    }

    fn with_core_library(&self, diagnostic: Diagnostic, name: &str) -> Diagnostic {
        let Some((_, main)) = self.sources.files().next() else {
            return diagnostic;
        };
        let start = main.span_of(main.text_start(), main.text_start());
        diagnostic.with_suggestion(
            start,
            "#include <core.p4>\n",
            format!("`{name}` is declared in core.p4, which this program does not include"),
        )
    }

    /// Proposes to leave out the direction of a parameter.
    pub(super) fn without_direction(&self, diagnostic: Diagnostic, param: &ast::Parameter) -> Diagnostic {
        let lo = param.annotations.last().map_or(param.span.lo, |annotation| annotation.span.hi);
        let span = Span::new(lo, param.ty.span.lo);
        let word = match param.direction {
            Direction::None => return diagnostic,
            Direction::In => "in",
            Direction::Out => "out",
            Direction::InOut => "inout",
        };
        if self.sources.text(span).map(str::trim) != Some(word) {
            return diagnostic;
        }
        let space = if param.annotations.is_empty() { "" } else { " " };
        diagnostic.with_suggestion(span, space, format!("leave out `{word}`"))
    }

    /// Proposes `...` at the end of a list that lacks fields.
    pub(super) fn with_rest(&self, diagnostic: Diagnostic, list: Span) -> Diagnostic {
        let inner = self.sources.text(list).and_then(|text| text.strip_suffix('}')).map(str::trim_end);
        let Some(inner) = inner else {
            return diagnostic;
        };
        let end = list.lo + inner.len() as u32;
        let comma = if inner.ends_with([',', '{']) { " ..." } else { ", ..." };
        diagnostic.with_suggestion(
            Span::new(end, end),
            comma,
            "give the other fields their default values by `...` at the end",
        )
    }

    /// Proposes `return;` for a `return` with a value.
    pub(super) fn without_value(&self, diagnostic: Diagnostic, value: Span) -> Diagnostic {
        // The blank in front goes as well.
        let blank = Span::new(value.lo.saturating_sub(1), value.lo);
        let lo = if self.sources.text(blank) == Some(" ") { blank.lo } else { value.lo };
        diagnostic.with_suggestion(Span::new(lo, value.hi), "", "leave out the value")
    }
}

/// The text of an expression as the operand of a cast.
fn in_parentheses(text: &str) -> String {
    let is_simple = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
    let is_enclosed = text.starts_with('(') && text.find(')') == Some(text.len().saturating_sub(1));
    if is_simple || is_enclosed { text.to_owned() } else { format!("({text})") }
}
