//! Directives: what stands on a line that begins with `#`. Includes are looked up in `include`, groups are skipped in
//! `condition`, expressions evaluated in `expression`, definitions read in `macros`.

use super::condition::Condition;
use super::expand::UseSite;
use super::macros::{self, Macro};
use super::scan::{FileScan, unterminated_error};
use super::text::Splice;
use super::token::{Token, TokenKind, next_token};
use super::{Preprocessor, expression, include};
use crate::diagnostic::suggest::closest;
use crate::diagnostic::{Diagnostic, ErrorsReported, codes};
use crate::source::Span;
use std::sync::Arc;

/// Every directive by name.
const DIRECTIVES: &[&str] = &[
    "include", "define", "undef", "if", "ifdef", "ifndef", "elif", "elifdef", "elifndef", "else", "endif",
    "error", "warning", "line", "pragma",
];

/// How to go on after a directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// With the text that follows.
    Read,
    /// With the branch after the group that follows.
    Skip,
}

/// A directive: its name and the rest of its line.
pub(super) struct Line {
    /// From `#` to the end of the name.
    pub(super) head: Span,
    /// The name alone.
    name: Span,
    pub(super) tokens: Vec<Token>,
    pub(super) end: u32,
}

impl Preprocessor<'_> {
    /// At the `#`; goes to the end of the directive's last line, and carries it out.
    pub(super) fn directive(&mut self, scan: &mut FileScan<'_>) -> Result<Next, ErrorsReported> {
        let hash = scan.cursor.position();
        scan.cursor.offset += 1;
        if let Err(unterminated) = scan.cursor.skip_blanks(Splice::Lines) {
            self.error(unterminated_error(unterminated))?;
            scan.cursor.offset = scan.cursor.bytes().len();
            return Ok(Next::Read);
        }
        let start = scan.cursor.position();
        let name = scan.cursor.take_while(super::token::is_identifier_byte);
        let name_span = Span::new(start, scan.cursor.position());
        let head = Span::new(hash, name_span.hi);
        if matches!(name, "error" | "warning") {
            return self.message(scan, name, head);
        }
        if name == "include"
            && let Some(outcome) = include::literal_name(&mut scan.cursor)
        {
            let mark = self.macros.pool.len();
            let rest = self.rest_of_line(scan, head, name_span)?;
            self.nothing_more(&rest.tokens, "include")?;
            self.macros.pool.truncate(mark);
            return self.include(scan, outcome).map(|()| Next::Read);
        }
        let mark = self.macros.pool.len();
        let line = self.rest_of_line(scan, head, name_span)?;
        let next = match name {
            // These leave bodies of macros in the pool.
            "define" => return self.define(&line).map(|()| Next::Read),
            "include" => return self.computed_include(scan, &line),
            "undef" => self.undefine(&line),
            "if" => self.open_if(scan, &line),
            "ifdef" | "ifndef" => self.open_ifdef(scan, &line, name),
            "elif" | "elifdef" | "elifndef" => self.else_if(scan, &line, name),
            "else" => self.otherwise(scan, &line),
            "endif" => self.end_if(scan, &line),
            "line" => self.renumber(&line.tokens, &line),
            "pragma" => self.pragma(scan, &line),
            "" if line.tokens.is_empty() => Ok(Next::Read),
            _ if name.starts_with(|c: char| c.is_ascii_digit()) => {
                let number = self.macros.pool.token(TokenKind::Number, name, start, false);
                let tokens: Vec<Token> = std::iter::once(number).chain(line.tokens.iter().copied()).collect();
                self.renumber(&tokens, &line)
            }
            _ => self.unknown(name, &line),
        };
        self.macros.pool.truncate(mark);
        next
    }

    /// The tokens up to the end of the line.
    fn rest_of_line(
        &mut self,
        scan: &mut FileScan<'_>,
        head: Span,
        name: Span,
    ) -> Result<Line, ErrorsReported> {
        let mut tokens = Vec::new();
        loop {
            match next_token(&mut scan.cursor, &mut self.macros.pool, Splice::Lines) {
                Ok(Some(token)) => tokens.push(token),
                Ok(None) => break,
                Err(unterminated) => {
                    self.error(unterminated_error(unterminated))?;
                    scan.cursor.skip_to_line_end();
                    break;
                }
            }
        }
        Ok(Line { head, name, tokens, end: scan.cursor.position() })
    }

    pub(super) fn token_span(&self, token: Token) -> Span {
        Span::new(token.at, token.at + self.macros.text(token).len() as u32)
    }

    fn span_or_end(&self, token: Option<Token>, line: &Line) -> Span {
        token.map_or(Span::new(line.end, line.end), |token| self.token_span(token))
    }

    fn malformed(&mut self, at: Span, message: impl Into<String>) -> Result<Next, ErrorsReported> {
        self.error(Diagnostic::error(codes::E0108, at, message))?;
        Ok(Next::Read)
    }

    fn nothing_more(&mut self, tokens: &[Token], directive: &str) -> Result<(), ErrorsReported> {
        if let (Some(first), Some(last)) = (tokens.first(), tokens.last()) {
            let span = self.token_span(*first).to(self.token_span(*last));
            let message = format!("text after `#{directive}` is ignored");
            self.warn(Diagnostic::warning(codes::W0103, span, message));
        }
        Ok(())
    }

    fn unknown(&mut self, name: &str, line: &Line) -> Result<Next, ErrorsReported> {
        if name.is_empty() {
            let at = self.span_or_end(line.tokens.first().copied(), line);
            return self.malformed(at, "expected the name of a directive after `#`");
        }
        let mut diagnostic =
            Diagnostic::error(codes::E0107, line.name, format!("unknown directive `#{name}`"));
        if let Some(known) = closest(name, DIRECTIVES.iter().copied()) {
            diagnostic = diagnostic.with_suggestion(line.name, known, format!("did you mean `#{known}`?"));
        }
        self.error(diagnostic)?;
        Ok(Next::Read)
    }

    /// `#error` and `#warning`: the rest of the line is prose.
    fn message(&mut self, scan: &mut FileScan<'_>, name: &str, head: Span) -> Result<Next, ErrorsReported> {
        let start = scan.cursor.offset;
        scan.cursor.skip_line_comment(true);
        let text = scan.cursor.text().get(start..scan.cursor.offset).unwrap_or("");
        let end = Span::new(head.lo, head.hi + text.trim_end().len() as u32);
        let text = text.replace("\\\r\n", " ").replace("\\\n", " ");
        let message = format!("#{name} {}", text.split_whitespace().collect::<Vec<_>>().join(" "));
        if name == "error" {
            self.error(Diagnostic::error(codes::E0112, end, message.trim_end()))?;
        } else {
            self.warn(Diagnostic::warning(codes::W0101, end, message.trim_end()));
        }
        Ok(Next::Read)
    }

    /// The name that `#define`, `#undef` and `#ifdef` begin with.
    fn macro_name(&mut self, line: &Line, directive: &str) -> Result<Option<Token>, ErrorsReported> {
        match line.tokens.first().copied() {
            Some(token) if token.kind == TokenKind::Identifier && self.macros.text(token) != "defined" => {
                Ok(Some(token))
            }
            token => {
                let at = self.span_or_end(token, line);
                let message = match token.map(|token| self.macros.text(token)) {
                    Some("defined") => "`defined` cannot be the name of a macro".to_owned(),
                    Some(found) => format!("`#{directive}` needs the name of a macro, found `{found}`"),
                    None => format!("`#{directive}` needs the name of a macro"),
                };
                self.malformed(at, message)?;
                Ok(None)
            }
        }
    }

    fn define(&mut self, line: &Line) -> Result<(), ErrorsReported> {
        let Some(name) = self.macro_name(line, "define")? else { return Ok(()) };
        let defined = self.token_span(name);
        let pool = &self.macros.pool;
        let text = |token: Token| pool.text(token);
        let kind = match macros::definition(line.tokens.get(1..).unwrap_or(&[]), text) {
            Ok(kind) => kind,
            Err(bad) => {
                let at = self.span_or_end(bad.at, line);
                let code = if bad.is_operator { codes::E0116 } else { codes::E0113 };
                return self.error(Diagnostic::error(code, at, bad.message));
            }
        };
        let name: Arc<str> = text(name).into();
        if let Some(old) = self.macros.table.find(&name).and_then(|id| self.macros.table.get(id))
            && !macros::same_definition(&old.kind, &kind, text)
        {
            let mut diagnostic =
                Diagnostic::warning(codes::W0102, defined, format!("macro `{name}` is redefined"));
            diagnostic = match old.defined {
                Span::NONE => diagnostic.with_note("it is built in"),
                earlier => diagnostic.with_label(earlier, "first defined here"),
            };
            self.warn(diagnostic);
        }
        self.macros.table.define(Macro { name, defined, kind, active: false });
        Ok(())
    }

    fn undefine(&mut self, line: &Line) -> Result<Next, ErrorsReported> {
        if let Some(name) = self.macro_name(line, "undef")? {
            let name = self.macros.text(name).to_owned();
            self.macros.table.undefine(&name);
            self.nothing_more(line.tokens.get(1..).unwrap_or(&[]), "undef")?;
        }
        Ok(Next::Read)
    }

    fn open(&mut self, scan: &mut FileScan<'_>, line: &Line, taken: bool) -> Next {
        scan.conditions.push(Condition { opened: line.head, taken, otherwise: None });
        if taken { Next::Read } else { Next::Skip }
    }

    fn open_if(&mut self, scan: &mut FileScan<'_>, line: &Line) -> Result<Next, ErrorsReported> {
        let taken = self.condition(line, "if")?;
        Ok(self.open(scan, line, taken))
    }

    fn open_ifdef(
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
    fn else_if(&mut self, scan: &mut FileScan<'_>, line: &Line, name: &str) -> Result<Next, ErrorsReported> {
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

    fn otherwise(&mut self, scan: &mut FileScan<'_>, line: &Line) -> Result<Next, ErrorsReported> {
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

    fn end_if(&mut self, scan: &mut FileScan<'_>, line: &Line) -> Result<Next, ErrorsReported> {
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

    /// `#line 12 "file"` and `# 12 "file" flags`.
    fn renumber(&mut self, tokens: &[Token], line: &Line) -> Result<Next, ErrorsReported> {
        let first = tokens.first().copied();
        let literal = first.is_some_and(|first| first.kind == TokenKind::Number);
        let expanded;
        let mut tokens = tokens;
        if !literal {
            let site = UseSite { sources: self.sources, position: line.head.lo };
            expanded = self.macros.expand_list(tokens, site, 0).unwrap_or_default();
            tokens = &expanded;
        }
        let number = tokens.first().and_then(|first| {
            let text = self.macros.text(*first);
            text.parse::<u32>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()))
        });
        let Some(number) = number.filter(|number| i32::try_from(*number).is_ok()) else {
            let at = self.span_or_end(first, line);
            return self.malformed(at, "`#line` needs a line number, and may have a file name in quotes");
        };
        let file = match tokens.get(1).copied() {
            None => None,
            Some(name) if name.kind == TokenKind::String => {
                let quoted = self.macros.text(name);
                let name = quoted.trim_start_matches('"').strip_suffix('"').unwrap_or("");
                Some(Arc::from(name.replace("\\\"", "\"").replace("\\\\", "\\")))
            }
            Some(other) => {
                let at = self.token_span(other);
                return self.malformed(at, "the file name of `#line` must stand in quotes");
            }
        };
        self.sources.renumber_after(line.end, number, file);
        Ok(Next::Read)
    }

    /// `#pragma once`; others are for other tools.
    fn pragma(&mut self, scan: &FileScan<'_>, line: &Line) -> Result<Next, ErrorsReported> {
        if line.tokens.first().is_some_and(|first| self.macros.text(*first) == "once") {
            self.once.insert(scan.file);
        }
        Ok(Next::Read)
    }
}
