//! Where the bytes of files come from. In: a path, or the name in an `#include`. Out: bytes and the path where they
//! were found. What the bytes mean is left to others.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Larger files are refused.
pub const MAX_FILE_BYTES: u64 = 128 << 20;

/// Hands out files. The file system is one; a library's user may have others.
pub trait FileLoader {
    /// The content of the file at `path`; [`io::ErrorKind::NotFound`] where there is no file.
    ///
    /// # Errors
    /// Any other error ends the search for an include: it is reported where the file is asked for.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
}

/// The real file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct FileSystem;

impl FileLoader for FileSystem {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let file = std::fs::File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"));
        }
        let mut content = Vec::new();
        // A device such as /dev/zero has no end: read one byte more than is allowed, never all.
        file.take(MAX_FILE_BYTES + 1).read_to_end(&mut content)?;
        if content.len() as u64 > MAX_FILE_BYTES {
            let message = format!("it is larger than {} MiB", MAX_FILE_BYTES >> 20);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        Ok(content)
    }
}

/// Files that exist in memory only.
#[derive(Clone, Debug, Default)]
pub struct InMemory {
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl InMemory {
    /// No files.
    pub fn new() -> InMemory {
        InMemory::default()
    }

    /// Adds a file.
    #[must_use]
    pub fn with(mut self, path: impl Into<PathBuf>, content: impl Into<Vec<u8>>) -> InMemory {
        self.files.insert(path.into(), content.into());
        self
    }
}

impl FileLoader for InMemory {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.files.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// The directory that embedded files seem to stand in.
const EMBEDDED_DIR: &str = "<p4include>";

/// Each file of `p4include/` with its text.
macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../../p4include/", $name)))),*]
    };
}

/// The includes that come with the compiler, by the name in `#include <..>`.
const EMBEDDED: &[(&str, &str)] = &embedded![
    "core.p4",
    "ebpf_model.p4",
    "xdp_model.p4",
    "xdp_ext.p4",
    "v1model.p4",
    "psa.p4",
    "pna.p4",
    "ubpf_model.p4",
    "bmv2/pna.p4",
    "bmv2/psa.p4",
    "dpdk/pna.p4",
    "dpdk/psa.p4",
    "tc/pna.p4",
];

/// An include that comes with the compiler: the path that it is shown under, and its text.
pub fn embedded_file(name: &str) -> Option<(PathBuf, &'static str)> {
    let (name, text) = EMBEDDED.iter().find(|(embedded, _)| *embedded == name)?;
    Some((Path::new(EMBEDDED_DIR).join(name), text))
}

/// The names of all includes that come with the compiler.
pub fn embedded_names() -> impl Iterator<Item = &'static str> {
    EMBEDDED.iter().map(|(name, _)| *name)
}

/// Where an include is looked for, as `cpp` does: for `"name"` the directory of the including file first
/// (`beside`), then the `-I` directories, which are numbered from 0. What is in none of them may be an [`embedded_file`].
pub fn include_candidates<'a>(
    name: &'a str,
    beside: Option<&'a Path>,
    include_dirs: &'a [PathBuf],
) -> impl Iterator<Item = (PathBuf, Option<usize>)> + use<'a> {
    let beside = beside.and_then(Path::parent).filter(|dir| !dir.starts_with(EMBEDDED_DIR));
    let dirs = include_dirs.iter().enumerate().map(|(index, dir)| (dir.as_path(), Some(index)));
    beside.map(|dir| (dir, None)).into_iter().chain(dirs).map(move |(dir, index)| (dir.join(name), index))
}
