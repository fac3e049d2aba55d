//! What tests of several crates need, once: whether they may run ([`needs`]), commands and the p4xdp binary ([`command`]), network namespaces
//! ([`space`]), programs compiled by the driver (`program`, behind the feature `compile`) and loaded by bpftool ([`bpftool`]), control planes in C ([`c`]), objects made without the compiler ([`switch`], [`copies`]), numbers
//! that look random ([`random`]), a model of tables with masks ([`masked`]), and signs of life of
//! tests that take long ([`progress`]).
//!
//! Everything here panics where something goes wrong: that is what a failing test does. It is a dependency of tests alone, so it may depend on
//! the crates that it helps to test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    missing_docs,
    reason = "it is for tests"
)]

pub mod bpftool;
pub mod c;
pub mod command;
pub mod copies;
pub mod masked;
pub mod needs;
#[cfg(feature = "compile")]
pub mod program;
pub mod progress;
pub mod random;
pub mod space;
pub mod switch;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The folder of the repository.
pub fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned())
}

/// All files in a folder and those below it that have this extension, in order.
///
/// # Panics
/// Where a folder cannot be read.
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}
