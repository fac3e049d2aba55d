//! The whole front end, or the part of it that ends or begins with the syntax tree, in one call.

use crate::diagnostic::{Diagnostics, ErrorsReported};
use crate::preprocess::Options;
use crate::source::{FileLoader, SourceMap};
use crate::{architecture, ast, hir, lint, parse, preprocess, typecheck};
use std::path::Path;

/// From the file at `main` to the typed program. All files that are read go into `sources`, all findings into
/// `sink`; a stage that found errors is the last one to run.
///
/// # Errors
///
/// When the program was rejected; the sink says why.
pub fn analyze(
    main: &Path,
    options: &Options,
    loader: &dyn FileLoader,
    sources: &mut SourceMap,
    sink: &mut Diagnostics,
) -> Result<hir::Program, ErrorsReported> {
    let tree = preprocess_and_parse(main, options, loader, sources, sink)?;
    check_tree(&tree, None, sources, sink)
}

/// From the syntax tree to the typed program, by the rules of the language and of an architecture: `wanted`, or else the one whose package
/// the program instantiates.
///
/// # Errors
///
/// When the program was rejected; the sink says why.
pub fn check_tree(
    tree: &ast::Program,
    wanted: Option<&str>,
    sources: &SourceMap,
    sink: &mut Diagnostics,
) -> Result<hir::Program, ErrorsReported> {
    lint::apply_annotations(tree, sink);
    let program = typecheck::check(tree, sources, sink)?;
    architecture::check(&program, wanted, sink);
    lint::check(&program, sources, sink);
    sink.check().map(|()| program)
}

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
    let preprocessed = preprocess::preprocess(main, options, loader, sources, sink)?;
    parse::parse(&preprocessed.text, &preprocessed, sink)
}
