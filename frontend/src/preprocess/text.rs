//! A cursor over the text of a file: blanks, comments, string literals and continued lines.

use super::token::Unterminated;

/// Whether `\` at the end of a line joins it to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Splice {
    /// Yes, and a line end that is not so joined is the end: in a directive.
    Lines,
    /// Line ends are blanks: in the arguments of a macro.
    Free,
    /// There are no lines: in text that was made.
    Never,
}

/// A place in a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    base: u32,
    pub(super) offset: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str, base: u32, offset: usize) -> Cursor<'a> {
        Cursor { text, base, offset }
    }

    /// The position in the source map.
    pub(super) fn position(&self) -> u32 {
        self.position_of(self.offset)
    }

    pub(super) fn position_of(&self, offset: usize) -> u32 {
        self.base + offset as u32
    }

    /// True if nothing but blanks and block comments stands before `position` in its line.
    pub(super) fn begins_line(&self, position: u32) -> bool {
        let before = self.text.get(..(position - self.base) as usize).unwrap_or("");
        let mut before = before.trim_end_matches([' ', '\t', '\x0b', '\x0c']);
        // `/* .. */ #define` is rare, so the comment is found by looking back, not by keeping account everywhere;
        // and not far back, so that no text makes this slow.
        while let Some(commented) = before.strip_suffix("*/") {
            let near = commented.len().saturating_sub(1000);
            match memchr::memmem::rfind(commented.as_bytes().get(near..).unwrap_or(&[]), b"/*") {
                Some(open) => {
                    before = commented.get(..near + open).unwrap_or("").trim_end_matches([' ', '\t']);
                }
                None => return false,
            }
        }
        before.is_empty() || before.ends_with('\n') || before == "\u{feff}"
    }

    pub(super) fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.offset..).unwrap_or("")
    }

    pub(super) fn at_end(&self) -> bool {
        self.offset >= self.text.len()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes().get(self.offset).copied()
    }

    fn peek_at(&self, ahead: usize) -> Option<u8> {
        self.bytes().get(self.offset + ahead).copied()
    }

    pub(super) fn character_length(&self) -> usize {
        self.rest().chars().next().map_or(1, char::len_utf8)
    }

    pub(super) fn take(&mut self, length: usize) -> &'a str {
        let start = self.offset;
        self.offset = (start + length).min(self.text.len());
        self.text.get(start..self.offset).unwrap_or("")
    }

    pub(super) fn take_while(&mut self, accept: impl Fn(u8) -> bool) -> &'a str {
        let length = self.rest().bytes().take_while(|&byte| accept(byte)).count();
        self.take(length)
    }

    /// A line that continues on the next: `\` before LF or CRLF.
    fn splice_length(&self) -> usize {
        match (self.peek(), self.peek_at(1), self.peek_at(2)) {
            (Some(b'\\'), Some(b'\n'), _) => 2,
            (Some(b'\\'), Some(b'\r'), Some(b'\n')) => 3,
            _ => 0,
        }
    }

    pub(super) fn at_splice(&self) -> bool {
        self.splice_length() > 0
    }

    pub(super) fn skip_splice(&mut self) {
        self.offset += self.splice_length();
    }

    /// Skips white space and comments; true if there were any. In a directive (`Splice::Lines`) it stops before the
    /// end of the line, and a comment to the end of the line may be continued by `\`; elsewhere `\` does not
    /// continue a comment (the P4 specification has no continued lines).
    pub(super) fn skip_blanks(&mut self, splice: Splice) -> Result<bool, Unterminated> {
        let mut spaced = false;
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\r' | 0x0b | 0x0c) => self.offset += 1,
                Some(b'\n') if splice != Splice::Lines => self.offset += 1,
                Some(b'\\') if self.at_splice() => {
                    // A splice alone separates nothing, but a directive that is laid out over lines means it to.
                    self.skip_splice();
                    continue;
                }
                Some(b'/') if self.peek_at(1) == Some(b'*') => self.skip_block_comment()?,
                Some(b'/') if self.peek_at(1) == Some(b'/') => {
                    self.skip_line_comment(splice == Splice::Lines)
                }
                _ => return Ok(spaced),
            }
            spaced = true;
        }
    }

    /// At `/*`; goes behind `*/`.
    pub(super) fn skip_block_comment(&mut self) -> Result<(), Unterminated> {
        let start = self.offset;
        match memchr::memmem::find(self.bytes().get(start + 2..).unwrap_or(&[]), b"*/") {
            Some(length) => {
                self.offset = start + 2 + length + 2;
                Ok(())
            }
            None => Err(Unterminated::Comment(self.position())),
        }
    }

    /// At `//`; goes to the end of the line.
    pub(super) fn skip_line_comment(&mut self, continued: bool) {
        loop {
            self.skip_to_line_end();
            let line = self.text.get(..self.offset).unwrap_or("");
            if !(continued && !self.at_end() && line.trim_end_matches('\r').ends_with('\\')) {
                return;
            }
            self.offset += 1;
        }
    }

    /// To the next line feed or the end of the text.
    pub(super) fn skip_to_line_end(&mut self) {
        let rest = self.bytes().get(self.offset..).unwrap_or(&[]);
        self.offset += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }

    /// At `"`; the literal with its quotes, or nothing if it does not end (in a directive: on its line).
    pub(super) fn take_string(&mut self, splice: Splice) -> Option<&'a str> {
        let start = self.offset;
        let mut at = start + 1;
        loop {
            let rest = self.bytes().get(at..)?;
            at += memchr::memchr3(b'"', b'\\', b'\n', rest)?;
            match self.bytes().get(at) {
                Some(b'"') => break,
                // The byte after a backslash is not looked at; it may be a part of a character, never a quote then.
                Some(b'\\') if self.bytes().get(at + 1..at + 3) == Some(b"\r\n") => at += 3,
                Some(b'\\') => at += 2,
                _ if splice == Splice::Lines => return None,
                _ => at += 1,
            }
        }
        self.offset = at + 1;
        self.text.get(start..self.offset)
    }
}

/// True if some line of the text ends in `\`.
pub(super) fn has_splice(text: &str) -> bool {
    text.contains("\\\n") || text.contains("\\\r\n")
}
