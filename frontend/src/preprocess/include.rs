//! Files: the main file, `#include`, and the macros of the command line, which are read as a file of their own.

use super::directive::Next;
use super::expand::expand_list;
use super::scan::FileScan;
use super::text::{Cursor, LineEnd};
use super::token::{Token, TokenKind};
use super::{Inclusion, Preprocessor, limits};
use crate::diagnostic::suggest::closest;
use crate::diagnostic::{Diagnostic, ErrorsReported, codes};
use crate::source::{FileId, Span, embedded_file, embedded_names, include_candidates};
use std::io;
use std::path::{Path, PathBuf};

/// The name that the macros of the command line are shown under.
const COMMAND_LINE: &str = "<command line>";

/// Which file of a name is asked for, and how often it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Search {
    /// `#include`
    All,
    /// `#import`: the file is read once.
    Once,
    /// `#include_next`: in the directories behind the one where this file was found.
    Next,
}

/// The name in an `#include`.
pub(super) struct IncludeName {
    search: Search,
    name: String,
    /// `"name"` rather than `<name>`.
    quoted: bool,
    /// With its quotes.
    span: Span,
}

/// `"name"` or `<name>` right after `#include`; `None` if something else stands there.
pub(super) fn literal_name(cursor: &mut Cursor<'_>, search: Search) -> Option<IncludeName> {
    let mut ahead = *cursor;
    ahead.skip_blanks(LineEnd::Stops).ok()?;
    let start = ahead.position();
    let close = match ahead.peek()? {
        b'"' => '"',
        b'<' => '>',
        _ => return None,
    };
    ahead.offset += 1;
    let line = ahead.rest().lines().next()?;
    let (name, _) = line.split_once(close)?;
    ahead.take(name.len() + 1);
    *cursor = ahead;
    Some(IncludeName {
        search,
        name: name.to_owned(),
        quoted: close == '"',
        span: Span::new(start, ahead.end_of(ahead.offset)),
    })
}

