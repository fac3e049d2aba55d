//! Preprocessing tokens. In: text of a file. Out: tokens for directives and for the expansion of macros; ordinary
//! text is never turned into tokens. What is a keyword or an operator of P4 is left to the parser.

use super::text::{Cursor, Splice, has_splice};
use std::rc::Rc;

/// What a token is to the preprocessor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Identifier,
    Number,
    String,
    Punctuator,
    /// A parameter in the body of a macro: which.
    Parameter(u16),
    /// What an empty argument leaves beside `##`.
    Placemarker,
}

/// A token; its text stands in the [`TextPool`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    lo: u32,
    len: u32,
    /// Position in the source of its first byte; 0 for tokens that were made.
    pub(super) at: u32,
    pub(super) kind: TokenKind,
    /// White space stood before it.
    pub(super) spaced: bool,
    /// Named a macro within that macro's own expansion: never expanded again.
    pub(super) painted: bool,
}

impl Token {
    pub(super) fn with_kind(self, kind: TokenKind) -> Token {
        Token { kind, ..self }
    }

    pub(super) fn with_spaced(self, spaced: bool) -> Token {
        Token { spaced, ..self }
    }

    pub(super) fn with_painted(self, painted: bool) -> Token {
        Token { painted, ..self }
    }
}

/// The texts of all tokens.
#[derive(Debug, Default)]
pub(super) struct TextPool {
    text: String,
}

impl TextPool {
    pub(super) fn text(&self, token: Token) -> &str {
        self.text.get(token.lo as usize..(token.lo + token.len) as usize).unwrap_or("")
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Forgets the texts of tokens that were made since the pool had this length.
    pub(super) fn truncate(&mut self, len: usize) {
        self.text.truncate(len);
    }

    pub(super) fn token(&mut self, kind: TokenKind, text: &str, at: u32, spaced: bool) -> Token {
        let lo = self.text.len() as u32;
        self.text.push_str(text);
        Token { lo, len: text.len() as u32, at, kind, spaced, painted: false }
    }

    /// One token made of the texts of two, if they make one.
    pub(super) fn paste(&mut self, left: Token, right: Token) -> Option<Token> {
        let text: Rc<str> = [self.text(left), self.text(right)].concat().into();
        let mut cursor = Cursor::new(&text, 0, 0);
        let token = next_token(&mut cursor, self, Splice::Never).ok().flatten()?;
        (cursor.at_end()).then_some(Token { at: left.at, spaced: left.spaced, ..token })
    }
}

/// Operators of more than one character in P4 and in `#if`, longest first.
const OPERATORS: &[&str] = &[
    "|+|=", "|-|=", "&&&", "...", "<<=", ">>=", "|+|", "|-|", "##", "..", "<<", ">>", "&&", "||", "==", "!=",
    "<=", ">=", "++", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "+:",
];

/// The text ends within a string literal or a block comment, which began at this position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unterminated {
    Comment(u32),
    String(u32),
}

/// The next token, or `None` at the end: of the text, and in a directive of the line.
pub(super) fn next_token(
    cursor: &mut Cursor<'_>,
    pool: &mut TextPool,
    splice: Splice,
) -> Result<Option<Token>, Unterminated> {
    let spaced = cursor.skip_blanks(splice)?;
    let at = cursor.position();
    let Some(first) = cursor.peek() else { return Ok(None) };
    if first == b'\n' {
        return Ok(None);
    }
    let token = if is_identifier_byte(first) {
        let kind = if first.is_ascii_digit() { TokenKind::Number } else { TokenKind::Identifier };
        let mut text = cursor.take_while(is_identifier_byte);
        let spliced;
        if cursor.at_splice() && splice == Splice::Lines {
            let mut joined = text.to_owned();
            while cursor.at_splice() {
                cursor.skip_splice();
                joined.push_str(cursor.take_while(is_identifier_byte));
            }
            spliced = joined;
            text = &spliced;
        }
        pool.token(kind, text, at, spaced)
    } else if first == b'"' {
        let text = cursor.take_string(splice).ok_or(Unterminated::String(at))?;
        if has_splice(text) {
            let joined = text.replace("\\\r\n", "").replace("\\\n", "");
            pool.token(TokenKind::String, &joined, at, spaced)
        } else {
            pool.token(TokenKind::String, text, at, spaced)
        }
    } else {
        let operator = OPERATORS.iter().find(|operator| cursor.rest().starts_with(**operator));
        let length = operator.map_or_else(|| cursor.character_length(), |operator| operator.len());
        pool.token(TokenKind::Punctuator, cursor.take(length), at, spaced)
    };
    Ok(Some(token))
}

/// Letters, digits and `_`: P4 names are ASCII.
pub(super) fn is_identifier_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// True if two tokens written without a space would be read as other tokens than these.
pub(super) fn would_merge(left: Option<u8>, right: Option<u8>) -> bool {
    let (Some(left), Some(right)) = (left, right) else { return false };
    let operator = |byte: u8| b"<>=&|+-!*/%^.:#@~".contains(&byte);
    let word = is_identifier_byte;
    (word(left) && word(right)) || (operator(left) && operator(right))
}
