//! The preprocessor against the real `cpp -undef -nostdinc -x assembler-with-cpp`, which P4 programs are written against:
//! both make the same tokens of each `.pp` file in `testdata/preprocess`, and both refuse what is in `refused` there.
//! `NAME.options` beside a file holds options of the command line, one a line. Dropping a file there adds a case.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "it is a test")]

use p4xdp_frontend::diagnostic::{Diagnostics, Format, render};
use p4xdp_frontend::preprocess::{Options, preprocess};
use p4xdp_frontend::source::{InMemory, SourceMap};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where includes of the cases are.
const INCLUDES: [&str; 2] = ["include", "more"];

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/preprocess")
}

/// All files under the directory with their paths from there.
fn files(directory: &Path, prefix: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory.join(prefix)).unwrap() {
        let path = prefix.join(entry.unwrap().file_name());
        if directory.join(&path).is_dir() { files(directory, &path, into) } else { into.push(path) }
    }
}

/// The output, or what is said of the errors.
fn ours(case: &str, options: &[String], loader: &InMemory) -> Result<String, String> {
    let values =
        |flag: &str| options.iter().filter_map(|o| o.strip_prefix(flag)).map(str::to_owned).collect();
    let options = Options {
        include_dirs: INCLUDES.iter().map(PathBuf::from).collect(),
        defines: values("-D"),
        undefines: values("-U"),
    };
    let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
    let result = preprocess(Path::new(case), &options, loader, &mut sources, &mut sink);
    let mut said = Vec::new();
    render(sink.iter(), &sources, Format::Short, false, &mut said).unwrap();
    result.map(|done| done.text).map_err(|_| String::from_utf8(said).unwrap())
}

fn theirs(case: &str, options: &[String]) -> Result<String, String> {
    let output = Command::new("cpp")
        .args(["-undef", "-nostdinc", "-x", "assembler-with-cpp", "-P"])
        .args(INCLUDES.map(|dir| format!("-I{dir}")))
        .args(options)
        .arg(case)
        .current_dir(directory())
        .env("LC_ALL", "C")
        .output()
        .expect("cpp is needed to run this test (package cpp)");
    if output.status.success() {
        Ok(String::from_utf8(output.stdout).unwrap())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

const OPERATORS: &[&str] = &[
    "|+|=", "|-|=", "...", "<<=", ">>=", "&&&", "|+|", "|-|", "##", "->", "..", "<<", ">>", "&&", "||", "==",
    "!=", "<=", ">=", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "+:",
];

/// The tokens of C and P4 in a text, the longest possible each. Lines that begin with `#` are none of them: what `cpp`
/// leaves there, a compiler of P4 skips.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let quoted = |quote: char| {
                let mut escaped = false;
                let end = rest.char_indices().skip(1).find(|(_, c)| {
                    let ends = *c == quote && !escaped;
                    escaped = *c == '\\' && !escaped;
                    ends
                });
                end.map_or(rest.len(), |(at, _)| at + 1)
            };
            let mut before = ' ';
            let length = match first {
                '"' | '\'' => quoted(first),
                '0'..='9' => rest
                    .find(|c: char| {
                        let sign = matches!(c, '+' | '-') && matches!(before, 'e' | 'E' | 'p' | 'P');
                        before = c;
                        !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.') || sign)
                    })
                    .unwrap_or(rest.len()),
                'a'..='z' | 'A'..='Z' | '_' => {
                    rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len())
                }
                _ => OPERATORS.iter().find(|o| rest.starts_with(**o)).map_or(first.len_utf8(), |o| o.len()),
            };
            tokens.push(rest[..length].to_owned());
            rest = rest[length..].trim_start();
        }
    }
    tokens
}

#[test]
fn every_case_is_as_with_cpp() {
    let directory = directory();
    let mut all = Vec::new();
    files(&directory, Path::new(""), &mut all);
    let read = |path: &Path| std::fs::read(directory.join(path)).unwrap();
    let loader = all.iter().fold(InMemory::new(), |loader, path| loader.with(path, read(path)));
    let (mut agreed, mut refused, mut wrong) = (0, 0, String::new());
    let mut cases: Vec<&PathBuf> =
        all.iter().filter(|path| path.extension().is_some_and(|e| e == "pp")).collect();
    cases.sort();
    for case in cases {
        let options =
            std::fs::read_to_string(directory.join(case.with_extension("options"))).unwrap_or_default();
        let options: Vec<String> = options.lines().map(str::to_owned).collect();
        let case = case.to_str().unwrap();
        match (ours(case, &options, &loader), theirs(case, &options)) {
            (Err(_), Err(_)) if case.starts_with("refused/") => refused += 1,
            (Ok(ours), Ok(theirs)) if !case.starts_with("refused/") && tokens(&ours) == tokens(&theirs) => {
                agreed += 1
            }
            (ours, theirs) => {
                let shown = |result: Result<String, String>| match result {
                    Ok(text) => tokens(&text).join(" "),
                    Err(said) => format!("REFUSED {said}"),
                };
                wrong.push_str(&format!("{case}\n  p4xdp: {}\n  cpp:   {}\n", shown(ours), shown(theirs)));
            }
        }
    }
    assert!(wrong.is_empty(), "{agreed} cases agree, {refused} are refused by both; the others:\n{wrong}");
    assert!(agreed > 80 && refused > 80, "only {agreed} and {refused} cases were found");
}