impl Preprocessor<'_> {
    /// Reads the main file. If it cannot be read an empty file takes its place, so that the finding has a file's name.
    pub(super) fn main_file(&mut self, path: &Path) -> Result<FileId, ErrorsReported> {
        let error = match self.loader.read(path) {
            Ok(content) => return self.add_file(path, content, Span::NONE),
            Err(error) => error,
        };
        let name = path.display().to_string();
        let message = format!("cannot read `{name}`: {}", reason(&error));
        let _ = self.sources.add(name, path, "");
        Err(self.fatal(Diagnostic::error(codes::E0101, Span::NONE, message)))
    }

    /// Puts a file's content into the source map; `asked_by` is shown if there is no room for it.
    fn add_file(&mut self, path: &Path, content: Vec<u8>, asked_by: Span) -> Result<FileId, ErrorsReported> {
        let name = path.display().to_string();
        let (text, bad) = match String::from_utf8(content) {
            Ok(text) => (text, None),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let content = error.into_bytes();
                let byte = content.get(at).copied();
                let binary = memchr::memchr(0, &content).is_some();
                let valid = String::from_utf8_lossy(content.get(..at).unwrap_or(&[])).into_owned();
                (valid, Some((at, byte.unwrap_or(0), binary)))
            }
        };
        let id = match self.sources.add(name.as_str(), path, text) {
            Ok(id) => id,
            Err(error) => {
                return Err(self.fatal(Diagnostic::error(codes::E0115, asked_by, error.to_string())));
            }
        };
        let Some((at, byte, binary)) = bad else { return Ok(id) };
        let span = self.sources.file(id).map_or(Span::NONE, |file| file.span_of(at, at));
        let message = format!("`{name}` is not UTF-8: byte 0x{byte:02x} at offset {at}");
        let mut diagnostic = Diagnostic::error(codes::E0104, span, message);
        if asked_by != Span::NONE {
            diagnostic = diagnostic.with_label(asked_by, "included from here");
        }
        if binary {
            diagnostic = diagnostic.with_note("this looks like a binary file, not like a P4 program");
        }
        Err(self.fatal(diagnostic))
    }

    /// Defines and undefines what the command line says.
    pub(super) fn command_line(&mut self) -> Result<(), ErrorsReported> {
        let options = self.options;
        if options.defines.is_empty() && options.undefines.is_empty() {
            return Ok(());
        }
        let mut text = String::new();
        for define in &options.defines {
            let (name, value) = define.split_once('=').unwrap_or((define, "1"));
            text.push_str(&format!("#define {name} {}\n", value.replace('\n', " ")));
        }
        for name in &options.undefines {
            text.push_str(&format!("#undef {name}\n"));
        }
        let id = match self.sources.add(COMMAND_LINE, COMMAND_LINE, text) {
            Ok(id) => id,
            Err(error) => {
                return Err(self.fatal(Diagnostic::error(codes::E0115, Span::NONE, error.to_string())));
            }
        };
        let errors = self.errors;
        self.scan(id)?;
        self.output = super::Preprocessed::default();
        if self.errors > errors { self.sink.check() } else { Ok(()) }
    }

    /// `#include NAME` where macros make the name.
    pub(super) fn computed_include(
        &mut self,
        scan: &mut FileScan<'_>,
        line: &super::directive::Line,
        directive: &str,
        search: Search,
    ) -> Result<Next, ErrorsReported> {
        let tokens = expand_list(self, &line.tokens, 0).unwrap_or_default();
        let span = Span::new(line.tokens.first().map_or(line.head.lo, |first| first.at), line.end);
        let Some((name, quoted, more)) = self.include_name(&tokens) else {
            let at = if line.tokens.is_empty() { line.head } else { span };
            let message = format!("`#{directive}` needs a file name, as in `<core.p4>` or `\"headers.p4\"`");
            self.error(Diagnostic::error(codes::E0108, at, message))?;
            return Ok(Next::Read);
        };
        if more > 0
            && let Some(last) = line.tokens.last()
        {
            self.nothing_more(&[*last], directive)?;
        }
        self.include(scan, IncludeName { search, name, quoted, span }).map(|()| Next::Read)
    }

    /// The file name that tokens begin with, whether it is quoted, and how many tokens follow it.
    pub(super) fn include_name(&self, tokens: &[Token]) -> Option<(String, bool, usize)> {
        let text = |token: &Token| self.macros.text(*token);
        let (first, rest) = tokens.split_first()?;
        if first.kind == TokenKind::String {
            let name = text(first).strip_prefix('"')?.strip_suffix('"')?;
            return Some((name.to_owned(), true, rest.len()));
        }
        let close = rest.iter().position(|token| text(token) == ">").filter(|_| text(first) == "<")?;
        let mut name = String::new();
        for token in rest.iter().take(close) {
            // White space is a part of the name, as it is for `cpp`.
            if token.spaced {
                name.push(' ');
            }
            name.push_str(text(token));
        }
        Some((name, false, rest.len() - close - 1))
    }

    /// Whether `#include` would find such a file.
    pub(super) fn can_include(&self, name: &str, quoted: bool, search: Search) -> bool {
        let asked = IncludeName { search, name: name.to_owned(), quoted, span: Span::NONE };
        self.includes.last().is_some_and(|including| self.find(*including, &asked).is_ok())
    }

    /// Reads the named file in the place of the directive.
    pub(super) fn include(&mut self, scan: &FileScan<'_>, asked: IncludeName) -> Result<(), ErrorsReported> {
        let asked_by = asked.span;
        if asked.name.is_empty() {
            let message = "the file name of an `#include` is empty";
            return self.error(Diagnostic::error(codes::E0108, asked_by, message));
        }
        if asked.search != Search::All {
            self.odd_search(&asked);
        }
        let including = self.includes.last().copied();
        let including = including.unwrap_or(Inclusion { file: scan.file, asked_by, dir: None });
        let (id, dir) = match self.find(including, &asked) {
            Ok((Found::Known(id), dir)) => (id, dir),
            Ok((Found::New(path, content), dir)) => (self.add_file(&path, content, asked_by)?, dir),
            Err(error) => {
                let diagnostic = self.not_found(&asked, &error);
                return self.error(diagnostic);
            }
        };
        if self.once.contains(&id) {
            return Ok(());
        }
        if asked.search == Search::Once {
            if self.read.contains(&id) {
                return Ok(());
            }
            self.once.insert(id);
        }
        self.read.insert(id);
        self.inclusions += 1;
        if self.includes.len() > limits::MAX_INCLUDE_DEPTH {
            let diagnostic = self.too_deep(id, &asked);
            return Err(self.fatal(diagnostic));
        }
        if self.inclusions > limits::MAX_INCLUSIONS {
            let message = format!("more than {} files are included", limits::MAX_INCLUSIONS);
            let diagnostic = self.with_chain(Diagnostic::error(codes::E0115, asked_by, message));
            return Err(self.fatal(diagnostic));
        }
        self.includes.push(Inclusion { file: id, asked_by, dir });
        let done = self.scan_included(id);
        self.includes.pop();
        done
    }

    /// `#import` is deprecated, and `#include_next` has nothing to go on from in the main file.
    fn odd_search(&mut self, asked: &IncludeName) {
        let message = match asked.search {
            Search::Once => "`#import` is deprecated: `#pragma once` in the file does the same",
            Search::Next if self.includes.len() == 1 => {
                "`#include_next` in the main file is the same as `#include`"
            }
            Search::Next | Search::All => return,
        };
        self.warn(Diagnostic::warning(codes::W0108, asked.span, message));
    }

    /// The file, and which of the `-I` directories it is in.
    fn find(&self, including: Inclusion, asked: &IncludeName) -> io::Result<(Found, Option<usize>)> {
        let next = asked.search == Search::Next && self.includes.len() > 1;
        let dirs = &self.options.include_dirs;
        let skipped = including.dir.filter(|_| next).map_or(0, |dir| dir + 1);
        let file = self.sources.file(including.file);
        let beside = file.map(|file| file.path()).filter(|_| asked.quoted && !next);
        let rest = dirs.get(skipped..).unwrap_or(&[]);
        let candidates = include_candidates(&asked.name, beside, rest);
        for (path, dir) in candidates {
            let dir = dir.map(|dir| dir + skipped);
            if let Some(id) = self.sources.find(&path) {
                return Ok((Found::Known(id), dir));
            }
            match self.loader.read(&path) {
                Ok(content) => return Ok((Found::New(path, content), dir)),
                Err(error)
                    if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
                Err(error) => return Err(error),
            }
        }
        match embedded_file(&asked.name) {
            Some((path, text)) => Ok(match self.sources.find(&path) {
                Some(id) => (Found::Known(id), None),
                None => (Found::New(path, text.as_bytes().to_vec()), None),
            }),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn not_found(&self, asked: &IncludeName, error: &io::Error) -> Diagnostic {
        let name = &asked.name;
        if error.kind() != io::ErrorKind::NotFound {
            let message = format!("cannot read `{name}`: {}", reason(error));
            return Diagnostic::error(codes::E0102, asked.span, message);
        }
        let mut diagnostic = Diagnostic::error(codes::E0102, asked.span, format!("cannot find `{name}`"));
        let dirs = &self.options.include_dirs;
        let searched: Vec<String> = dirs.iter().map(|dir| format!("`{}`", dir.display())).collect();
        let searched = if searched.is_empty() { "none given".to_owned() } else { searched.join(", ") };
        let beside = if asked.quoted { "the directory of this file, " } else { "" };
        diagnostic = diagnostic.with_note(format!(
            "looked in {beside}the `-I` directories ({searched}) and the includes that come with p4xdp"
        ));
        let stem = |name: &'static str| name.strip_suffix(".p4").unwrap_or(name);
        let meant = closest(name.strip_suffix(".p4").unwrap_or(name), embedded_names().map(stem));
        match meant.map(|stem| format!("<{stem}.p4>")) {
            Some(known) => {
                let message = format!("did you mean `{known}`?");
                diagnostic.with_suggestion(asked.span, known, message)
            }
            None => diagnostic,
        }
    }

    fn too_deep(&self, id: FileId, asked: &IncludeName) -> Diagnostic {
        let depth = limits::MAX_INCLUDE_DEPTH;
        let cycle = self.includes.iter().rposition(|inclusion| inclusion.file == id);
        let name = self.sources.file(id).map_or("", |file| file.name());
        let Some(start) = cycle else {
            let message = format!("includes are nested deeper than {depth} levels");
            return self.with_chain(Diagnostic::error(codes::E0103, asked.span, message));
        };
        let message = format!("`{name}` includes itself without end");
        let mut diagnostic = Diagnostic::error(codes::E0103, asked.span, message)
            .with_primary(format!("`{name}` is included again here"))
            .with_note(format!("gave up {depth} levels deep"))
            .with_note("wrap the file's content in `#ifndef NAME`, `#define NAME` and `#endif`, or begin it with `#pragma once`");
        for inclusion in self.includes.iter().skip(start + 1).take(8) {
            let of = self.sources.file(inclusion.file).map_or("", |file| file.name());
            diagnostic = diagnostic.with_label(inclusion.asked_by, format!("`{of}` is included here"));
        }
        diagnostic
    }

    /// Adds the includes that led here, innermost first.
    fn with_chain(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        let chain = self.includes.iter().rev().filter(|inclusion| inclusion.asked_by != Span::NONE);
        for inclusion in chain.take(8) {
            diagnostic = diagnostic.with_label(inclusion.asked_by, "included from here");
        }
        diagnostic
    }
}

enum Found {
    Known(FileId),
    New(PathBuf, Vec<u8>),
}

/// The system's reason without its number, which says nothing to most people.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        _ => error.to_string(),
    }
}
