//! Conditional groups: `#if` .. `#endif` as a stack, which group is taken, and the skipping of those that are left out.
//! Expressions are evaluated by `expression`.

use super::directive::{Line, Next};
use super::expand::{ExpandError, expand_condition};
use super::scan::FileScan;
use super::text::{Cursor, LineEnd};
use super::token::{Token, is_identifier_byte};
use super::{Preprocessor, expression};
use crate::diagnostic::{Diagnostic, ErrorsReported, codes};
use crate::source::Span;

/// An open `#if`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Condition {
    /// The `#if`, `#ifdef` or `#ifndef`, from its `#` on.
    pub(super) opened: Span,
    /// A group was taken: the others are left out.
    pub(super) taken: bool,
    /// Its `#else`.
    pub(super) otherwise: Option<Span>,
}

impl Condition {
    pub(super) fn unterminated(&self) -> Diagnostic {
        Diagnostic::error(codes::E0109, self.opened, "this conditional directive has no `#endif`")
            .with_primary("the file ends within it")
    }
}

/// To the next `#` that begins a line, past comments and literals; from anywhere in a line.
fn next_directive(cursor: &mut Cursor<'_>) -> bool {
    let bytes = cursor.bytes();
    loop {
        let rest = bytes.get(cursor.offset..).unwrap_or(&[]);
        let of_interest = |byte: &u8| matches!(byte, b'\n' | b'/' | b'"' | b'\'');
        let Some(found) = rest.iter().position(of_interest) else { return false };
        cursor.offset += found;
        let next = bytes.get(cursor.offset + 1).copied();
        match (bytes.get(cursor.offset), next) {
            (Some(b'\n'), _) => {
                cursor.offset += 1;
                if !skip_margin(cursor) {
                    return false;
                }
                if cursor.peek() == Some(b'#') {
                    return true;
                }
            }
            (Some(b'/'), Some(b'*')) => {
                if cursor.skip_block_comment().is_err() {
                    return false;
                }
            }
            (Some(b'/'), Some(b'/')) => cursor.skip_to_line_end(),
            (Some(b'"' | b'\''), _) => {
                if cursor.take_quoted(LineEnd::Stops).is_none() {
                    cursor.skip_to_line_end();
                }
            }
            _ => cursor.offset += 1,
        }
    }
}

/// Blanks and block comments at the start of a line; false if the text ends within them.
fn skip_margin(cursor: &mut Cursor<'_>) -> bool {
    loop {
        cursor.take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | 0x0b | 0x0c));
        if !cursor.rest().starts_with("/*") {
            return true;
        }
        if cursor.skip_block_comment().is_err() {
            return false;
        }
    }
}

