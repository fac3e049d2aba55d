//! Rules of the project that no lint knows: every dependency is used, and tests ask one place whether they may be skipped.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Folders that have a Cargo.toml.
const CRATES: [&str; 8] =
    [".", "frontend", "midend", "backend-xdp", "control", "runtime", "packet-tests", "fuzz"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Dependencies of the sections whose name ends so, as a Cargo.toml of ours lists them: one a line.
fn dependencies<'a>(manifest: &'a str, section: &str) -> BTreeSet<&'a str> {
    let mut inside = false;
    let mut found = BTreeSet::new();
    for line in manifest.lines() {
        if let Some(header) = line.strip_prefix('[') {
            inside = header.trim_end().trim_end_matches(']').ends_with(section);
        } else if inside && line.starts_with(|first: char| first.is_ascii_alphabetic()) {
            found.insert(line.split(['.', ' ', '=']).next().unwrap());
        }
    }
    found
}

/// All Rust files of a crate, without those of crates below it.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.join("Cargo.toml").exists() && !path.ends_with("target") {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The words of the crate's Rust outside comments, with files of other crates that it takes in by `#[path]`.
fn words(folder: &Path) -> BTreeSet<String> {
    let mut files = Vec::new();
    sources(folder, &mut files);
    let mut words = BTreeSet::new();
    while let Some(file) = files.pop() {
        let text = std::fs::read_to_string(&file).unwrap();
        let paths = text.split("#[path = \"").skip(1).filter_map(|rest| rest.split('"').next());
        files.extend(paths.map(|path| file.with_file_name(path)).filter(|path| path.is_file()));
        // Examples in documentation are compiled too, but what only they use is listed for nothing.
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let parts = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            words.extend(parts.filter(|word| !word.is_empty()).map(str::to_owned));
        }
    }
    words
}

#[test]
fn every_dependency_is_used() {
    let mut unused = Vec::new();
    let mut inherited = BTreeSet::new();
    for folder in CRATES {
        let manifest = std::fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
        let own = manifest.replace("[workspace.dependencies]", "[workspace.all]");
        let words = words(&root().join(folder));
        let listed = dependencies(&own, "dependencies");
        assert!(listed.len() > 1, "{folder}: {listed:?}");
        for name in &listed {
            if !words.contains(&name.replace('-', "_")) {
                unused.push(format!("{folder}: {name}"));
            }
        }
        inherited.extend(listed.iter().map(|name| (*name).to_owned()));
    }
    let workspace = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    for name in dependencies(&workspace, "workspace.dependencies") {
        if !inherited.contains(name) {
            unused.push(format!("workspace: {name}"));
        }
    }
    assert!(unused.is_empty(), "nothing uses {unused:?}");
}

/// `tests/needs` alone knows when a test may be skipped.
#[test]
fn one_rule_about_skipping() {
    let mut files = Vec::new();
    for folder in CRATES {
        let tests = root().join(folder).join("tests");
        if tests.is_dir() {
            sources(&tests, &mut files);
        }
    }
    assert!(files.len() > 30, "{files:?}");
    let asked = [
        ["var_os(\"", "CI\")"].concat(),
        ["var(\"", "CI\")"].concat(),
        ["geteu", "id"].concat(),
        ["MetadataExt::", "uid"].concat(),
    ];
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for words in &asked {
            assert!(!text.contains(words), "{}: `{words}`: ask tests/needs", file.display());
        }
    }
}
