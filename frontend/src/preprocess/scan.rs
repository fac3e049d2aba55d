//! The walk over a file's text: long runs are copied, comments dropped, macros expanded, directives handed on.

use super::complaint::unterminated;
use super::directive::Next;
use super::expand::{ExpandError, expand_use};
use super::macros::MacroId;
use super::text::{Cursor, Joined, LineEnd, join_lines};
use super::token::{
    Token, TokenKind, Unterminated, is_identifier_byte, last_token, number_end, wide_literal, would_merge,
};
use super::{Inclusion, Preprocessor, condition, limits};
use crate::diagnostic::{Diagnostic, ErrorsReported, codes};
use crate::source::{FileId, MacroUse, Span};
use std::sync::Arc;

/// What a byte of ordinary text may begin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Nothing of interest.
    Plain,
    /// A name, maybe of a macro.
    Word,
    /// A number, which may contain letters.
    Digit,
    Slash,
    Quote,
    Hash,
    /// A character that no text has.
    Control,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Plain; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::indexing_slicing, reason = "evaluated at compile time")]
        {
            classes[byte] = match byte as u8 {
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => Class::Word,
                b'0'..=b'9' => Class::Digit,
                b'/' => Class::Slash,
                b'"' | b'\'' => Class::Quote,
                b'#' => Class::Hash,
                b'\t' | b'\n' | 0x0b | 0x0c | b'\r' => Class::Plain,
                0..=0x1f | 0x7f => Class::Control,
                _ => Class::Plain,
            };
        }
        byte += 1;
    }
    classes
};

fn class(byte: u8) -> Class {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(Class::Plain)
}

/// A file's text while it is walked over.
pub(super) struct FileScan<'t> {
    pub(super) file: FileId,
    pub(super) cursor: Cursor<'t>,
    /// From here to the cursor nothing has been copied yet.
    run: usize,
    /// Nothing but comments and blanks stands before this in its line.
    clear: usize,
    pub(super) conditions: Vec<condition::Condition>,
    /// The first string literal that goes on over a line's end: most likely it lacks its own.
    long_literal: Option<Span>,
}

impl FileScan<'_> {
    /// Whether nothing but comments and blanks stands before the cursor in its line.
    fn begins_line(&self) -> bool {
        let bytes = self.cursor.bytes().get(self.clear..self.cursor.offset).unwrap_or(&[]);
        let blanks = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\r' | 0x0b | 0x0c);
        bytes.iter().rev().find(|byte| !blanks(byte)).is_none_or(|byte| *byte == b'\n')
    }

    /// Leaves out what follows.
    fn skip_rest(&mut self) {
        self.cursor.offset = self.cursor.bytes().len();
        self.run = self.cursor.offset;
    }
}

