//! What is generated, whole: each program in `testdata/generated` and in `examples` has a golden file with its P4, where its headers lie, and its C,
//! as `build` makes it of them with all passes. C beside a program, of the same name, defines its extern functions.
//!
//! clang takes each without a warning, and with privilege the kernel does. The bytes of the manifest are left out: what they say is in other goldens.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use libtest_mimic::{Arguments, Failed, Trial};
use p4xdp::backend::Output;
use p4xdp_runtime::{Object, verify};
use p4xdp_test_support::needs::{Need, met};
use p4xdp_test_support::program::{compiled, object};
use p4xdp_test_support::{files, root};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Where programs are looked for.
const FOLDERS: [&str; 2] = ["testdata/generated", "examples"];

fn main() {
    let programs: Vec<PathBuf> =
        FOLDERS.iter().flat_map(|folder| files(&root().join(folder), "p4")).collect();
    let names: BTreeSet<_> = programs.iter().map(|path| path.file_stem()).collect();
    assert_eq!(names.len(), programs.len(), "two programs of one name have one golden file");
    let trials: Vec<Trial> = programs
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(root()).unwrap().display().to_string();
            Trial::test(name, move || run(&path))
        })
        .collect();
    assert!(!trials.is_empty());
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn run(path: &Path) -> Result<(), Failed> {
    let output = compiled(path);
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(format!("generated@{name}"), shown(path, &output));
    });
    let object = object(&name, &output);
    if met(&name, &[Need::Root]) {
        verify::verify(&Object::open(&object.path)?)?;
    }
    Ok(())
}

/// The program and what becomes of it, in one text.
fn shown(path: &Path, output: &Output) -> String {
    let program = std::fs::read_to_string(path).unwrap();
    let layout = output.layout.trim_end();
    let place = path.strip_prefix(root()).unwrap().display();
    let c = without_manifest(&output.c).replace(&*format!("{}/", root().display()), "");
    format!("==== {place}\n{program}\n==== layout\n{layout}\n\n==== C\n{c}")
}

/// The C without the bytes of the manifest.
fn without_manifest(c: &str) -> String {
    let (before, rest) = c.split_once("const char p4xdp_manifest[]").unwrap();
    let (_, after) = rest.split_once("\n\n").unwrap();
    format!("{before}const char p4xdp_manifest[] ..\n\n{after}")
}
