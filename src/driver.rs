//! The pipeline, in order: the only place that sequences the stages.
//!
//! A [`Compilation`] is one program on its way; each method runs the stages up to its own and hands out what came of it. Findings gather in
//! [`Compilation::diagnostics`], whatever happens.

use p4xdp_backend_xdp::clang::{Clang, ClangError};
use p4xdp_backend_xdp::{self as backend};
use p4xdp_frontend::diagnostic::{Diagnostics, ErrorsReported, WarningPolicy};
use p4xdp_frontend::preprocess::{self, Preprocessed};
use p4xdp_frontend::source::{FileLoader, FileSystem, SourceMap, Span};
use p4xdp_frontend::{architecture, ast, hir, lint, parse, typecheck};
use p4xdp_midend::{arch, elaborate, ir, passes};
use std::path::{Path, PathBuf};

/// How a program is read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The P4 file.
    pub program: PathBuf,
    /// Include directories and macros.
    pub preprocess: preprocess::Options,
    /// Takes the program for this architecture, one of [`architecture::names`], whatever its package is called; refused if the package has
    /// not this architecture's form.
    pub architecture: Option<String>,
    /// Which warnings are shown, and which are errors.
    pub warnings: WarningPolicy,
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
        let diagnostics = Diagnostics::with_policy(options.warnings.clone());
        Compilation { options, loader, sources: SourceMap::new(), diagnostics }
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
        lint::apply_annotations(&ast, &mut self.diagnostics);
        let hir = typecheck::check(&ast, &self.sources, &mut self.diagnostics)?;
        architecture::check(&hir, self.options.architecture.as_deref(), &mut self.diagnostics);
        lint::check(&hir, &self.sources, &mut self.diagnostics);
        self.diagnostics.check().map(|()| hir)
    }

    /// The IR as elaboration leaves it: what the interpreter runs.
    ///
    /// # Errors
    /// When something was reported.
    pub fn elaborate(&mut self) -> Result<ir::Program, ErrorsReported> {
        let hir = self.check()?;
        let architecture = self.options.architecture.as_deref().and_then(arch::by_name);
        let program = elaborate::elaborate_for(&hir, architecture, &mut self.diagnostics)?;
        self.diagnostics.check().map(|()| program)
    }

    /// The IR after all passes: what the back end gets.
    ///
    /// # Errors
    /// When something was reported.
    pub fn optimise(&mut self) -> Result<ir::Program, ErrorsReported> {
        let mut program = self.elaborate()?;
        passes::run(&mut program);
        Ok(program)
    }

    /// C, header and manifest.
    ///
    /// # Errors
    /// When something was reported.
    pub fn generate(&mut self, codegen: &Codegen) -> Result<backend::Output, ErrorsReported> {
        self.generate_with_ir(codegen).map(|(_, output)| output)
    }

    /// C, header and manifest, and the IR that they were made from.
    ///
    /// # Errors
    /// When something was reported.
    pub fn generate_with_ir(
        &mut self,
        codegen: &Codegen,
    ) -> Result<(ir::Program, backend::Output), ErrorsReported> {
        let program = self.optimise()?;
        let file =
            self.options.program.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let sources = &self.sources;
        let locate = |span: Span| {
            sources.location(span.lo).map(|place| format!("{}:{}", base_name(place.file), place.line))
        };
        let options = backend::Options {
            source: &file,
            locate: Some(&locate),
            extern_c: codegen.extern_c.as_deref(),
            header_prefix: &codegen.header_prefix,
            holding: None,
        };
        let output = backend::compile(&program, &options, &mut self.diagnostics)?;
        Ok((program, output))
    }
}

/// The last part of a path.
fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Runs clang on generated C; the object stands beside it.
///
/// # Errors
/// When there is no clang that serves, the C cannot be written, or clang refuses it, which is a mistake of ours.
pub fn make_object(output: &backend::Output, c: &Path, codegen: &Codegen) -> Result<PathBuf, ObjectError> {
    let clang = Clang::find(codegen.clang.as_deref())?;
    std::fs::write(c, &output.c).map_err(|error| ObjectError::Write(c.to_owned(), error))?;
    let object = c.with_extension("o");
    clang.compile(c, &object, &[])?;
    Ok(object)
}

/// How objects are made.
#[derive(Clone, Debug, Default)]
pub struct Codegen {
    /// The clang to use; else `$P4XDP_CLANG`, else the newest on the path.
    pub clang: Option<PathBuf>,
    /// C that defines the extern functions which the program only declares.
    pub extern_c: Option<String>,
    /// What names in the control-plane header begin with.
    pub header_prefix: String,
}

impl Codegen {
    /// Reads the C files of extern functions.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn new(clang: Option<PathBuf>, extern_files: &[PathBuf]) -> Result<Codegen, ObjectError> {
        let mut text = String::new();
        for file in extern_files {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let c = std::fs::read_to_string(file).map_err(|error| ObjectError::Read(file.clone(), error))?;
            text += &format!("/* Extern functions, from {name}. */\n{c}\n");
        }
        let extern_c = (!extern_files.is_empty()).then_some(text);
        Ok(Codegen { clang, extern_c, header_prefix: String::new() })
    }
}

/// Why there is no object.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// clang is missing or refuses.
    #[error(transparent)]
    Clang(#[from] ClangError),
    /// C of extern functions cannot be read.
    #[error("cannot read {0}: {1}")]
    Read(PathBuf, std::io::Error),
    /// The C cannot be written.
    #[error("cannot write {0}: {1}")]
    Write(PathBuf, std::io::Error),
}
