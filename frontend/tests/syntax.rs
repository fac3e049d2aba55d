//! Every file in `testdata/syntax` has the tree of its snapshot; every file in `testdata/syntax-errors` the
//! diagnostics of its; and whatever else lies in `testdata` parses. Dropping a file there adds a case.

#![allow(clippy::unwrap_used, clippy::panic, reason = "it is a test")]

use p4xdp_frontend::ast_dump::dump;
use p4xdp_frontend::diagnostic::{Diagnostics, ErrorsReported, Format, render};
use p4xdp_frontend::parse::parse;
use p4xdp_frontend::preprocess::{Options, preprocess};
use p4xdp_frontend::source::{FileSystem, InMemory, SourceMap};
use std::path::{Path, PathBuf};

/// The tree, and what was found, as people see it.
fn front_end(path: &Path) -> (Result<String, ErrorsReported>, String) {
    let name = path.file_name().unwrap();
    let loader = InMemory::new().with(name, std::fs::read(path).unwrap());
    let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
    let tree = preprocess(name.as_ref(), &Options::default(), &loader, &mut sources, &mut sink)
        .and_then(|preprocessed| parse(&preprocessed.text, &preprocessed, &mut sink))
        .map(|program| dump(&program));
    let mut found = Vec::new();
    render(sink.iter(), &sources, Format::Human, false, &mut found).unwrap();
    (tree, String::from_utf8(found).unwrap())
}

#[test]
fn trees() {
    insta::glob!("../../testdata/syntax", "*.p4", |path| {
        let (tree, found) = front_end(path);
        insta::assert_snapshot!(tree.unwrap_or_else(|_| panic!("{found}")));
    });
}

#[test]
fn errors() {
    insta::glob!("../../testdata/syntax-errors", "*.p4", |path| {
        let (tree, found) = front_end(path);
        assert!(tree.is_err());
        insta::assert_snapshot!(found);
    });
}

#[test]
fn all_test_programs_parse() {
    let mut paths = Vec::new();
    for folder in ["../testdata", "../examples", "../p4include"] {
        programs(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut paths);
    }
    for path in paths {
        let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
        let parsed = preprocess(&path, &Options::default(), &FileSystem, &mut sources, &mut sink)
            .and_then(|preprocessed| parse(&preprocessed.text, &preprocessed, &mut sink));
        assert!(parsed.is_ok(), "{}: {:#?}", path.display(), sink.into_vec());
    }
}

/// The programs in a folder and below it, but those of folders that say that they hold errors.
fn programs(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && !name.ends_with("errors") {
            programs(&path, into);
        } else if name.ends_with(".p4") {
            into.push(path);
        }
    }
}
