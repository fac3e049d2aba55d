//! Preprocessing tokens, which are those of C as `cpp` reads them in assembler source: no digraphs, no `$` in names. In:
//! text of a file. Out: tokens for directives and for the expansion of macros; ordinary text is never turned into
//! tokens. What is a keyword or an operator of P4 is left to the parser.

use super::text::{Cursor, LineEnd};
use std::rc::Rc;

/// What a token is to the preprocessor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Identifier,
    /// Anything that begins like a number, which in C includes `8w1`, `1..2` and `0xE+1`.
    Number,
    String,
    /// `'x'`
    Character,
    Punctuator,
    /// A quote without an end, and the rest of its line.
    Unclosed,
    /// A parameter in the body of a macro: which.
    Parameter(u16),
    /// `__VA_OPT__` in the body of a macro; what it holds follows in parentheses.
    VaOpt,
    /// What an empty argument leaves beside `##`.
    Placemarker,
}

/// A token; its text stands in the [`TextPool`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    lo: u32,
    len: u32,
    /// Where it stands in the source; what comes from the body of a macro stands where the macro is used.
    pub(super) at: u32,
    pub(super) kind: TokenKind,
    /// White space stood before it.
    pub(super) spaced: bool,
    /// It stood right behind the token before it, so that no blank is needed to keep the two apart.
    pub(super) joined: bool,
    /// Named a macro within that macro's own expansion: never expanded again.
    pub(super) painted: bool,
}

impl Token {
    pub(super) fn with_kind(self, kind: TokenKind) -> Token {
        Token { kind, ..self }
    }

    pub(super) fn with_at(self, at: u32) -> Token {
        Token { at, ..self }
    }

    /// After what it did not stand behind in the source.
    pub(super) fn moved(self, spaced: bool) -> Token {
        Token { spaced, joined: false, ..self }
    }

    pub(super) fn with_painted(self, painted: bool) -> Token {
        Token { painted, ..self }
    }
}

/// The texts of all tokens.
#[derive(Debug, Default)]
pub(super) struct TextPool {
    text: String,
    /// Texts below belong to the bodies of macros.
    kept: usize,
}

impl TextPool {
    pub(super) fn text(&self, token: Token) -> &str {
        self.text.get(token.lo as usize..(token.lo + token.len) as usize).unwrap_or("")
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// The texts of all tokens up to now are needed for good.
    pub(super) fn keep(&mut self) {
        self.kept = self.text.len();
    }

    /// Forgets the texts of tokens that were made since the pool had this length, but for those that are kept.
    pub(super) fn truncate(&mut self, len: usize) {
        self.text.truncate(len.max(self.kept));
    }

    pub(super) fn token(&mut self, kind: TokenKind, text: &str, at: u32, spaced: bool) -> Token {
        let lo = self.text.len() as u32;
        self.text.push_str(text);
        Token { lo, len: text.len() as u32, at, kind, spaced, joined: !spaced, painted: false }
    }

    /// One token made of the texts of two, if they make one.
    pub(super) fn paste(&mut self, left: Token, right: Token) -> Option<Token> {
        let mut text = self.text(left).to_owned();
        if text == "/" && !self.text(right).starts_with('=') {
            // Otherwise a comment might be made.
            return None;
        }
        text.push_str(self.text(right));
        let text: Rc<str> = text.into();
        let mut cursor = Cursor::new(&text, 0, &[], 0);
        let token = next_token(&mut cursor, self, LineEnd::Stops).ok().flatten()?;
        (cursor.at_end()).then_some(Token { at: left.at, spaced: left.spaced, joined: left.joined, ..token })
    }
}

/// Operators of C of more than one character, longest first.
const OPERATORS: &[&str] = &[
    "...", "<<=", ">>=", "##", "->", "<<", ">>", "&&", "||", "==", "!=", "<=", ">=", "++", "--", "+=", "-=",
    "*=", "/=", "%=", "&=", "|=", "^=",
];

/// The text ends within a block comment, or a macro's arguments within a string literal, which began at this position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unterminated {
    Comment(u32),
    String(u32),
}

/// The next token, or `None` at the end: of the text, and of the line if that stops it.
pub(super) fn next_token(
    cursor: &mut Cursor<'_>,
    pool: &mut TextPool,
    line_end: LineEnd,
) -> Result<Option<Token>, Unterminated> {
    let blanks = cursor.skip_blanks(line_end)?;
    token_here(cursor, pool, line_end, blanks.any)
}

