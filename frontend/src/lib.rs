//! P4_16 front end: text in, typed program (HIR) out.
//!
//! Knows the language and nothing of XDP, BPF or any target. The stages, in order: [`preprocess`], [`parse`]
//! (grammar to [`ast`]), [`resolve`] and [`typecheck`] (AST to [`hir`]). Every stage reports into a
//! [`diagnostic::Diagnostics`] sink and reports all that it can.

mod analyze;
pub mod arena;
pub mod ast;
pub mod ast_dump;
pub mod diagnostic;
pub mod hir;
pub mod parse;
pub mod preprocess;
pub mod resolve;
pub mod source;
pub mod typecheck;

pub use analyze::analyze;

use diagnostic::{Diagnostics, ErrorsReported};
use preprocess::{Options, Preprocessed};
use source::{FileLoader, SourceMap};
use std::path::Path;

/// From text to the syntax tree: preprocesses the program at `main` and parses it.
///
/// ```
/// use p4xdp_frontend::diagnostic::{Diagnostics, Format, render};
/// use p4xdp_frontend::source::{InMemory, SourceMap};
///
/// let loader = InMemory::new().with("main.p4", "#include <core.p4>\nconst bit<8> x = 1\n");
/// let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
/// let options = Default::default();
/// let result = p4xdp_frontend::preprocess_and_parse("main.p4".as_ref(), &options, &loader, &mut sources, &mut sink);
/// assert!(result.is_err());
/// let mut text = Vec::new();
/// render(sink.iter(), &sources, Format::Short, false, &mut text)?;
/// assert!(text.starts_with(b"main.p4:2:"));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// When a file cannot be read or the text is not P4; the sink then has the reasons.
pub fn preprocess_and_parse(
    main: &Path,
    options: &Options,
    loader: &dyn FileLoader,
    sources: &mut SourceMap,
    sink: &mut Diagnostics,
) -> Result<ast::Program, ErrorsReported> {
    let preprocessed: Preprocessed = preprocess::preprocess(main, options, loader, sources, sink)?;
    parse::parse(&preprocessed.text, &preprocessed, sink)
}
