//! The pipeline, in order: the only place that sequences the stages.
//!
//! A [`Compilation`] is one program on its way; each method runs the stages up to its own and hands out what came of it. Findings gather in
//! [`Compilation::diagnostics`], whatever happens.

#![allow(clippy::disallowed_methods, reason = "this is where stages are called")]

use crate::report::{self, refusal};
use p4xdp_backend_xdp::clang::{Clang, ClangError};
use p4xdp_backend_xdp::limits::{MOST_EXPECTED, MOST_INSTRUCTIONS, PART_SIZE, STACK};
use p4xdp_backend_xdp::{self as backend};
use p4xdp_control::description::Description;
use p4xdp_control::kernel::Kernel;
use p4xdp_cost::Cost;
use p4xdp_cost::image::ImageError;
use p4xdp_frontend::diagnostic::{Diagnostics, ErrorsReported, WarningPolicy};
use p4xdp_frontend::preprocess::{self, Preprocessed};
use p4xdp_frontend::source::{FileLoader, FileSystem, SourceMap, Span};
use p4xdp_frontend::{architecture, ast, check_tree, hir, parse};
use p4xdp_midend::{arch, control_plane, elaborate, ir, passes};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How a program is read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The P4 file.
    pub program: PathBuf,
    /// Include directories and macros.
    pub preprocess: preprocess::Options,
    /// Takes the program for this architecture, one of `p4xdp_frontend::architecture::names`, whatever its package is called; refused if the package has
    /// not this architecture's form.
    pub architecture: Option<String>,
    /// Which warnings are shown, and which are errors.
    pub warnings: WarningPolicy,
    /// Elaborates for this architecture, whatever the program's package is: with [`arch::GENERIC`] there is IR to look at of packages that belong to
    /// no architecture.
    pub elaborate_as: Option<&'static arch::Architecture>,
    /// Leaves the passes out, so that code is generated of the IR as elaboration leaves it: what is wrong then is not the passes' fault.
    pub unoptimised: bool,
}

/// A program on its way through the stages. What a stage made is kept: each runs once, whatever is asked for and in whatever order.
pub struct Compilation {
    options: Options,
    loader: Box<dyn FileLoader>,
    /// All files that were read.
    pub sources: SourceMap,
    /// All findings so far.
    pub diagnostics: Diagnostics,
    text: Kept<Preprocessed>,
    ast: Kept<ast::Program>,
    hir: Kept<hir::Program>,
    elaborated: Kept<ir::Program>,
    optimised: Kept<ir::Program>,
    description: Kept<Description>,
    /// After the pass of this name.
    midway: Option<(String, Arc<ir::Program>)>,
    output: Kept<backend::Output>,
    /// What was found before the back end ran.
    before_back_end: Diagnostics,
}

/// What a stage made, once it ran.
type Kept<T> = Option<Result<Arc<T>, ErrorsReported>>;

impl Compilation {
    /// A compilation that reads from the file system and from the built-in includes.
    pub fn new(options: Options) -> Compilation {
        Compilation::with_loader(options, Box::new(FileSystem))
    }

    /// A compilation that reads from somewhere else, such as memory.
    pub fn with_loader(options: Options, loader: Box<dyn FileLoader>) -> Compilation {
        Compilation {
            diagnostics: Diagnostics::with_policy(options.warnings.clone()),
            options,
            loader,
            sources: SourceMap::new(),
            text: None,
            ast: None,
            hir: None,
            elaborated: None,
            optimised: None,
            description: None,
            midway: None,
            output: None,
            before_back_end: Diagnostics::default(),
        }
    }

    /// The result that is kept in `slot`, made now if it was not made before.
    fn keep<T>(
        &mut self,
        slot: fn(&mut Compilation) -> &mut Kept<T>,
        make: impl FnOnce(&mut Compilation) -> Result<T, ErrorsReported>,
    ) -> Result<Arc<T>, ErrorsReported> {
        if let Some(kept) = slot(self) {
            return kept.clone();
        }
        let made = make(self).map(Arc::new);
        *slot(self) = Some(made.clone());
        made
    }

