//! Where to go on after a declaration that could not be parsed.
//!
//! The next declaration begins where the braces are balanced again, or, should they be what is wrong, where a keyword
//! that only declarations begin with stands in the first column. Better to stay silent about what follows than to
//! report errors that come from the first one, so nothing else is tried.

use super::tokens::{TokenKind, tokens};

/// The offset at which the next declaration after the error at `error` begins. `start` is where the broken one begins.
pub(super) fn next_declaration(text: &str, start: usize, error: usize) -> Option<usize> {
    let mut depth: u32 = 0;
    let mut previous = "";
    for token in tokens(text, start) {
        if token.start > start && token.start >= error {
            let before = text.get(..token.start).unwrap_or_default();
            let first_column = before.ends_with('\n');
            if first_column && token.kind == TokenKind::Word && begins_declaration(token.text) {
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