impl Preprocessor<'_> {
    /// From within a group that is left out to the `#elif`, `#else` or `#endif` that ends it, past any conditionals
    /// inside. False if the text ends first; what is open then is on the stack.
    pub(super) fn skip_to_branch(&mut self, scan: &mut FileScan<'_>) -> Result<bool, ErrorsReported> {
        let outer = scan.conditions.len();
        while next_directive(&mut scan.cursor) {
            let start = scan.cursor.position();
            let mut ahead = scan.cursor;
            ahead.offset += 1;
            if ahead.skip_blanks(LineEnd::Stops).is_err() {
                break;
            }
            let name = ahead.take_while(is_identifier_byte);
            let head = Span::new(start, ahead.end_of(ahead.offset));
            let nested = scan.conditions.len() > outer;
            match name {
                "if" | "ifdef" | "ifndef" => {
                    scan.conditions.push(Condition { opened: head, taken: true, otherwise: None });
                }
                "endif" if nested => {
                    scan.conditions.pop();
                }
                "elif" | "elifdef" | "elifndef" | "else" if nested => {
                    let condition = scan.conditions.last_mut();
                    match condition.map(|condition| &mut condition.otherwise) {
                        Some(Some(otherwise)) => {
                            let otherwise = *otherwise;
                            self.after_else(head, name, otherwise)?;
                        }
                        Some(otherwise) if name == "else" => *otherwise = Some(head),
                        Some(None) | None => {}
                    }
                }
                "elif" | "elifdef" | "elifndef" | "else" | "endif" => return Ok(true),
                _ => {}
            }
            scan.cursor.offset = ahead.offset;
        }
        scan.cursor.offset = scan.cursor.bytes().len();
        Ok(false)
    }

    fn open(&mut self, scan: &mut FileScan<'_>, line: &Line, taken: bool) -> Next {
        scan.conditions.push(Condition { opened: line.head, taken, otherwise: None });
        if taken { Next::Read } else { Next::Skip }
    }

    pub(super) fn open_if(&mut self, scan: &mut FileScan<'_>, line: &Line) -> Result<Next, ErrorsReported> {
        let taken = self.condition(line, "if")?;
        Ok(self.open(scan, line, taken))
    }

    pub(super) fn open_ifdef(
        &mut self,
        scan: &mut FileScan<'_>,
        line: &Line,
        name: &str,
    ) -> Result<Next, ErrorsReported> {
        let defined = self.is_defined(line, name)?;
        Ok(self.open(scan, line, defined == (name == "ifdef")))
    }

    fn is_defined(&mut self, line: &Line, directive: &str) -> Result<bool, ErrorsReported> {
        let Some(name) = self.macro_name(line, directive)? else { return Ok(false) };
        self.nothing_more(line.tokens.get(1..).unwrap_or(&[]), directive)?;
        Ok(self.macros.table.is_defined(self.macros.text(name)))
    }

    /// `#elif` and its kin, after a group that was taken or at the end of one that was left out.
    pub(super) fn else_if(
        &mut self,
        scan: &mut FileScan<'_>,
        line: &Line,
        name: &str,
    ) -> Result<Next, ErrorsReported> {
        let Some(condition) = self.innermost(scan, line, name)? else { return Ok(Next::Read) };
        if let Some(otherwise) = condition.otherwise {
            self.after_else(line.head, name, otherwise)?;
            return Ok(Next::Skip);
        }
        let taken = !condition.taken
            && match name {
                "elif" => self.condition(line, "elif")?,
                _ => self.is_defined(line, name)? == (name == "elifdef"),
            };
        Ok(Self::branch(scan, taken, None))
    }

    pub(super) fn otherwise(&mut self, scan: &mut FileScan<'_>, line: &Line) -> Result<Next, ErrorsReported> {
        let Some(condition) = self.innermost(scan, line, "else")? else { return Ok(Next::Read) };
        self.nothing_more(&line.tokens, "else")?;
        if let Some(otherwise) = condition.otherwise {
            self.after_else(line.head, "else", otherwise)?;
            return Ok(Next::Skip);
        }
        Ok(Self::branch(scan, !condition.taken, Some(line.head)))
    }

    fn branch(scan: &mut FileScan<'_>, taken: bool, otherwise: Option<Span>) -> Next {
        if let Some(condition) = scan.conditions.last_mut() {
            condition.taken |= taken;
            condition.otherwise = otherwise.or(condition.otherwise);
        }
        if taken { Next::Read } else { Next::Skip }
    }

    pub(super) fn end_if(&mut self, scan: &mut FileScan<'_>, line: &Line) -> Result<Next, ErrorsReported> {
        if self.innermost(scan, line, "endif")?.is_some() {
            scan.conditions.pop();
            self.nothing_more(&line.tokens, "endif")?;
        }
        Ok(Next::Read)
    }

    fn innermost(
        &mut self,
        scan: &FileScan<'_>,
        line: &Line,
        name: &str,
    ) -> Result<Option<Condition>, ErrorsReported> {
        let innermost = scan.conditions.last().copied();
        if innermost.is_none() {
            self.error(Diagnostic::error(codes::E0110, line.head, format!("`#{name}` without `#if`")))?;
        }
        Ok(innermost)
    }

    fn after_else(&mut self, head: Span, name: &str, otherwise: Span) -> Result<(), ErrorsReported> {
        let diagnostic = Diagnostic::error(codes::E0110, head, format!("`#{name}` after `#else`"));
        self.error(diagnostic.with_label(otherwise, "the `#else` is here"))
    }

    /// The value of the expression after `#if`; false if it is in error.
    fn condition(&mut self, line: &Line, directive: &str) -> Result<bool, ErrorsReported> {
        if line.tokens.is_empty() {
            let message = format!("`#{directive}` needs an expression");
            self.error(Diagnostic::error(codes::E0111, line.head, message))?;
            return Ok(false);
        }
        let tokens = match expand_condition(self, &line.tokens) {
            Ok(tokens) => tokens,
            Err(error) => return self.bad_condition(line, &error).map(|()| false),
        };
        let pool = &self.macros.pool;
        let mut odd = Vec::new();
        let value = expression::evaluate(&tokens, |token| pool.text(token), &mut odd);
        for remark in odd {
            let at = self.shown_in(line, remark.at);
            self.warn(Diagnostic::warning(codes::W0109, at, remark.message));
        }
        match value {
            Ok(value) => Ok(value.is_true()),
            Err(bad) => {
                let at = self.shown_in(line, bad.at);
                self.error(Diagnostic::error(codes::E0111, at, bad.message))?;
                Ok(false)
            }
        }
    }

    /// Where a token stands in the line: what a macro stands for is shown by the macro's use.
    fn shown_in(&self, line: &Line, token: Option<Token>) -> Span {
        let end = Span::new(line.end, line.end);
        token.map_or(end, |token| {
            let written = line.tokens.iter().find(|written| written.at == token.at);
            self.token_span(written.copied().unwrap_or(token))
        })
    }

    fn bad_condition(&mut self, line: &Line, error: &ExpandError) -> Result<(), ErrorsReported> {
        let first = line.tokens.iter().find_map(|token| self.macros.table.find(self.macros.text(*token)));
        let span = match error {
            ExpandError::Question(at, _) => self.shown_in(line, *at),
            _ => Span::new(line.head.hi, line.end),
        };
        let Some(diagnostic) = self.expansion_error(error, first, span) else { return self.sink.check() };
        if error.is_fatal() { Err(self.fatal(diagnostic)) } else { self.error(diagnostic) }
    }
}