    /// The text without directives and macros.
    ///
    /// # Errors
    /// When something was reported; this holds of all stages.
    pub fn preprocess(&mut self) -> Result<Arc<Preprocessed>, ErrorsReported> {
        self.keep(
            |c| &mut c.text,
            |c| {
                let Options { program, preprocess: options, .. } = &c.options;
                preprocess::preprocess(program, options, &*c.loader, &mut c.sources, &mut c.diagnostics)
            },
        )
    }

    /// The syntax tree.
    ///
    /// # Errors
    /// When something was reported.
    pub fn parse(&mut self) -> Result<Arc<ast::Program>, ErrorsReported> {
        self.keep(
            |c| &mut c.ast,
            |c| {
                let text = c.preprocess()?;
                parse::parse(&text.text, &*text, &mut c.diagnostics)
            },
        )
    }

    /// The typed program.
    ///
    /// # Errors
    /// When something was reported.
    pub fn check(&mut self) -> Result<Arc<hir::Program>, ErrorsReported> {
        self.keep(
            |c| &mut c.hir,
            |c| {
                let ast = c.parse()?;
                check_tree(&ast, c.options.architecture.as_deref(), &c.sources, &mut c.diagnostics)
            },
        )
    }

    /// The IR as elaboration leaves it: what the interpreter runs.
    ///
    /// # Errors
    /// When something was reported.
    pub fn elaborate(&mut self) -> Result<Arc<ir::Program>, ErrorsReported> {
        self.keep(
            |c| &mut c.elaborated,
            |c| {
                let hir = c.check()?;
                let named = c.options.architecture.as_deref().and_then(arch::by_name);
                let program =
                    elaborate::elaborate(&hir, c.options.elaborate_as.or(named), &mut c.diagnostics)?;
                c.diagnostics.check().map(|()| program)
            },
        )
    }

    /// What control planes are told. A program without `main` has nothing to control, and one whose package is of no known architecture is
    /// told of as well: for that, one need not know how packets flow.
    ///
    /// # Errors
    /// When something was reported.
    pub fn describe(&mut self) -> Result<Arc<Description>, ErrorsReported> {
        self.keep(
            |c| &mut c.description,
            |c| {
                let hir = c.check()?;
                if hir.main.is_none() {
                    return Ok(Description::default());
                }
                if c.options.elaborate_as.is_some() || architecture::of(&hir).is_some() {
                    return Ok(control_plane::description(&*c.elaborate()?));
                }
                let program = elaborate::elaborate(&hir, Some(&arch::GENERIC), &mut c.diagnostics)?;
                Ok(control_plane::description(&program))
            },
        )
    }

    /// The IR after all passes: what the back end gets.
    ///
    /// # Errors
    /// When something was reported.
    pub fn optimise(&mut self) -> Result<Arc<ir::Program>, ErrorsReported> {
        if self.options.unoptimised {
            return self.elaborate();
        }
        self.keep(
            |c| &mut c.optimised,
            |c| {
                let mut program = (*c.elaborate()?).clone();
                passes::run(&mut program);
                Ok(program)
            },
        )
    }

    /// The IR after the pass of this name, or before the first for `elaborate`; nothing if there is no such pass.
    ///
    /// # Errors
    /// When something was reported.
    pub fn after(&mut self, pass: &str) -> Result<Option<Arc<ir::Program>>, ErrorsReported> {
        if let Some((name, program)) = &self.midway
            && name == pass
        {
            return Ok(Some(program.clone()));
        }
        let mut program = self.elaborate()?;
        if !passes::run_until(Arc::make_mut(&mut program), pass) {
            return Ok(None);
        }
        self.midway = Some((pass.to_owned(), program.clone()));
        Ok(Some(program))
    }

