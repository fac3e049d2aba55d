//! The preprocessor. In: the main file's path and a [`FileLoader`]. Out: one text without directives, macros and
//! comments, with a map back to the source ([`Preprocessed`]). It does what `cpp -undef -nostdinc -x assembler-with-cpp`
//! does, which P4 programs are written against, and warns where that is odd; but a string may go on over lines, as P4
//! says. What the text means is left to the parser.
//!
//! Runs of ordinary text are copied whole; only directives and macro uses are cut into tokens.

mod complaint;
mod condition;
mod constant;
mod directive;
mod expand;
mod expression;
mod include;
mod limits;
mod macros;
mod output;
mod pragma;
mod question;
mod scan;
mod substitute;
#[cfg(test)]
mod tests;
mod text;
mod token;

pub use output::Preprocessed;

use crate::diagnostic::{Diagnostic, Diagnostics, ErrorsReported};
use crate::source::{FileId, FileLoader, SourceMap, Span};
use expand::Macros;
use rustc_hash::FxHashSet;
use std::cmp::Ordering;
use std::path::{Path, PathBuf};

/// What the command line says to the preprocessor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `-I`: where includes are looked for, in this order.
    pub include_dirs: Vec<PathBuf>,
    /// `-D`: `NAME` (which means 1), `NAME=VALUE` or `NAME(PARAMETERS)=VALUE`.
    pub defines: Vec<String>,
    /// `-U`: undefined after all `-D`.
    pub undefines: Vec<String>,
}

/// Preprocesses the file at `main`. All files that are read go into `sources`, the main file first.
///
/// Fails if there was any error; a text with holes would only lead to errors that come from them.
///
/// # Errors
/// When something was reported; the sink says what.
pub fn preprocess(
    main: &Path,
    options: &Options,
    loader: &dyn FileLoader,
    sources: &mut SourceMap,
    sink: &mut Diagnostics,
) -> Result<Preprocessed, ErrorsReported> {
    let errors_before = sink.error_count();
    let mut preprocessor = Preprocessor {
        options,
        loader,
        sources,
        sink,
        output: Preprocessed::default(),
        macros: Macros::new(),
        includes: Vec::new(),
        once: FxHashSet::default(),
        read: FxHashSet::default(),
        inclusions: 0,
        scanned: 0,
        errors: 0,
        warnings: 0,
    };
    let main = preprocessor.main_file(main)?;
    preprocessor.command_line()?;
    preprocessor.scan(main)?;
    if preprocessor.errors > 0 {
        debug_assert!(preprocessor.sink.error_count() > errors_before);
        preprocessor.sink.check()?;
    }
    let end = preprocessor.sources.file(main).map_or(0, |file| file.span().hi);
    Ok(preprocessor.output.finish(preprocessor.sources, end))
}

/// A file being read, and the `#include` that asked for it.
#[derive(Clone, Copy, Debug)]
struct Inclusion {
    file: FileId,
    asked_by: Span,
    /// Which of the `-I` directories it was found in.
    dir: Option<usize>,
}

/// The preprocessor at work.
struct Preprocessor<'a> {
    options: &'a Options,
    loader: &'a dyn FileLoader,
    sources: &'a mut SourceMap,
    sink: &'a mut Diagnostics,
    output: Preprocessed,
    macros: Macros,
    /// The files being read, outermost first.
    includes: Vec<Inclusion>,
    /// Files with `#pragma once`, and those that were imported.
    once: FxHashSet<FileId>,
    /// Files that were included.
    read: FxHashSet<FileId>,
    inclusions: usize,
    scanned: usize,
    errors: usize,
    warnings: usize,
}

impl Preprocessor<'_> {
    /// Reports an error after which one can go on; after too many of them one cannot.
    fn error(&mut self, diagnostic: Diagnostic) -> Result<(), ErrorsReported> {
        self.errors += 1;
        let last = self.errors == limits::MAX_ERRORS;
        let diagnostic =
            if last { diagnostic.with_note("there are too many errors to go on") } else { diagnostic };
        let reported = self.sink.error(diagnostic);
        if last { Err(reported) } else { Ok(()) }
    }

    /// Reports a warning, unless there were many.
    fn warn(&mut self, diagnostic: Diagnostic) {
        self.warnings += 1;
        match self.warnings.cmp(&limits::MAX_WARNINGS) {
            Ordering::Less => self.sink.emit(diagnostic),
            Ordering::Equal => {
                self.sink.emit(diagnostic.with_note("further warnings like this are not shown"))
            }
            Ordering::Greater => {}
        }
    }

    /// Reports an error after which nothing can follow.
    fn fatal(&mut self, diagnostic: Diagnostic) -> ErrorsReported {
        self.sink.error(diagnostic)
    }
}
