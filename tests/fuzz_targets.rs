//! The fuzz targets of `fuzz/` on their seeds and on all that ever crashed: they compile, the seeds are good ones, and what was repaired stays
//! so. Fuzzing itself is in `fuzz/README.md`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "it is a test"
)]

#[path = "../fuzz/targets.rs"]
mod targets;

use std::path::Path;

fn over(folder: &str, target: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut seeds: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    seeds.sort();
    assert!(!seeds.is_empty(), "there are seeds in {}", folder.display());
    for seed in seeds {
        // What panics is found by the name of the file, which is the last that was printed.
        eprintln!("{}", seed.display());
        target(&std::fs::read(seed).unwrap());
    }
}

#[test]
fn preprocess() {
    over("fuzz/seeds/preprocess", targets::preprocess);
}

#[test]
fn parse() {
    over("fuzz/seeds/parse", targets::parse);
}

#[test]
fn check() {
    over("fuzz/seeds/check", targets::check);
}

#[test]
fn pipeline() {
    over("fuzz/seeds/pipeline", targets::pipeline);
}

#[test]
fn crashes() {
    for target in [targets::preprocess, targets::parse, targets::check, targets::pipeline] {
        over("testdata/crashes", target);
    }
}