    /// C, header and manifest. A compilation has one back end: the first call says how code is generated.
    ///
    /// # Errors
    /// When something was reported.
    pub fn generate(&mut self, codegen: &Codegen) -> Result<Arc<backend::Output>, ErrorsReported> {
        self.keep(
            |c| &mut c.output,
            |c| {
                let program = c.optimise()?;
                c.before_back_end = c.diagnostics.clone();
                let file = c.options.program.file_name();
                let file = file.map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
                let sources = &c.sources;
                let locate = |span: Span| {
                    sources.location(span.lo).map(|place| format!("{}:{}", base_name(place.file), place.line))
                };
                let options = backend::Options {
                    source: &file,
                    locate: Some(&locate),
                    extern_c: codegen.extern_c.as_deref(),
                    header_prefix: &codegen.header_prefix,
                    holding: codegen.holding,
                    kernel: codegen.kernel,
                    frags: codegen.frags,
                    part_size: codegen.part_size,
                    rounds: codegen.rounds,
                    cpu_port: codegen.cpu_port,
                };
                backend::compile(&program, &options, &mut c.diagnostics)
            },
        )
    }

    /// The object, beside its C. What is wrong with the program is in [`Compilation::diagnostics`], also where it is clang that says so, or the
    /// estimate that the kernel's verifier will. A program that turns out to be too large for one BPF program is split, or into more than it
    /// was: what [`Compilation::generate`] gives from then on is what the object is made of.
    ///
    /// # Errors
    /// When something was reported, there is no clang that serves, files cannot be read or written, or clang refuses C of the user's.
    pub fn object(&mut self, c: &Path, codegen: &Codegen) -> Result<Made, ObjectError> {
        let output = self.generate(codegen)?;
        let attempt = Attempt::new(&output, c, codegen)?;
        // Parts hold headers in their own way.
        if !attempt.is_too_large() || codegen.holding.is_some() {
            return self.settle(attempt, &output);
        }
        let most = codegen.part_size.unwrap_or(usize::MAX);
        let mut programs = output.manifest.programs.len();
        for part_size in PART_SIZES.into_iter().filter(|size| *size < most) {
            let found = std::mem::replace(&mut self.diagnostics, self.before_back_end.clone());
            self.output = None;
            let codegen = Codegen { part_size: Some(part_size), ..codegen.clone() };
            if let Ok(split) = self.generate(&codegen)
                && split.manifest.programs.len() > programs
            {
                programs = split.manifest.programs.len();
                let attempt = Attempt::new(&split, c, &codegen)?;
                if !attempt.is_too_large() {
                    return self.settle(attempt, &split);
                }
            }
            self.diagnostics = found;
        }
        // What is wrong is said of the program as it would be best.
        self.output = Some(Ok(output.clone()));
        self.settle(Attempt::new(&output, c, codegen)?, &output)
    }

    /// What comes of an attempt, with what is wrong reported.
    fn settle(&mut self, attempt: Attempt, output: &backend::Output) -> Result<Made, ObjectError> {
        let (made, cost) = match attempt {
            Attempt::Made(made, cost) => (made, cost),
            Attempt::Failed(error) => {
                let before = self.diagnostics.error_count();
                let is_theirs = refusal::of_error(&error, output, &self.sources, &mut self.diagnostics);
                return match self.diagnostics.check() {
                    Err(reported) if self.diagnostics.error_count() > before && !is_theirs => {
                        Err(reported.into())
                    }
                    Ok(()) | Err(_) => Err(error),
                };
            }
        };
        if let Some(found) = refusal::of_cost(&cost, output, &self.sources) {
            // It must not be taken for one that loads. If it stays, it does not load.
            let _ = std::fs::remove_file(&made.object);
            return Err(self.diagnostics.error(found).into());
        }
        Ok(made)
    }
}

/// Sizes of parts, one after the other, into which a program is split that is too large for the kernel by what clang has made of it. The last is
/// as small as can be: what takes the stack may be in a few lines.
const PART_SIZES: [usize; 5] = [PART_SIZE, PART_SIZE / 4, PART_SIZE / 16, PART_SIZE / 64, 1];

