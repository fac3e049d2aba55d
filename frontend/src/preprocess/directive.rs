//! Directives: what stands on a line that begins with `#`. Includes are looked up in `include`, conditionals are left to
//! `condition`, definitions are read in `macros`, pragmas in `pragma`. A line with `#` and a name that is no directive is
//! a remark, as it is for `cpp` in assembler source: it is left out.

use super::complaint::unterminated;
use super::expand::{expand_list, expand_use};
use super::include::{self, Search};
use super::macros::{self, Macro};
use super::scan::FileScan;
use super::text::{Cursor, LineEnd};
use super::token::{Token, TokenKind, is_identifier_byte, next_token};
use super::{Preprocessor, constant};
use crate::diagnostic::suggest::closest;
use crate::diagnostic::{Diagnostic, ErrorsReported, codes};
use crate::source::Span;
use std::sync::Arc;

/// Every directive by name.
const DIRECTIVES: &[&str] = &[
    "include",
    "define",
    "undef",
    "if",
    "ifdef",
    "ifndef",
    "elif",
    "elifdef",
    "elifndef",
    "else",
    "endif",
    "error",
    "warning",
    "line",
    "pragma",
    "include_next",
    "import",
    "ident",
    "sccs",
    "assert",
    "unassert",
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

/// Whether an `#include` or its like begins at the cursor, which is at a `#`.
pub(super) fn is_include(mut cursor: Cursor<'_>) -> bool {
    cursor.offset += 1;
    cursor.skip_blanks(LineEnd::Stops).is_ok()
        && matches!(cursor.take_while(is_identifier_byte), "include" | "include_next" | "import")
}

impl Preprocessor<'_> {
    /// At the `#`; goes to the end of the directive's last line, and carries it out.
    pub(super) fn directive(&mut self, scan: &mut FileScan<'_>) -> Result<Next, ErrorsReported> {
        let hash = scan.cursor.position();
        scan.cursor.offset += 1;
        if let Err(open) = scan.cursor.skip_blanks(LineEnd::Stops) {
            self.error(unterminated(open))?;
            scan.cursor.offset = scan.cursor.bytes().len();
            return Ok(Next::Read);
        }
        let start = scan.cursor.position();
        let name = scan.cursor.take_while(is_identifier_byte);
        let name_span = Span::new(start, scan.cursor.end_of(scan.cursor.offset));
        let head = Span::new(hash, name_span.hi);
        let mark = self.macros.pool.len();
        let search = match name {
            "include" => Some(Search::All),
            "include_next" => Some(Search::Next),
            "import" => Some(Search::Once),
            _ => None,
        };
        if let Some(search) = search
            && let Some(asked) = include::literal_name(&mut scan.cursor, search)
        {
            let rest = self.rest_of_line(scan, head, name_span)?;
            self.nothing_more(&rest.tokens, name)?;
            self.macros.pool.truncate(mark);
            return self.include(scan, asked).map(|()| Next::Read);
        }
        let number = name.starts_with(|c: char| c.is_ascii_digit());
        if !name.is_empty() && !number && !DIRECTIVES.contains(&name) {
            return self.remark(scan, name, name_span);
        }
        let text_start = scan.cursor.offset;
        let line = self.rest_of_line(scan, head, name_span)?;
        let next = match name {
            // These leave bodies of macros in the pool.
            "define" => return self.define(&line).map(|()| Next::Read),
            "pragma" => return self.pragma(&line.tokens, head).map(|()| Next::Read),
            "include" | "include_next" | "import" => {
                return self.computed_include(scan, &line, name, search.unwrap_or(Search::All));
            }
            "error" | "warning" => {
                let text = scan.cursor.text().get(text_start..scan.cursor.offset).unwrap_or("");
                self.message(name, text, Span::new(head.lo, line.end))
            }
            "undef" => self.undefine(&line),
            "if" => self.open_if(scan, &line),
            "ifdef" | "ifndef" => self.open_ifdef(scan, &line, name),
            "elif" | "elifdef" | "elifndef" => self.else_if(scan, &line, name),
            "else" => self.otherwise(scan, &line),
            "endif" => self.end_if(scan, &line),
            "line" => self.renumber(&line),
            "ident" | "sccs" => self.identification(&line, name),
            "assert" | "unassert" => self.assert(&line, name),
            _ => {
                if number {
                    self.line_marker(name, &line);
                }
                // `#` alone is nothing, and what else follows it is a remark.
                Ok(Next::Read)
            }
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
            match next_token(&mut scan.cursor, &mut self.macros.pool, LineEnd::Stops) {
                Ok(Some(token)) => tokens.push(token),
                Ok(None) => break,
                Err(open) => {
                    self.error(unterminated(open))?;
                    scan.cursor.offset = scan.cursor.bytes().len();
                    break;
                }
            }
        }
        Ok(Line { head, name, tokens, end: scan.cursor.end_of(scan.cursor.offset) })
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

    /// A line that begins with `#` and is no directive. Macros in it are expanded, as `cpp` does before the compiler drops
    /// the line: the arguments of one may go on over further lines.
    fn remark(&mut self, scan: &mut FileScan<'_>, name: &str, at: Span) -> Result<Next, ErrorsReported> {
        let mut warning =
            Diagnostic::warning(codes::W0105, at, format!("`{name}` is no directive: the line is left out"));
        if let Some(known) = closest(name, DIRECTIVES.iter().copied()) {
            warning = warning.with_suggestion(at, known, format!("did you mean `#{known}`?"));
        }
        self.warn(warning);
        let mark = self.macros.pool.len();
        loop {
            let token = match next_token(&mut scan.cursor, &mut self.macros.pool, LineEnd::Stops) {
                Ok(Some(token)) => token,
                Ok(None) => break,
                Err(open) => {
                    self.error(unterminated(open))?;
                    scan.cursor.offset = scan.cursor.bytes().len();
                    break;
                }
            };
            let id = self.macros.table.find(self.macros.text(token));
            if let Some(id) = id.filter(|_| token.kind == TokenKind::Identifier)
                && let Err(error) = expand_use(self, id, token, scan)
            {
                self.failed_use(scan, &error, id, self.token_span(token))?;
            }
        }
        self.macros.pool.truncate(mark);
        Ok(Next::Read)
    }

    /// `#error` and `#warning`: the rest of the line is prose.
    fn message(&mut self, name: &str, text: &str, at: Span) -> Result<Next, ErrorsReported> {
        let message = format!("#{name} {}", text.split_whitespace().collect::<Vec<_>>().join(" "));
        if name == "error" {
            self.error(Diagnostic::error(codes::E0112, at, message.trim_end()))?;
        } else {
            self.warn(Diagnostic::warning(codes::W0101, at, message.trim_end()));
        }
        Ok(Next::Read)
    }

    /// The name that `#define`, `#undef` and `#ifdef` begin with.
    pub(super) fn macro_name(
        &mut self,
        line: &Line,
        directive: &str,
    ) -> Result<Option<Token>, ErrorsReported> {
        let token = line.tokens.first().copied();
        let text = token.map(|token| self.macros.text(token));
        let defines = matches!(directive, "define" | "undef");
        let message = match token {
            Some(token) if token.kind == TokenKind::Identifier => {
                match text.filter(|text| defines && *text == "defined") {
                    None => {
                        if let Some(poisoned) = self.poisoned(token) {
                            self.error(poisoned)?;
                        }
                        return Ok(Some(token));
                    }
                    Some(text) => format!("`{text}` cannot be the name of a macro"),
                }
            }
            Some(_) => {
                format!("`#{directive}` needs the name of a macro, found `{}`", text.unwrap_or_default())
            }
            None => format!("`#{directive}` needs the name of a macro"),
        };
        let at = self.span_or_end(token, line);
        self.malformed(at, message)?;
        Ok(None)
    }

    fn define(&mut self, line: &Line) -> Result<(), ErrorsReported> {
        let Some(name) = self.macro_name(line, "define")? else { return Ok(()) };
        let defined = self.token_span(name);
        let pool = &self.macros.pool;
        let text = |token: Token| pool.text(token);
        let definition = match macros::definition(line.tokens.get(1..).unwrap_or(&[]), text) {
            Ok(definition) => definition,
            Err(bad) => {
                let at = self.span_or_end(bad.at, line);
                let code = if bad.is_operator { codes::E0116 } else { codes::E0113 };
                return self.error(Diagnostic::error(code, at, bad.message));
            }
        };
        let kind = definition.kind;
        let name: Arc<str> = text(name).into();
        let mut warnings = Vec::new();
        if let Some(old) = self.macros.table.find(&name).and_then(|id| self.macros.table.get(id))
            && !macros::same_definition(&old.kind, &kind, text)
        {
            let warning = Diagnostic::warning(codes::W0102, defined, format!("macro `{name}` is redefined"));
            warnings.push(match old.defined {
                Span::NONE => warning.with_note("it is built in"),
                earlier => warning.with_label(earlier, "first defined here"),
            });
        }
        for (token, message) in definition.odd {
            warnings.push(Diagnostic::warning(codes::W0110, self.token_span(token), message));
        }
        if let Some(open) = line.tokens.iter().find(|token| token.kind == TokenKind::Unclosed) {
            let message = "this quote has no end: it reaches to the end of the line";
            warnings.push(Diagnostic::warning(codes::W0107, Span::new(open.at, open.at + 1), message));
        }
        warnings.into_iter().for_each(|warning| self.warn(warning));
        self.macros.table.define(Macro::new(name, defined, kind));
        self.macros.pool.keep();
        Ok(())
    }

    fn undefine(&mut self, line: &Line) -> Result<Next, ErrorsReported> {
        if let Some(token) = self.macro_name(line, "undef")? {
            let name = self.macros.text(token).to_owned();
            let built_in = self.macros.table.undefine(&name).is_some_and(|old| old.kind.is_built_in());
            if built_in {
                let message = format!("macro `{name}` is undefined");
                let warning = Diagnostic::warning(codes::W0102, self.token_span(token), message);
                self.warn(warning.with_note("it is built in"));
            }
            self.nothing_more(line.tokens.get(1..).unwrap_or(&[]), "undef")?;
        }
        Ok(Next::Read)
    }

    /// `#line 12 "file"`
    fn renumber(&mut self, line: &Line) -> Result<Next, ErrorsReported> {
        let tokens = expand_list(self, &line.tokens, 0).unwrap_or_default();
        // What a macro stands for is shown by the macro.
        let shown = |found: Option<&Token>| {
            found
                .map(|found| line.tokens.iter().find(|token| token.at == found.at).copied().unwrap_or(*found))
        };
        let number = tokens.first().map_or("", |first| self.macros.text(*first));
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            let at = self.span_or_end(shown(tokens.first()), line);
            return self.malformed(at, "`#line` needs a line number, and may have a file name in quotes");
        }
        let exact = number.parse::<u32>();
        let wrapped = number
            .bytes()
            .fold(0u32, |value, digit| value.wrapping_mul(10).wrapping_add(u32::from(digit - b'0')));
        if exact.is_err() {
            let at = self.span_or_end(shown(tokens.first()), line);
            let message = format!("the line number is too large and becomes {wrapped}");
            self.warn(Diagnostic::warning(codes::W0108, at, message));
        }
        let file = match tokens.get(1).copied() {
            None => None,
            Some(name) if name.kind == TokenKind::String => {
                Some(Arc::from(constant::string_value(self.macros.text(name))))
            }
            other => {
                let at = self.span_or_end(shown(other.as_ref()), line);
                return self.malformed(at, "the file name of `#line` must stand in quotes");
            }
        };
        if let Some(more) = shown(tokens.get(2)) {
            self.nothing_more(&[more], "line")?;
        }
        self.sources.state_line_after(line.end, wrapped, file);
        Ok(Next::Read)
    }

    /// `# 12 "file" flags`, which another preprocessor has left: findings are shown there, but `__LINE__` does not heed it.
    fn line_marker(&mut self, number: &str, line: &Line) {
        let file = match line.tokens.split_first() {
            None => None,
            Some((name, flags))
                if name.kind == TokenKind::String
                    && flags.iter().all(|flag| flag.kind == TokenKind::Number) =>
            {
                Some(Arc::from(constant::string_value(self.macros.text(*name))))
            }
            Some(_) => return,
        };
        if let Ok(number) = number.parse::<i32>() {
            self.sources.renumber_after(line.end, number.cast_unsigned(), file);
        }
    }

    /// `#ident "text"` is for other tools.
    fn identification(&mut self, line: &Line, name: &str) -> Result<Next, ErrorsReported> {
        let tokens = expand_list(self, &line.tokens, 0).unwrap_or_default();
        match tokens.first() {
            Some(string) if string.kind == TokenKind::String => {
                self.nothing_more(line.tokens.get(1..).unwrap_or(&[]), name)?;
                Ok(Next::Read)
            }
            _ => {
                let at = self.span_or_end(line.tokens.first().copied(), line);
                self.malformed(at, format!("`#{name}` needs a text in quotes"))
            }
        }
    }

    fn assert(&mut self, line: &Line, name: &str) -> Result<Next, ErrorsReported> {
        let message = format!("`#{name}` is deprecated");
        self.warn(Diagnostic::warning(codes::W0108, line.name, message));
        match self.assertion(&line.tokens, name == "assert") {
            Ok(()) => Ok(Next::Read),
            Err((at, message)) => {
                let at = self.span_or_end(at, line);
                self.malformed(at, message)
            }
        }
    }
}
