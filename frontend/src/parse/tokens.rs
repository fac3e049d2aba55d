//! A plain scanner for the paths that explain errors and look for a place to go on: the grammar itself has no tokens.

/// What sort of token it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A name or keyword.
    Word,
    /// Begins with a digit.
    Number,
    /// In double quotes.
    Text,
    /// An operator or bracket.
    Symbol,
    /// A character that P4 has no use for.
    Unknown,
}

/// A token and where it stands in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) kind: TokenKind,
    pub(super) text: &'t str,
    pub(super) start: usize,
}

impl Token<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// The tokens of `text` from the offset `from`, which is no offset within a token.
pub(super) fn tokens(text: &str, from: usize) -> impl Iterator<Item = Token<'_>> {
    let mut at = from;
    std::iter::from_fn(move || {
        let token = token(text, at)?;
        at = token.end();
        Some(token)
    })
}

const SYMBOLS: [&str; 43] = [
    "|+|=", "|-|=", "<<=", ">>=", "&&&", "...", "|+|", "|-|", "{#}", "==", "!=", "<=", ">=", "&&", "||",
    "++", "<<", "..", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "+", "-", "*", "/", "%", "&", "|", "^",
    "~", "!", "<", ">", "=", "?", ":", ".", "@",
];

/// The first token at or after `from`.
pub(super) fn token(text: &str, from: usize) -> Option<Token<'_>> {
    let rest = text.get(from..)?.trim_start();
    let start = text.len() - rest.len();
    let first = rest.chars().next()?;
    let (kind, length) = if first.is_ascii_alphabetic() || first == '_' {
        (TokenKind::Word, word_length(rest))
    } else if first.is_ascii_digit() {
        (TokenKind::Number, word_length(rest))
    } else if first == '"' {
        (TokenKind::Text, text_length(rest))
    } else if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
        (TokenKind::Symbol, symbol.len())
    } else if "()[]{},;".contains(first) {
        (TokenKind::Symbol, 1)
    } else {
        (TokenKind::Unknown, first.len_utf8())
    };
    Some(Token { kind, text: rest.get(..length)?, start })
}

/// The end of the token before `at`, if there is one.
pub(super) fn end_of_previous(text: &str, at: usize) -> Option<usize> {
    let before = text.get(..at)?.trim_end();
    if before.is_empty() { None } else { Some(before.len()) }
}

fn word_length(rest: &str) -> usize {
    rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len())
}

fn text_length(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if c == '"' && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_into_tokens() {
        let texts: Vec<&str> = tokens("a|+|=b 8w0xF \"a\\\"b\"\n{#} $ é<<= ..", 0).map(|t| t.text).collect();
        assert_eq!(texts, ["a", "|+|=", "b", "8w0xF", "\"a\\\"b\"", "{#}", "$", "é", "<<=", ".."]);
    }
}
