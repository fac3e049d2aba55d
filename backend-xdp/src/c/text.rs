//! Identifiers in C that is not ours to write: what users give, and what the prelude is made of.

use std::collections::BTreeSet;

/// Adds the identifiers of a C text. What stands in comments and string literals is none.
pub fn collect_identifiers<'a>(text: &'a str, into: &mut BTreeSet<&'a str>) {
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = if rest.starts_with("/*") {
            rest.get(2..).and_then(|inner| inner.find("*/")).map(|at| at + 4)
        } else if rest.starts_with("//") {
            rest.find('\n')
        } else if matches!(first, '"' | '\'') {
            end_of_literal(rest, first)
        } else if is_word(first) {
            let (word, _) = rest.split_at(rest.find(|c| !is_word(c)).unwrap_or(rest.len()));
            if !first.is_ascii_digit() {
                into.insert(word);
            }
            Some(word.len())
        } else {
            Some(first.len_utf8())
        };
        rest = end.and_then(|end| rest.get(end..)).unwrap_or_default();
    }
}

/// Where a string or character literal ends that the text begins with.
fn end_of_literal(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return Some(at + 1),
            // An apostrophe in a directive's text.
            '\n' => return Some(at),
            _ => {}
        }
    }
    None
}
