//! What stages behind the front end refuse: each code has a program in `testdata/codes`, which is the wrong example of its explanation made
//! whole, and a golden rendering of what is said of it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "it is a test")]

use p4xdp::driver::Codegen;
use p4xdp_frontend::diagnostic::{Diagnostic, Format, codes, render};
use p4xdp_midend::interp::Machine;
use p4xdp_test_support::program::of_file;
use std::path::{Path, PathBuf};

/// The codes that only these stages give: the front end's tests see to the others.
fn later_codes() -> impl Iterator<Item = (&'static str, &'static str)> {
    let is_later = |code: &str| {
        ["E05", "W05"].iter().any(|stage| code.starts_with(stage))
            || code.starts_with("E04") && !["E0405", "E0406"].contains(&code)
    };
    codes::ALL
        .iter()
        .map(|(code, _, explanation)| (code.as_str(), *explanation))
        .filter(move |(code, _)| is_later(code))
}

fn program_of(code: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/codes").join(code).with_extension("p4")
}

/// The options that the first line of a program names: `// build --frags --kernel 5.15`.
fn with_options(path: &Path, codegen: Codegen) -> Codegen {
    let text = std::fs::read_to_string(path).unwrap();
    let Some(options) = text.lines().next().and_then(|line| line.strip_prefix("// build ")) else {
        return codegen;
    };
    let words: Vec<&str> = options.split(' ').collect();
    let kernel = words.iter().position(|word| *word == "--kernel").map(|at| words[at + 1].parse().unwrap());
    Codegen { frags: words.contains(&"--frags"), kernel, ..codegen }
}

#[test]
fn every_code_has_a_golden_rendering() {
    let mut wrong = String::new();
    for (code, _) in later_codes() {
        let path = program_of(code);
        let mut compilation = of_file(&path);
        let unsupported = if code.starts_with("E055") {
            let program = compilation.elaborate().unwrap_or_else(|_| panic!("{code} is refused too early"));
            Machine::new(&program).err().map_or_else(Vec::new, |unsupported| unsupported.0)
        } else {
            let c = path.with_extension("c");
            let files = if c.exists() { std::slice::from_ref(&c) } else { &[] };
            let codegen = with_options(&path, Codegen::new(None, files).unwrap());
            let generated = compilation.generate(&codegen);
            // What only the object shows.
            if generated.is_ok() {
                let folder = tempfile::tempdir().unwrap();
                drop(compilation.object(&folder.path().join("object.c"), &codegen));
            }
            Vec::new()
        };
        let found: Vec<Diagnostic> = compilation
            .diagnostics
            .iter()
            .cloned()
            .chain(unsupported)
            .filter(|found| !found.code.is_warning() || found.code.as_str() == code)
            .collect();
        let mut seen: Vec<&str> = found.iter().map(|found| found.code.as_str()).collect();
        seen.dedup();
        if seen != [code] {
            let messages: Vec<&str> = found.iter().map(|found| found.message.as_str()).collect();
            wrong.push_str(&format!("{code}: {seen:?} {messages:?}\n"));
            continue;
        }
        let mut shown = Vec::new();
        for format in [Format::Human, Format::Json] {
            render(&found, &compilation.sources, format, false, &mut shown).unwrap();
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let shown = String::from_utf8(shown).unwrap().replace(&*path.to_string_lossy(), &name);
        let shown = without_shares(&shown);
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("code@{code}"), shown);
        });
    }
    assert!(wrong.is_empty(), "something else than its code is found:\n{wrong}");
}

/// Without the numbers in front of percent signs: what they are is clang's affair.
fn without_shares(text: &str) -> String {
    let digit = |c: char| c.is_ascii_digit();
    let parts: Vec<&str> = text.split(" % ").collect();
    let last = parts.len() - 1;
    let parts = parts.iter().enumerate();
    parts
        .map(|(i, part)| if i < last { part.trim_end_matches(digit) } else { part })
        .collect::<Vec<_>>()
        .join("N % ")
}

/// The programs are those of the explanations.
#[test]
fn programs_are_the_examples() {
    for (code, explanation) in later_codes() {
        let program = std::fs::read_to_string(program_of(code)).unwrap();
        let example = explanation.split("Wrong:").nth(1).and_then(|rest| rest.split("Right").next()).unwrap();
        let Some(example) = example.split("```p4\n").nth(1).and_then(|rest| rest.split("```").next()) else {
            continue;
        };
        for line in example.lines().map(|line| line.split("//").next().unwrap_or_default().trim()) {
            assert!(line == ".." || program.contains(line), "{code}: `{line}` is not in {program}");
        }
    }
}
