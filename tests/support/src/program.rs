//! Programs on their way through the driver, as `build` sends them: in, P4 as a file or a text; out, C and an object.

use crate::{files, root};
use p4xdp::backend::Output;
use p4xdp::backend::clang::Clang;
use p4xdp::driver::{Codegen, Compilation, Options};
use p4xdp::frontend::diagnostic::{Format, render};
use p4xdp::frontend::source::InMemory;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A compilation of the program in a file, by the defaults.
pub fn of_file(path: &Path) -> Compilation {
    Compilation::new(Options { program: path.to_owned(), ..Options::default() })
}

/// A compilation of a text, by the defaults; `name` is the file's, without `.p4`.
pub fn of_text(name: &str, text: &str) -> Compilation {
    let file = format!("{name}.p4");
    let files = InMemory::new().with(file.as_str(), text);
    Compilation::with_loader(Options { program: file.into(), ..Options::default() }, Box::new(files))
}

/// What has been found so far, a line each.
pub fn findings(compilation: &Compilation) -> String {
    let mut text = Vec::new();
    render(compilation.diagnostics.iter(), &compilation.sources, Format::Short, false, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// The C and the rest of a program; what is wrong with it comes as short diagnostics.
///
/// # Errors
/// When the program is refused.
pub fn generate(mut compilation: Compilation, codegen: &Codegen) -> Result<Arc<Output>, String> {
    compilation.generate(codegen).map_err(|_| findings(&compilation))
}

/// The same of a text.
///
/// # Errors
/// When the program is refused.
pub fn try_compile(name: &str, text: &str) -> Result<Arc<Output>, String> {
    generate(of_text(name, text), &Codegen::default())
}

/// The C and the rest of a program in a file, which is right. C beside it, of the same name, defines its extern functions.
#[track_caller]
pub fn compiled(path: &Path) -> Arc<Output> {
    let c = path.with_extension("c");
    let files: &[PathBuf] = if c.exists() { &[c] } else { &[] };
    let codegen = Codegen::new(None, files).unwrap();
    generate(of_file(path), &codegen).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// All programs of examples and test data that compile for XDP, by their paths in the repository. C beside a program defines its extern functions.
pub fn all() -> impl Iterator<Item = (String, Arc<Output>)> {
    const FOLDERS: [&str; 4] = ["examples", "testdata/packets", "testdata/cases", "testdata/generated"];
    FOLDERS.iter().flat_map(|folder| files(&root().join(folder), "p4")).filter_map(|path| {
        let c = path.with_extension("c");
        let codegen = Codegen::new(None, if c.exists() { std::slice::from_ref(&c) } else { &[] }).unwrap();
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        Some((name, generate(of_file(&path), &codegen).ok()?))
    })
}

/// An object in a folder of its own.
#[derive(Debug)]
pub struct Object {
    _folder: tempfile::TempDir,
    /// The file.
    pub path: PathBuf,
}

/// Runs clang, with all warnings as errors.
#[track_caller]
pub fn object(name: &str, output: &Output) -> Object {
    object_by(&Clang::find(None).unwrap(), name, output)
}

/// Runs a certain clang, with all warnings as errors.
#[track_caller]
pub fn object_by(clang: &Clang, name: &str, output: &Output) -> Object {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join(name).with_extension("c");
    std::fs::write(&source, &output.c).unwrap();
    let path = source.with_extension("o");
    if let Err(error) = clang.compile(&source, &path, &["-Wextra".to_owned(), "-Werror".to_owned()]) {
        let numbered: String =
            output.c.lines().enumerate().map(|(i, line)| format!("{:4} {line}\n", i + 1)).collect();
        panic!("{name}: {error:?}\n{numbered}");
    }
    Object { _folder: folder, path }
}
