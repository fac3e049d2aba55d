//! The whole front end in one call.

use crate::diagnostic::{Diagnostics, ErrorsReported};
use crate::preprocess::Options;
use crate::source::{FileLoader, SourceMap};
use crate::{hir, parse, preprocess, typecheck};
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
    let text = preprocess::preprocess(main, options, loader, sources, sink)?;
    let tree = parse::parse(&text.text, &text, sink)?;
    typecheck::check(&tree, sink)
}
