//! The pipeline, in order: the only place that sequences the stages.
//!
//! A [`Compilation`] is one program on its way; each method runs the stages up to its own and hands out what came of it. Findings gather in
//! [`Compilation::diagnostics`], whatever happens.

use p4xdp_frontend::diagnostic::{Diagnostics, ErrorsReported};
use p4xdp_frontend::preprocess::{self, Preprocessed};
use p4xdp_frontend::source::{FileLoader, FileSystem, SourceMap};
use p4xdp_frontend::{ast, hir, parse, typecheck};
use p4xdp_midend::{elaborate, ir};
use std::path::PathBuf;

/// How a program is read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The P4 file.
    pub program: PathBuf,
    /// Include directories and macros.
    pub preprocess: preprocess::Options,
    /// Takes the program for this architecture, whatever its package type.
    pub architecture: Option<String>,
}

/// A program on its way through the stages.
pub struct Compilation {
    options: Options,
    loader: Box<dyn FileLoader>,
    /// All files that were read.
    pub sources: SourceMap,
    /// All findings so far.
    pub diagnostics: Diagnostics,
}

impl Compilation {
    /// A compilation that reads from the file system and from the built-in includes.
    pub fn new(options: Options) -> Compilation {
        Compilation::with_loader(options, Box::new(FileSystem))
    }

    /// A compilation that reads from somewhere else, such as memory.
    pub fn with_loader(options: Options, loader: Box<dyn FileLoader>) -> Compilation {
        Compilation { options, loader, sources: SourceMap::new(), diagnostics: Diagnostics::new() }
    }

    /// The text without directives and macros.
    ///
    /// # Errors
    /// When something was reported; this holds of all stages.
    pub fn preprocess(&mut self) -> Result<Preprocessed, ErrorsReported> {
        let Options { program, preprocess: options, .. } = &self.options;
        preprocess::preprocess(program, options, &*self.loader, &mut self.sources, &mut self.diagnostics)
    }

    /// The syntax tree.
    ///
    /// # Errors
    /// When something was reported.
    pub fn parse(&mut self) -> Result<ast::Program, ErrorsReported> {
        let text = self.preprocess()?;
        parse::parse(&text.text, &text, &mut self.diagnostics)
    }

    /// The typed program.
    ///
    /// # Errors
    /// When something was reported.
    pub fn check(&mut self) -> Result<hir::Program, ErrorsReported> {
        let ast = self.parse()?;
        typecheck::check(&ast, &mut self.diagnostics)
    }

    /// The IR as elaboration leaves it: what the interpreter runs.
    ///
    /// # Errors
    /// When something was reported.
    pub fn elaborate(&mut self) -> Result<ir::Program, ErrorsReported> {
        let hir = self.check()?;
        elaborate::elaborate(&hir, &mut self.diagnostics)
    }
}
