//! Where to go on after a declaration that could not be parsed, and what to take out of it so that the rest can be.
//!
//! Inside of a declaration a missing `;` is put in, and any other broken statement, field, entry or local declaration
//! is blanked, byte by byte, so that offsets stay what they are. Where that cannot be done, for the braces themselves are
//! in doubt, the next declaration begins where they are balanced again, or where a keyword that only declarations begin
//! with stands in the first column. Better to stay silent than to report errors that come from an earlier one.

use super::tokens::{Token, TokenKind, tokens};
use crate::diagnostic::{Code, codes};
use std::borrow::Cow;

/// The offset at which the next declaration after the error at `error` begins. `start` is where the broken one begins.
pub(super) fn next_declaration(text: &str, start: usize, error: usize) -> Option<usize> {
    let mut depth: u32 = 0;
    let mut previous = "";
    for token in tokens(text, start) {
        if token.start > start && token.start >= error {
            let before = text.get(..token.start).unwrap_or_default();
            if begins_declaration_in_first_column(text, token) {
                return Some(token.start);
            }
            // Behind a brace in the same line, the rest of the declaration may follow: `typedef struct S {} T;`.
            let first_in_line = before.trim_end_matches([' ', '\t']).ends_with('\n');
            if depth == 0 && (previous == ";" || previous == "}" && first_in_line && token.text != ";") {
                return Some(token.start);
            }
        }
        match token.text {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if token.start >= error {
            previous = token.text;
        }
    }
    None
}

/// Changes `text` so that the declaration that begins at `start` can be parsed beyond the error at `error`. Returns where
/// the change ends; `None` if nothing sensible can be changed.
pub(super) fn mend(text: &mut Cow<'_, str>, start: usize, error: usize, code: Code) -> Option<usize> {
    if code == codes::E0119 {
        return None;
    }
    if code == codes::E0118
        && let Some(gap) = gap_before(text, error)
    {
        text.to_mut().replace_range(gap..gap + 1, ";");
        return Some(error);
    }
    let statement = statement_around(text, start, error, code == codes::E0122)?;
    let broken = text.get(statement.clone()).filter(|broken| !broken.trim().is_empty())?;
    let blank: String = broken.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
    let end = statement.end;
    text.to_mut().replace_range(statement, &blank);
    Some(end)
}

/// True if an error at `error` says no more than that what was mended up to `mended` was wrong: nothing stands between.
pub(super) fn is_consequence(text: &str, mended: usize, error: usize) -> bool {
    tokens(text, mended).next().is_none_or(|token| token.start >= error)
}

/// White space of one byte between the token at `at` and the one before it; not a line's end if there is another.
fn gap_before(text: &str, at: usize) -> Option<usize> {
    let before = text.get(..at)?;
    let gap = before.trim_end_matches([' ', '\t', '\r', '\n']).len()..at;
    let blank = before.get(gap.clone())?.find([' ', '\t', '\r']);
    (!gap.is_empty()).then(|| gap.start + blank.unwrap_or(0))
}

/// A bracket that is open before the error.
struct Open {
    is_brace: bool,
    /// The braces of an expression rather than of a block.
    in_expression: bool,
    /// Where the statement that it stands in begins.
    statement: usize,
}

/// The statement (or field, entry, local declaration ..) in braces in which the error stands.
fn statement_around(
    text: &str,
    start: usize,
    error: usize,
    brackets_in_doubt: bool,
) -> Option<std::ops::Range<usize>> {
    let mut open: Vec<Open> = Vec::new();
    let mut begin = start;
    let (mut previous, mut before_previous) = ("", "");
    for token in tokens(text, start).take_while(|token| token.start < error) {
        let innermost = open.last();
        match token.text {
            "(" | "[" => open.push(Open { is_brace: false, in_expression: false, statement: begin }),
            ")" | "]" if innermost.is_some_and(|open| !open.is_brace) => drop(open.pop()),
            "{" => {
                let in_list = innermost.is_some_and(|open| open.in_expression || !open.is_brace);
                let in_expression = in_list || begins_list(before_previous, previous);
                open.push(Open { is_brace: true, in_expression, statement: begin });
                begin = token.end();
            }
            "}" => {
                while let Some(closed) = open.pop() {
                    if closed.is_brace {
                        begin = if closed.in_expression { closed.statement } else { token.end() };
                        break;
                    }
                }
            }
            ";" if innermost.is_none_or(|open| open.is_brace) => begin = token.end(),
            _ => {}
        }
        (before_previous, previous) = (previous, token.text);
    }
    if brackets_in_doubt && open.last().is_none_or(|open| open.is_brace) {
        return None;
    }
    if !open.iter().any(|open| open.is_brace) {
        return None;
    }
    let in_for = tokens(text, begin).next().is_some_and(|first| first.text == "for");
    let parens = open.iter().rev().take_while(|open| !open.is_brace).count();
    let end = end_of_statement(text, error, if in_for { parens } else { 0 }, in_for)?;
    Some(begin..end)
}

/// Where the statement ends that goes on at `from`, inside of so many parentheses.
fn end_of_statement(text: &str, from: usize, mut parens: usize, in_for: bool) -> Option<usize> {
    let mut depth: u32 = 0;
    let mut rest = tokens(text, from).peekable();
    while let Some(token) = rest.next() {
        if begins_declaration_in_first_column(text, token) {
            return None;
        }
        match token.text {
            "(" => parens += 1,
            ")" => parens = parens.saturating_sub(1),
            "{" => depth += 1,
            "}" if depth == 0 => return Some(token.start),
            "}" => {
                depth -= 1;
                let goes_on = rest.peek().is_some_and(|next| {
                    next.text == "else"
                        || next.kind == TokenKind::Symbol && !matches!(next.text, "@" | "(" | "{" | "}")
                });
                if depth == 0 && !goes_on {
                    return Some(token.end());
                }
            }
            ";" if depth == 0 && (!in_for || parens == 0) => return Some(token.end()),
            _ => {}
        }
    }
    None
}

/// True if a `{` behind these two tokens begins a list or the like; the properties of tables have blocks.
fn begins_list(before_previous: &str, previous: &str) -> bool {
    match previous {
        "=" => !matches!(before_previous, "key" | "actions" | "entries"),
        "return" | "," | "==" | "!=" => true,
        _ => false,
    }
}

fn begins_declaration_in_first_column(text: &str, token: Token<'_>) -> bool {
    text.get(..token.start).is_some_and(|before| before.ends_with('\n'))
        && token.kind == TokenKind::Word
        && begins_declaration(token.text)
}

/// Words that begin a declaration, and nothing else when they stand in the first column.
pub(super) fn begins_declaration(word: &str) -> bool {
    matches!(
        word,
        "control"
            | "parser"
            | "header"
            | "header_union"
            | "struct"
            | "enum"
            | "extern"
            | "package"
            | "typedef"
            | "match_kind"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after<'t>(text: &'t str, error: &str) -> Option<&'t str> {
        next_declaration(text, 0, text.find(error).unwrap()).map(|at| &text[at..at + 5])
    }

    #[test]
    fn goes_on_after_balanced_braces() {
        assert_eq!(after("control c() { apply { x = ! ; } }\nbit<8> f() {}", "!"), Some("bit<8"));
        assert_eq!(after("const bit x = !;\nconst bit y = 1;", "!"), Some("const"));
        assert_eq!(after("struct S { bit x }\n; error { A }", "}"), Some("error"));
        assert_eq!(after("type struct { bit x; } S;\n error { A }", "struct"), Some("error"));
    }

    #[test]
    fn goes_on_at_a_keyword_in_the_first_column() {
        assert_eq!(after("control c() { apply { \ncontrol d() {}", "\ncontrol"), Some("contr"));
        assert_eq!(after("const bit x = 1\nstruct S {}", "struct"), Some("struc"));
    }

    #[test]
    fn gives_up_at_the_end() {
        assert_eq!(after("control c() { apply { ! ", "!"), None);
    }
}
