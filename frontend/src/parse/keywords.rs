//! The words of the language, for the paths that explain errors; the grammar has its own lists.

use crate::diagnostic::{Diagnostic, codes};
use crate::source::Span;

/// `word` stands where `what` was to stand, and cannot.
pub(super) fn reserved_word(span: Span, what: &str, word: &str) -> Diagnostic {
    let (found, note) = match word {
        "_" => ("`_`".to_owned(), "`_` names nothing; it stands for a value that does not matter".to_owned()),
        _ => (
            format!("keyword `{word}`"),
            format!("`{word}` is a reserved word of P4 and cannot be used as a name"),
        ),
    };
    Diagnostic::error(codes::E0121, span, format!("expected {what}, found {found}")).with_note(note)
}

/// Words that declarations, statements and their parts begin with.
pub(super) const BEGINNINGS: [&str; 32] = [
    "abstract",
    "action",
    "actions",
    "apply",
    "const",
    "control",
    "default",
    "else",
    "entries",
    "enum",
    "error",
    "extern",
    "for",
    "header",
    "header_union",
    "if",
    "key",
    "match_kind",
    "package",
    "parser",
    "return",
    "select",
    "state",
    "struct",
    "switch",
    "table",
    "transition",
    "type",
    "typedef",
    "value_set",
    "varbit",
    "void",
];

/// Words that are never names.
pub(super) fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "abstract"
            | "action"
            | "bit"
            | "bool"
            | "break"
            | "const"
            | "continue"
            | "control"
            | "default"
            | "else"
            | "enum"
            | "error"
            | "exit"
            | "extern"
            | "false"
            | "for"
            | "header"
            | "header_union"
            | "if"
            | "in"
            | "inout"
            | "int"
            | "match_kind"
            | "out"
            | "package"
            | "parser"
            | "return"
            | "select"
            | "string"
            | "struct"
            | "switch"
            | "table"
            | "this"
            | "transition"
            | "true"
            | "tuple"
            | "typedef"
            | "value_set"
            | "varbit"
            | "void"
            | "_"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::grammar::{Grammar, Rule};
    use pest::Parser;

    #[test]
    fn the_grammar_reserves_the_same_words() {
        let words = BEGINNINGS.iter().chain(&[
            "in", "inout", "out", "int", "bit", "bool", "tuple", "this", "_", "name", "list", "header_",
            "inn",
        ]);
        for word in words {
            assert_eq!(Grammar::parse(Rule::reserved, word).is_ok(), is_keyword(word), "{word}");
        }
    }
}
