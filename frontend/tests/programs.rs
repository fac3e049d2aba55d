//! Every program in testdata/accept is accepted, and its HIR is a golden file; every program in testdata/valid, where
//! a file holds many small ones, is accepted; every program in testdata/errors gets exactly the findings that its comments name; the examples of the explanations do what they say.

#![allow(clippy::disallowed_methods, reason = "it ends with the front end")]
use p4xdp_frontend::diagnostic::{Diagnostics, Severity, codes};
use p4xdp_frontend::hir;
use p4xdp_frontend::preprocess::Options;
use p4xdp_frontend::source::{FileSystem, InMemory, SourceMap};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Line and code of each finding, in order of lines.
type Findings = Vec<(u32, String)>;

fn testdata(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata").join(folder);
    let entries = std::fs::read_dir(&folder).into_iter().flatten();
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "p4"));
    files.sort();
    assert!(!files.is_empty(), "no programs in {}", folder.display());
    files
}

fn analyze(path: &Path, text: Option<&str>) -> (Option<hir::Program>, Findings, String) {
    let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
    let options = Options::default();
    let result = match text {
        Some(text) => {
            let loader = InMemory::new().with(path, text);
            p4xdp_frontend::analyze(path, &options, &loader, &mut sources, &mut sink)
        }
        None => p4xdp_frontend::analyze(path, &options, &FileSystem, &mut sources, &mut sink),
    };
    let mut text = String::new();
    let mut findings: Findings = Vec::new();
    for finding in sink.iter() {
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let line = sources.location(finding.primary.span.lo).map_or(0, |location| location.line);
        findings.push((line, format!("{severity}[{}]", finding.code)));
        text.push_str(&format!("{line}: {severity}[{}]: {}\n", finding.code, finding.message));
    }
    findings.sort();
    (result.ok(), findings, text)
}

#[test]
fn accepted_programs_have_golden_hir() {
    for path in testdata("accept") {
        let (program, _, text) = analyze(&path, None);
        let program = program.unwrap_or_else(|| panic!("{} is rejected:\n{text}", path.display()));
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        insta::assert_snapshot!(format!("hir__{name}"), hir::dump(&program));
    }
}

/// The programs of a file in testdata/valid: each begins with a line `// == what it shows`.
fn sections(text: &str) -> Vec<(&str, &str)> {
    text.split("// == ").filter_map(|section| section.split_once('\n')).collect()
}

#[test]
fn valid_programs_are_accepted() {
    let mut refused = String::new();
    for path in testdata("valid") {
        let text = std::fs::read_to_string(&path).unwrap();
        let programs = sections(&text);
        assert!(!programs.is_empty(), "no programs in {}", path.display());
        for (title, program) in programs {
            let (accepted, _, findings) = analyze(&path, Some(program));
            if accepted.is_none() {
                refused.push_str(&format!("{}: {title}:\n{findings}", path.display()));
            }
        }
    }
    assert!(refused.is_empty(), "{refused}");
}

#[test]
fn wrong_programs_get_the_findings_that_they_name() {
    let mut differences = String::new();
    for path in testdata("errors") {
        let source = std::fs::read_to_string(&path).unwrap();
        let mut expected: Findings = Vec::new();
        for (line, text) in (1..).zip(source.lines()) {
            let comment = text.rsplit_once("//").map_or("", |(_, comment)| comment);
            let words = comment.split_whitespace();
            let codes = words.filter(|word| word.starts_with("error[") || word.starts_with("warning["));
            expected.extend(codes.map(|code| (line, code.to_owned())));
        }
        expected.sort();
        let (_, found, text) = analyze(&path, None);
        if expected != found {
            let missing: Vec<_> = expected.iter().filter(|finding| !found.contains(finding)).collect();
            let surplus: Vec<_> = found.iter().filter(|finding| !expected.contains(finding)).collect();
            differences
                .push_str(&format!("{}: missing {missing:?}, surplus {surplus:?}\n{text}", path.display()));
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

/// The Markdown of an explanation has a wrong and a right program.
fn examples(explanation: &str) -> Vec<String> {
    let mut blocks = explanation.split("```p4\n").skip(1);
    let mut next = || blocks.next().and_then(|block| block.split("```").next()).map(str::to_owned);
    [next(), next()].into_iter().flatten().collect()
}

/// Codes that the checker gives.
fn is_ours(code: &str) -> bool {
    ["E02", "E03", "E0405", "E0406", "W02", "W03", "W04"].iter().any(|prefix| code.starts_with(prefix))
}

#[test]
fn examples_of_explanations_do_what_they_say() {
    let mut wrong_ones = String::new();
    for (code, _, explanation) in codes::ALL {
        if !is_ours(code.as_str()) {
            continue;
        }
        let examples = examples(explanation);
        let [wrong, right] = examples.as_slice() else { panic!("{code}: two examples are needed") };
        let (_, found, text) = analyze(Path::new("wrong.p4"), Some(wrong));
        assert!(
            found.iter().any(|(_, found)| found.contains(code.as_str())),
            "{code}, wrong:\n{wrong}\n{text}"
        );
        let (_, found, text) = analyze(Path::new("right.p4"), Some(right));
        if !found.is_empty() {
            wrong_ones.push_str(&format!("{code}, right:\n{right}\n{text}\n"));
        }
    }
    assert!(wrong_ones.is_empty(), "{wrong_ones}");
}

#[test]
fn every_code_has_a_case() {
    let mut named = BTreeSet::new();
    for path in testdata("errors") {
        let source = std::fs::read_to_string(&path).unwrap();
        for part in source.split(['[', ']']).filter(|part| part.len() == 5) {
            named.insert(part.to_owned());
        }
    }
    let missing: Vec<&str> = codes::ALL
        .iter()
        .map(|(code, ..)| code.as_str())
        .filter(|code| is_ours(code) && !named.contains(*code))
        .collect();
    assert!(missing.is_empty(), "codes without a case in testdata/errors: {missing:?}");
}
