//! For a user's `build.rs`: compiles a P4 program next to the crate that controls it.
//!
//! ```no_run
//! // build.rs
//! let built = p4xdp::builder::Builder::new("src/switch.p4").build().expect("switch.p4 compiles");
//! println!("cargo:rustc-env=SWITCH_O={}", built.object.display());
//! ```

use crate::driver::{Codegen, Compilation, ObjectError, Options};
use p4xdp_frontend::diagnostic::{Format, render};
use std::path::{Path, PathBuf};

/// What is to be built, and how.
#[derive(Clone, Debug)]
pub struct Builder {
    options: Options,
    clang: Option<PathBuf>,
    extern_files: Vec<PathBuf>,
    out_dir: Option<PathBuf>,
    header_prefix: String,
}

/// What was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// The eBPF object.
    pub object: PathBuf,
    /// The control-plane header.
    pub header: PathBuf,
    /// The C.
    pub c: PathBuf,
}

/// Why nothing was built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The program is wrong: the diagnostics as text.
    #[error("{0}")]
    Rejected(String),
    /// No object could be made.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// Neither `out_dir` nor `$OUT_DIR` says where to write.
    #[error("where to write? call `out_dir`, or build from a build script")]
    NoOutDir,
    /// A file cannot be written.
    #[error("cannot write {0}: {1}")]
    Write(PathBuf, std::io::Error),
}

impl Builder {
    /// Builds this program.
    pub fn new(program: impl Into<PathBuf>) -> Builder {
        let options = Options { program: program.into(), ..Options::default() };
        Builder {
            options,
            clang: None,
            extern_files: Vec::new(),
            out_dir: None,
            header_prefix: String::new(),
        }
    }

    /// Looks for included files here, too.
    #[must_use]
    pub fn include(mut self, dir: impl Into<PathBuf>) -> Builder {
        self.options.preprocess.include_dirs.push(dir.into());
        self
    }

    /// Defines a macro: `NAME` or `NAME=VALUE`.
    #[must_use]
    pub fn define(mut self, macro_definition: impl Into<String>) -> Builder {
        self.options.preprocess.defines.push(macro_definition.into());
        self
    }

    /// A C file that defines extern functions which the program only declares.
    #[must_use]
    pub fn extern_file(mut self, file: impl Into<PathBuf>) -> Builder {
        self.extern_files.push(file.into());
        self
    }

    /// The clang to use.
    #[must_use]
    pub fn clang(mut self, clang: impl Into<PathBuf>) -> Builder {
        self.clang = Some(clang.into());
        self
    }

    /// What names in the control-plane header begin with, which lets several headers be included together.
    #[must_use]
    pub fn header_prefix(mut self, prefix: impl Into<String>) -> Builder {
        self.header_prefix = prefix.into();
        self
    }

    /// Where to write; a build script's `$OUT_DIR` if not given.
    #[must_use]
    pub fn out_dir(mut self, dir: impl Into<PathBuf>) -> Builder {
        self.out_dir = Some(dir.into());
        self
    }

    /// Builds C, header and object. All files that were read are on disk or built in; cargo's own rule (any change in the package)
    /// decides when to build again.
    ///
    /// # Errors
    /// When the program is rejected, clang is missing, or files cannot be written.
    pub fn build(&self) -> Result<Built, BuildError> {
        let directory = self.out_dir.clone().or_else(|| std::env::var_os("OUT_DIR").map(PathBuf::from));
        let directory = directory.ok_or(BuildError::NoOutDir)?;
        let mut codegen = Codegen::new(self.clang.clone(), &self.extern_files)?;
        codegen.header_prefix.clone_from(&self.header_prefix);
        let mut compilation = Compilation::new(self.options.clone());
        compilation.generate(&codegen).map_err(|_| BuildError::Rejected(findings(&compilation)))?;
        let stem = self.options.program.file_stem().map(PathBuf::from).unwrap_or_default();
        let path = |extension: &str| directory.join(&stem).with_extension(extension);
        let header = path("h");
        std::fs::create_dir_all(&directory).map_err(|error| BuildError::Write(directory.clone(), error))?;
        let c = path("c");
        let object = match compilation.object(&c, &codegen) {
            Ok(made) => made.object,
            Err(ObjectError::Reported(_)) => return Err(BuildError::Rejected(findings(&compilation))),
            Err(error) => return Err(error.into()),
        };
        let output =
            compilation.generate(&codegen).map_err(|_| BuildError::Rejected(findings(&compilation)))?;
        write(&header, &output.header)?;
        Ok(Built { object, header, c })
    }
}

fn findings(compilation: &Compilation) -> String {
    let mut text = Vec::new();
    // Writing to memory cannot fail.
    let _ = render(compilation.diagnostics.iter(), &compilation.sources, Format::Human, false, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

fn write(path: &Path, text: &str) -> Result<(), BuildError> {
    std::fs::write(path, text).map_err(|error| BuildError::Write(path.to_owned(), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builds_the_switch_and_reports_errors() {
        let dir = tempfile::tempdir().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let built = Builder::new(root.join("examples/switch/switch.p4")).out_dir(dir.path()).build().unwrap();
        for file in [&built.object, &built.header, &built.c] {
            assert!(file.metadata().unwrap().len() > 1000, "{}", file.display());
        }
        let wrong = dir.path().join("wrong.p4");
        std::fs::write(&wrong, "const bit<8> x = y;\n").unwrap();
        let error = Builder::new(&wrong).out_dir(dir.path()).build().unwrap_err().to_string();
        assert!(error.contains("wrong.p4:1:18"), "{error}");
    }
}