impl Preprocessor<'_> {
    /// Preprocesses a file from its start to its end.
    pub(super) fn scan(&mut self, file: FileId) -> Result<(), ErrorsReported> {
        let asked_by = Span::NONE;
        self.includes.push(Inclusion { file, asked_by, dir: None });
        let done = self.scan_included(file);
        self.includes.pop();
        done
    }

    /// The same, with the inclusion already on the stack.
    pub(super) fn scan_included(&mut self, file: FileId) -> Result<(), ErrorsReported> {
        let Some(source) = self.sources.file(file) else { return Ok(()) };
        let (text, base, start) = (Arc::clone(source.text()), source.span().lo, source.text_start());
        self.scanned += text.len();
        if self.scanned > limits::MAX_TEXT {
            return Err(self.too_much_text());
        }
        let joined = join_lines(&text);
        if let Some(joined) = &joined {
            self.odd_continuations(joined, base);
        }
        let (text, joins): (&str, _) = match &joined {
            Some(joined) => (&joined.text, joined.joins.as_slice()),
            None => (&text, &[][..]),
        };
        let cursor = Cursor::new(text, base, joins, start);
        let mut scan =
            FileScan { file, cursor, run: start, clear: start, conditions: Vec::new(), long_literal: None };
        self.walk(&mut scan)?;
        self.copy_run(&mut scan)?;
        for open in scan.conditions {
            self.error(open.unterminated())?;
        }
        Ok(())
    }

    /// Each `\` with blanks behind it, and one at the end of the file.
    fn odd_continuations(&mut self, joined: &Joined, base: u32) {
        for (at, blanks) in &joined.odd {
            let at = base + *at as u32;
            let message = match blanks {
                true => "this `\\` joins two lines though blanks follow it",
                false => "no line follows that this `\\` could join",
            };
            self.warn(Diagnostic::warning(codes::W0106, Span::new(at, at + 1), message));
        }
    }

    fn walk(&mut self, scan: &mut FileScan<'_>) -> Result<(), ErrorsReported> {
        let bytes = scan.cursor.bytes();
        let mut at = scan.cursor.offset;
        while let Some(&byte) = bytes.get(at) {
            match class(byte) {
                Class::Plain => at += 1,
                Class::Word => {
                    let start = at;
                    at = word_end(bytes, at);
                    let word = scan.cursor.text().get(start..at).unwrap_or("");
                    if byte == b'L' && wide_literal(bytes, start) {
                        continue;
                    }
                    if let Some(id) = self.macros.table.find(word) {
                        scan.cursor.offset = at;
                        self.macro_use(scan, id, start)?;
                        at = scan.cursor.offset;
                    }
                }
                Class::Digit => at = number_end(bytes, at),
                Class::Slash | Class::Quote | Class::Hash | Class::Control => {
                    scan.cursor.offset = at;
                    self.special(scan, byte)?;
                    at = scan.cursor.offset;
                }
            }
        }
        scan.cursor.offset = at;
        Ok(())
    }

    /// At a byte that may begin something else than ordinary text.
    fn special(&mut self, scan: &mut FileScan<'_>, byte: u8) -> Result<(), ErrorsReported> {
        let next = scan.cursor.bytes().get(scan.cursor.offset + 1).copied();
        match (byte, next) {
            (b'/', Some(b'*')) => {
                self.copy_run(scan)?;
                let begins_line = scan.begins_line();
                let start = scan.cursor.offset;
                if let Err(open) = scan.cursor.skip_block_comment() {
                    self.error(unterminated(open))?;
                    scan.skip_rest();
                }
                scan.run = scan.cursor.offset;
                if begins_line {
                    scan.clear = scan.cursor.offset;
                }
                if !self.output.text.ends_with([' ', '\n', '\t']) {
                    let end = scan.cursor.end_of(scan.cursor.offset);
                    self.output.begin_fixed(Span::new(scan.cursor.position_of(start), end));
                    self.output.text.push(' ');
                }
            }
            (b'/', Some(b'/')) => {
                self.copy_run(scan)?;
                let start = scan.cursor.offset;
                scan.cursor.skip_to_line_end();
                scan.run = scan.cursor.offset;
                if !scan.cursor.joins_within(start, scan.cursor.offset).is_empty() {
                    let at = scan.cursor.position_of(start);
                    let message = "this comment goes on over further lines, as its line ends in `\\`";
                    self.warn(Diagnostic::warning(codes::W0106, Span::new(at, at + 2), message));
                }
            }
            (b'\'', _) => {
                if scan.cursor.take_quoted(LineEnd::Stops).is_none() {
                    scan.cursor.skip_to_line_end();
                }
            }
            (b'"', _) => {
                let start = scan.cursor.offset;
                match scan.cursor.take_quoted(LineEnd::Blank) {
                    Some(literal) => {
                        if scan.long_literal.is_none() && literal.contains('\n') {
                            let at = scan.cursor.position_of(start);
                            scan.long_literal = Some(Span::new(at, at + 1));
                        }
                    }
                    None => {
                        let mut error = unterminated(Unterminated::String(scan.cursor.position()));
                        if let Some(earlier) = scan.long_literal {
                            error = error.with_label(
                                earlier,
                                "this literal spans several lines; does it lack its end?",
                            );
                        }
                        self.error(error)?;
                        scan.skip_rest();
                    }
                }
            }
            (b'#', _) if scan.begins_line() => {
                self.copy_run(scan)?;
                while self.directive(scan)? == Next::Skip && self.skip_to_branch(scan)? {}
                scan.run = scan.cursor.offset;
            }
            (0..=0x1f | 0x7f, _) => {
                let span = Span::new(scan.cursor.position(), scan.cursor.position() + 1);
                let message = format!("control character U+{byte:04X} in the text");
                self.error(
                    Diagnostic::error(codes::E0117, span, message)
                        .with_note("this looks like a binary file, not like a P4 program"),
                )?;
                scan.skip_rest();
            }
            _ => scan.cursor.offset += 1,
        }
        Ok(())
    }

    /// Copies what was passed and not copied yet.
    fn copy_run(&mut self, scan: &mut FileScan<'_>) -> Result<(), ErrorsReported> {
        let text = scan.cursor.text().get(scan.run..scan.cursor.offset).unwrap_or("");
        if self.output.text.len() + text.len() > limits::MAX_TEXT {
            return Err(self.too_much_text());
        }
        for join in scan.cursor.joins_within(scan.run, scan.cursor.offset) {
            let end = join.offset as usize;
            let piece = scan.cursor.text().get(scan.run..end).unwrap_or("");
            self.output.copy(piece, scan.cursor.position_of(scan.run));
            scan.run = end;
        }
        let rest = scan.cursor.text().get(scan.run..scan.cursor.offset).unwrap_or("");
        self.output.copy(rest, scan.cursor.position_of(scan.run));
        scan.run = scan.cursor.offset;
        Ok(())
    }

    /// Behind the name of a macro, which began at `start`.
    fn macro_use(
        &mut self,
        scan: &mut FileScan<'_>,
        id: MacroId,
        start: usize,
    ) -> Result<(), ErrorsReported> {
        let Some(found) = self.macros.table.get(id) else { return Ok(()) };
        let (name, defined, built_in) = (Arc::clone(&found.name), found.defined, found.kind.is_built_in());
        let at = scan.cursor.position_of(start);
        let mark = self.macros.pool.len();
        let token = self.macros.pool.token(TokenKind::Identifier, &name, at, false);
        let name_end = scan.cursor.offset;
        let tokens = match expand_use(self, id, token, scan) {
            Ok(Some(tokens)) => tokens,
            Ok(None) => {
                scan.cursor.offset = name_end;
                return Ok(());
            }
            Err(error) => {
                let used = Span::new(at, scan.cursor.end_of(name_end));
                return self.failed_use(scan, &error, id, used);
            }
        };
        let used = Span::new(at, scan.cursor.end_of(scan.cursor.offset));
        let end = std::mem::replace(&mut scan.cursor.offset, start);
        self.copy_run(scan)?;
        scan.cursor.offset = end;
        scan.run = end;
        if !built_in {
            self.sources.record_macro_use(MacroUse { name, used, defined });
        }
        self.write_expansion(&tokens, used, scan.cursor)?;
        self.macros.pool.truncate(mark);
        Ok(())
    }

    /// Reports what is wrong with a use of a macro; goes on behind it where one can.
    pub(super) fn failed_use(
        &mut self,
        scan: &mut FileScan<'_>,
        error: &ExpandError,
        id: MacroId,
        used: Span,
    ) -> Result<(), ErrorsReported> {
        let Some(diagnostic) = self.expansion_error(error, Some(id), used) else { return self.sink.check() };
        if error.is_fatal() {
            return Err(self.fatal(diagnostic));
        }
        self.error(diagnostic)?;
        if matches!(error, ExpandError::UnterminatedCall(_) | ExpandError::Unterminated(_)) {
            scan.skip_rest();
        }
        Ok(())
    }

    fn write_expansion(
        &mut self,
        tokens: &[Token],
        used: Span,
        after: Cursor<'_>,
    ) -> Result<(), ErrorsReported> {
        let mut last = last_token(&self.output.text).to_owned();
        self.output.begin_fixed(used);
        let text = &mut self.output.text;
        let mut previous = None;
        let mut too_much = false;
        for token in tokens {
            let piece = self.macros.pool.text(*token);
            let before = previous.map_or(last.as_str(), |token| self.macros.pool.text(token));
            if (token.spaced && previous.is_some()) || (!token.joined && would_merge(before, piece)) {
                text.push(' ');
            }
            previous = Some(*token);
            text.push_str(piece);
            too_much = text.len() > limits::MAX_TEXT;
            if too_much {
                break;
            }
        }
        if let Some(previous) = previous {
            last.clear();
            last.push_str(self.macros.pool.text(previous));
        }
        if would_merge(&last, first_of(after)) {
            text.push(' ');
        }
        if too_much { Err(self.too_much_text()) } else { Ok(()) }
    }

    fn too_much_text(&mut self) -> ErrorsReported {
        let at = self.includes.last().map_or(Span::NONE, |inclusion| inclusion.asked_by);
        let mib = limits::MAX_TEXT >> 20;
        self.fatal(Diagnostic::error(codes::E0115, at, format!("the program is larger than {mib} MiB")))
    }
}

/// As much of the text at the cursor as tells whether it would merge with what is before it.
fn first_of<'t>(cursor: Cursor<'t>) -> &'t str {
    cursor.rest().get(..1).unwrap_or("")
}

fn word_end(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or(&[]);
    start + rest.iter().position(|byte| !is_identifier_byte(*byte)).unwrap_or(rest.len())
}
