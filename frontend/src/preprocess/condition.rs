//! Conditional groups: `#if` .. `#endif` as a stack, which group is taken, and the skipping of those that are left out.
//! Expressions are evaluated by `expression`.

use super::directive::{Line, Next};
use super::expand::UseSite;
use super::scan::FileScan;
use super::text::{Cursor, Splice};
use super::token::{Token, TokenKind};
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

/// From within a group that is left out to the `#elif`, `#else` or `#endif` that ends it, past any conditionals inside.
/// False if the text ends first; what is open then is on the stack.
pub(super) fn skip_to_branch(cursor: &mut Cursor<'_>, conditions: &mut Vec<Condition>) -> bool {
    let outer = conditions.len();
    while next_directive(cursor) {
        let start = cursor.position();
        let mut ahead = *cursor;
        ahead.offset += 1;
        if ahead.skip_blanks(Splice::Lines).is_err() {
            break;
        }
        let name = ahead.take_while(super::token::is_identifier_byte);
        let nested = conditions.len() > outer;
        match name {
            "if" | "ifdef" | "ifndef" => {
                let opened = Span::new(start, ahead.position());
                conditions.push(Condition { opened, taken: true, otherwise: None });
            }
            "endif" if nested => {
                conditions.pop();
            }
            "elif" | "elifdef" | "elifndef" | "else" | "endif" if !nested => return true,
            _ => {}
        }
        cursor.offset = ahead.offset;
    }
    cursor.offset = cursor.bytes().len();
    false
}

/// To the next `#` that begins a line, past comments and literals; from anywhere in a line.
fn next_directive(cursor: &mut Cursor<'_>) -> bool {
    let bytes = cursor.bytes();
    loop {
        let rest = bytes.get(cursor.offset..).unwrap_or(&[]);
        let Some(found) = memchr::memchr3(b'\n', b'/', b'"', rest) else { return false };
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
                // Text that is left out may hold anything, even a comment without an end.
                if cursor.skip_block_comment().is_err() {
                    return false;
                }
            }
            (Some(b'/'), Some(b'/')) => cursor.skip_line_comment(false),
            (Some(b'"'), _) => {
                if cursor.take_string(Splice::Lines).is_none() {
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
        Ok(self.macros.table.find(self.macros.text(name)).is_some())
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
            self.after_else(line, name, otherwise)?;
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
            self.after_else(line, "else", otherwise)?;
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

    fn after_else(&mut self, line: &Line, name: &str, otherwise: Span) -> Result<(), ErrorsReported> {
        let diagnostic = Diagnostic::error(codes::E0110, line.head, format!("`#{name}` after `#else`"));
        self.error(diagnostic.with_label(otherwise, "the `#else` is here"))
    }

    /// The value of the expression after `#if`; false if it is in error.
    fn condition(&mut self, line: &Line, directive: &str) -> Result<bool, ErrorsReported> {
        if line.tokens.is_empty() {
            let message = format!("`#{directive}` needs an expression");
            self.error(Diagnostic::error(codes::E0111, line.head, message))?;
            return Ok(false);
        }
        let Some(tokens) = self.defined_replaced(line)? else { return Ok(false) };
        let site = UseSite { sources: self.sources, position: line.head.lo };
        let tokens = match self.macros.expand_list(&tokens, site, 0) {
            Ok(tokens) => tokens,
            Err(error) => {
                let first = line.tokens.iter().find_map(|t| self.macros.table.find(self.macros.text(*t)));
                let span = Span::new(line.head.hi, line.end);
                let Some(id) = first else { return Ok(false) };
                let diagnostic = self.expansion_error(&error, id, span);
                return if error.is_fatal() {
                    Err(self.fatal(diagnostic))
                } else {
                    self.error(diagnostic).map(|()| false)
                };
            }
        };
        let pool = &self.macros.pool;
        match expression::evaluate(&tokens, |token| pool.text(token)) {
            Ok(value) => Ok(value != 0),
            Err(bad) => {
                // A token that came from a macro is shown by the macro's use.
                let at = match bad.at {
                    Some(token) if token.at >= line.head.lo && token.at < line.end => self.token_span(token),
                    Some(_) => {
                        Span::new(line.tokens.first().map_or(line.head.hi, |first| first.at), line.end)
                    }
                    None => Span::new(line.end, line.end),
                };
                self.error(Diagnostic::error(codes::E0111, at, bad.message))?;
                Ok(false)
            }
        }
    }

    /// The line with every `defined NAME` and `defined(NAME)` replaced by 1 or 0.
    fn defined_replaced(&mut self, line: &Line) -> Result<Option<Vec<Token>>, ErrorsReported> {
        let mut result = Vec::new();
        let mut rest = line.tokens.iter().copied();
        while let Some(token) = rest.next() {
            if self.macros.text(token) != "defined" {
                result.push(token);
                continue;
            }
            let mut name = rest.next();
            let parenthesised = name.is_some_and(|token| self.macros.text(token) == "(");
            if parenthesised {
                name = rest.next();
            }
            let named = name.filter(|token| token.kind == TokenKind::Identifier);
            let closed = !parenthesised || rest.next().is_some_and(|token| self.macros.text(token) == ")");
            let (Some(named), true) = (named, closed) else {
                let message = "`defined` needs a name, as in `defined(NAME)`";
                let at = self.token_span(token);
                self.error(Diagnostic::error(codes::E0111, at, message))?;
                return Ok(None);
            };
            let value = if self.macros.table.find(self.macros.text(named)).is_some() { "1" } else { "0" };
            result.push(self.macros.pool.token(TokenKind::Number, value, token.at, token.spaced));
        }
        Ok(Some(result))
    }
}
