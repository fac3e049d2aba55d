//! A cursor over the text of a file: blanks, comments, quoted text. Lines that end in `\` are joined before, as in C, so
//! that nothing else has to know of them: [`join_lines`] makes the text, and the cursor says where in the file it is.

use super::token::Unterminated;

/// What the end of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineEnd {
    /// The end: of a directive, and of text that was made.
    Stops,
    /// A blank: in the arguments of a macro.
    Blank,
}

/// From `offset` of the joined text on, the file has so many bytes more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Join {
    pub(super) offset: u32,
    removed: u32,
}

/// A text whose continued lines are joined.
#[derive(Debug)]
pub(super) struct Joined {
    pub(super) text: String,
    pub(super) joins: Vec<Join>,
    /// Offsets in the file of each `\` that is followed by blanks (true), or by no further line.
    pub(super) odd: Vec<(usize, bool)>,
}

/// Joins every line that ends in `\`, maybe with blanks behind it, to the next; `None` if there is no such line.
pub(super) fn join_lines(text: &str) -> Option<Joined> {
    let bytes = text.as_bytes();
    let mut joined = Joined { text: String::new(), joins: Vec::new(), odd: Vec::new() };
    let mut copied = 0;
    for at in memchr::memchr_iter(b'\\', bytes) {
        let rest = bytes.get(at + 1..).unwrap_or(&[]);
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | 0x0b | 0x0c)).count();
        let end = match (rest.get(blanks), rest.get(blanks + 1)) {
            (Some(b'\n'), _) => 1,
            (Some(b'\r'), Some(b'\n')) => 2,
            _ => continue,
        };
        if blanks > 0 || at + 1 + end == bytes.len() {
            joined.odd.push((at, blanks > 0));
        }
        joined.text.push_str(text.get(copied..at).unwrap_or(""));
        copied = at + 1 + blanks + end;
        joined
            .joins
            .push(Join { offset: joined.text.len() as u32, removed: (copied - joined.text.len()) as u32 });
    }
    if joined.joins.is_empty() {
        return None;
    }
    joined.text.push_str(text.get(copied..).unwrap_or(""));
    Some(joined)
}

/// What was skipped between two tokens.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Blanks {
    /// White space or a comment.
    pub(super) any: bool,
    /// The end of a line, outside comments.
    pub(super) line_end: bool,
}

/// A place in a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    base: u32,
    joins: &'a [Join],
    pub(super) offset: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str, base: u32, joins: &'a [Join], offset: usize) -> Cursor<'a> {
        Cursor { text, base, joins, offset }
    }

    /// The position in the source map.
    pub(super) fn position(&self) -> u32 {
        self.position_of(self.offset)
    }

    pub(super) fn position_of(&self, offset: usize) -> u32 {
        let removed = match self.joins {
            [] => 0,
            joins => {
                let before = joins.partition_point(|join| join.offset as usize <= offset);
                before.checked_sub(1).and_then(|last| joins.get(last)).map_or(0, |join| join.removed)
            }
        };
        self.base + offset as u32 + removed
    }

    /// The position one past the byte before `offset`: the end of what ends there.
    pub(super) fn end_of(&self, offset: usize) -> u32 {
        offset.checked_sub(1).map_or(self.base, |last| self.position_of(last) + 1)
    }

    /// The places within `from..to` where lines were joined.
    pub(super) fn joins_within(&self, from: usize, to: usize) -> &'a [Join] {
        let start = self.joins.partition_point(|join| (join.offset as usize) <= from);
        let end = self.joins.partition_point(|join| (join.offset as usize) < to);
        self.joins.get(start..end).unwrap_or(&[])
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

    pub(super) fn peek_at(&self, ahead: usize) -> Option<u8> {
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

    /// Skips white space and comments; a line's end only if it is a blank.
    pub(super) fn skip_blanks(&mut self, line_end: LineEnd) -> Result<Blanks, Unterminated> {
        let mut blanks = Blanks::default();
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\r' | 0x0b | 0x0c) => self.offset += 1,
                Some(b'\n') if line_end == LineEnd::Blank => {
                    self.offset += 1;
                    blanks.line_end = true;
                }
                Some(b'/') if self.peek_at(1) == Some(b'*') => self.skip_block_comment()?,
                Some(b'/') if self.peek_at(1) == Some(b'/') => self.skip_to_line_end(),
                _ => return Ok(blanks),
            }
            blanks.any = true;
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

    /// To the next line feed or the end of the text.
    pub(super) fn skip_to_line_end(&mut self) {
        let rest = self.bytes().get(self.offset..).unwrap_or(&[]);
        self.offset += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }

    /// At `"` or `'`; what is quoted, with its quotes, or nothing if it has no end: on its line, unless it is a string
    /// and line ends are blanks, for a string of P4 may hold some.
    pub(super) fn take_quoted(&mut self, line_end: LineEnd) -> Option<&'a str> {
        let start = self.offset;
        let quote = self.peek()?;
        let mut at = start + 1;
        loop {
            let rest = self.bytes().get(at..)?;
            at += memchr::memchr3(quote, b'\\', b'\n', rest)?;
            match self.bytes().get(at) {
                Some(b'\\') if self.bytes().get(at + 1) != Some(&b'\n') => at += 2,
                Some(b'\n') if line_end == LineEnd::Stops || quote == b'\'' => return None,
                Some(byte) if *byte == quote => break,
                _ => at += 1,
            }
        }
        self.offset = at + 1;
        self.text.get(start..self.offset)
    }
}