/// What came of an object.
enum Attempt {
    Made(Made, Cost),
    Failed(ObjectError),
}

impl Attempt {
    fn new(output: &backend::Output, c: &Path, codegen: &Codegen) -> Result<Attempt, ObjectError> {
        let made = match make_object(output, c, codegen) {
            Ok(made) => made,
            Err(error) => return Ok(Attempt::Failed(error)),
        };
        let bytes =
            std::fs::read(&made.object).map_err(|error| ObjectError::Read(made.object.clone(), error))?;
        let cost = report::cost(&bytes)?;
        Ok(Attempt::Made(made, cost))
    }

    /// The kernel may not take it, for its size or its stack.
    fn is_too_large(&self) -> bool {
        match self {
            Attempt::Made(_, cost) => cost.programs.iter().any(|program| {
                program.far_jump.is_some()
                    || program.instructions > MOST_INSTRUCTIONS
                    || program.stack.along_calls > STACK
                    || program.expected.is_cut()
                    || program.expected.processed > MOST_EXPECTED
            }),
            Attempt::Failed(ObjectError::Clang(error)) => error.is_of_size(),
            Attempt::Failed(_) => false,
        }
    }
}

/// The last part of a path.
pub(crate) fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Runs clang on generated C; the object stands beside it. What the verifier will say of it is not asked.
///
/// # Errors
/// When there is no clang that serves, the C cannot be written, or clang refuses it, which is a mistake of ours.
pub fn make_object(output: &backend::Output, c: &Path, codegen: &Codegen) -> Result<Made, ObjectError> {
    let clang = Clang::find(codegen.clang.as_deref())?;
    std::fs::write(c, &output.c).map_err(|error| ObjectError::Write(c.to_owned(), error))?;
    let object = c.with_extension("o");
    let warnings = clang.compile(c, &object, &[])?;
    Ok(Made { object, warnings })
}

/// An object that clang has made.
#[derive(Clone, Debug)]
pub struct Made {
    /// The file.
    pub object: PathBuf,
    /// What clang warns of in the user's C, a message a line.
    pub warnings: Vec<String>,
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
    /// How headers are held; else what serves the program best.
    pub holding: Option<backend::Holding>,
    /// The oldest kernel that the program is to run on; else what it needs.
    pub kernel: Option<Kernel>,
    /// Packets may have fragments; see `backend::Options`.
    pub frags: bool,
    /// Instructions of a BPF program at most, about; else as many as kernels verify for certain.
    pub part_size: Option<usize>,
    /// How often a packet goes round at most; else four times.
    pub rounds: Option<u32>,
    /// The program can have a port to user space, also where it does not look so.
    pub cpu_port: bool,
}

impl Codegen {
    /// Reads the C files of extern functions.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn new(clang: Option<PathBuf>, extern_files: &[PathBuf]) -> Result<Codegen, ObjectError> {
        let mut text = String::new();
        for file in extern_files {
            let c = std::fs::read_to_string(file).map_err(|error| ObjectError::Read(file.clone(), error))?;
            // With a directory, so that nobody takes it for the generated file.
            let path = if file.components().count() > 1 { file.clone() } else { Path::new(".").join(file) };
            let path = path.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"");
            text += &format!("/* Extern functions. */\n#line 1 \"{path}\"\n{c}\n");
        }
        let extern_c = (!extern_files.is_empty()).then_some(text);
        Ok(Codegen { clang, extern_c, ..Codegen::default() })
    }
}

/// Why there is no object.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// The program is at fault; what is wrong was reported.
    #[error("the program is refused")]
    Reported(ErrorsReported),
    /// clang's object cannot be read.
    #[error(transparent)]
    Unreadable(#[from] ImageError),
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

impl From<ErrorsReported> for ObjectError {
    fn from(reported: ErrorsReported) -> ObjectError {
        ObjectError::Reported(reported)
    }
}