/// The token that begins at the cursor.
pub(super) fn token_here(
    cursor: &mut Cursor<'_>,
    pool: &mut TextPool,
    line_end: LineEnd,
    spaced: bool,
) -> Result<Option<Token>, Unterminated> {
    let at = cursor.position();
    let Some(first) = cursor.peek() else { return Ok(None) };
    if first == b'\n' {
        return Ok(None);
    }
    let start = cursor.offset;
    let number = first.is_ascii_digit()
        || first == b'.' && cursor.peek_at(1).is_some_and(|byte| byte.is_ascii_digit());
    let kind = if number {
        cursor.offset = number_end(cursor.bytes(), start);
        TokenKind::Number
    } else if matches!(first, b'"' | b'\'') || wide_literal(cursor.bytes(), start) {
        cursor.offset += usize::from(first == b'L');
        let kind = if cursor.peek() == Some(b'"') { TokenKind::String } else { TokenKind::Character };
        if cursor.take_quoted(line_end).is_some() {
            kind
        } else if kind == TokenKind::String && line_end == LineEnd::Blank {
            return Err(Unterminated::String(at));
        } else {
            cursor.skip_to_line_end();
            TokenKind::Unclosed
        }
    } else if is_identifier_byte(first) {
        cursor.take_while(is_identifier_byte);
        TokenKind::Identifier
    } else {
        let operator = OPERATORS.iter().find(|operator| cursor.rest().starts_with(**operator));
        let length = operator.map_or_else(|| cursor.character_length(), |operator| operator.len());
        cursor.take(length);
        TokenKind::Punctuator
    };
    let text = cursor.text().get(start..cursor.offset).unwrap_or("");
    let text = if kind == TokenKind::Unclosed { text.trim_end() } else { text };
    Ok(Some(pool.token(kind, text, at, spaced)))
}

/// `L"x"` and `L'x'` are one token.
pub(super) fn wide_literal(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at..at + 2), Some([b'L', b'"' | b'\'']))
}

/// Letters, digits and `_`: P4 names are ASCII.
pub(super) fn is_identifier_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Behind what begins with a digit, or with `.` and a digit: C reads letters, `.`, and a sign after `e` or `p` as parts of
/// the number.
pub(super) fn number_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(byte) = bytes.get(at) {
        let exponent =
            || at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(|b| b"eEpP".contains(b));
        match byte {
            b'.' => {}
            b'+' | b'-' if at > start && exponent() => {}
            byte if is_identifier_byte(*byte) => {}
            _ => break,
        }
        at += 1;
    }
    at
}

/// True if `cpp` would keep two tokens apart by a blank: written without, they might be read as others.
pub(super) fn would_merge(left: &str, right: &str) -> bool {
    let (Some(last), Some(first)) = (left.bytes().last(), right.bytes().next()) else { return false };
    if is_identifier_byte(last) || left.starts_with(|c: char| c.is_ascii_digit()) {
        let number = left.trim_start_matches('.').starts_with(|c: char| c.is_ascii_digit());
        return is_identifier_byte(first)
            || matches!(first, b'\'' | b'"')
            || number && matches!(first, b'.' | b'+' | b'-');
    }
    let assigns = ["=", "!", ">", "<", "+", "-", "*", "/", "%", "&", "|", "^", ">>", "<<"];
    if first == b'=' && assigns.contains(&left) {
        return true;
    }
    match left {
        ">" => first == b'>',
        "<" => matches!(first, b'<' | b'%' | b':'),
        "+" => first == b'+',
        "-" => matches!(first, b'-' | b'>'),
        "/" => matches!(first, b'/' | b'*'),
        "%" => matches!(first, b':' | b'%'),
        "&" => first == b'&',
        "|" => first == b'|',
        ":" => matches!(first, b':' | b'>'),
        "->" => first == b'*',
        "." => matches!(first, b'.' | b'%') || first.is_ascii_digit(),
        "#" => matches!(first, b'#' | b'%'),
        _ => false,
    }
}

/// The last token of a text that ends in no comment or literal, for [`would_merge`]; of a very long one only the end.
pub(super) fn last_token(text: &str) -> &str {
    let bytes = text.as_bytes();
    let Some(last) = bytes.last() else { return "" };
    let kind = |byte: &u8| match byte {
        byte if is_identifier_byte(*byte) || *byte == b'.' => 0,
        byte if byte.is_ascii_punctuation() && !matches!(byte, b'"' | b'\'') => 1,
        _ => 2,
    };
    if kind(last) == 2 {
        return "";
    }
    let length = bytes.iter().rev().take(64).take_while(|byte| kind(byte) == kind(last)).count();
    let start = bytes.len() - length;
    let Some(tail) = text.get(start..) else { return "" };
    let (mut cursor, mut pool) = (Cursor::new(tail, 0, &[], 0), TextPool::default());
    let mut begin = 0;
    while !cursor.at_end() {
        begin = cursor.offset;
        // A run of punctuation may look like a comment, as in `*/`; one character at a time is good enough then.
        if !matches!(token_here(&mut cursor, &mut pool, LineEnd::Stops, false), Ok(Some(_))) {
            break;
        }
    }
    tail.get(begin..).unwrap_or("")
}
