//! Directives: what stands on a line that begins with `#`. Includes are looked up in `include`, conditionals are left to
//! `condition`, definitions are read in `macros`.

use super::complaint::unterminated;
use super::expand::UseSite;
use super::macros::{self, Macro};
use super::scan::FileScan;
use super::text::Splice;
use super::token::{Token, TokenKind, next_token};
use super::{Preprocessor, include};
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
        if let Err(open) = scan.cursor.skip_blanks(Splice::Lines) {
            self.error(unterminated(open))?;
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
                Err(open) => {
                    self.error(unterminated(open))?;
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

    pub(super) fn nothing_more(&mut self, tokens: &[Token], directive: &str) -> Result<(), ErrorsReported> {
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
    pub(super) fn macro_name(
        &mut self,
        line: &Line,
        directive: &str,
    ) -> Result<Option<Token>, ErrorsReported> {
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
