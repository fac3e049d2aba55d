//! The whole front end, or the part of it that begins with the syntax tree, in one call. What goes on to other crates goes by the driver.

#![allow(
    clippy::disallowed_methods,
    reason = "this is where the stages of this crate are called, beside the driver"
)]

use crate::diagnostic::{Diagnostics, ErrorsReported};
use crate::preprocess::Options;
use crate::source::{FileLoader, SourceMap};
use crate::{architecture, ast, hir, lint, parse, preprocess, typecheck};
use std::path::Path;

/// From the file at `main` to the typed program. All files that are read go into `sources`, all findings into
/// `sink`; a stage that found errors is the last one to run. For what ends with the front end: its own tests, and tools that read P4.
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
    let text = preprocess::preprocess(main, options, loader, sources, sink)?;
    let tree = parse::parse(&text.text, &text, sink)?;
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
