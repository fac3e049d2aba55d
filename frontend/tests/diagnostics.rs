//! How findings look and what they are good for: the wrong example of every explanation has a golden rendering, for people and
//! as JSON; it is one mistake and gets one finding; and where a finding proposes an edit, the edited program is right.
//! `testdata/mendable-errors` has more programs with a mistake that a proposed edit mends.

#![allow(clippy::disallowed_methods, reason = "it ends with the front end")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "it is a test")]

use p4xdp_frontend::diagnostic::{Diagnostic, Diagnostics, Format, codes, render};
use p4xdp_frontend::preprocess::Options;
use p4xdp_frontend::source::{InMemory, SourceMap};
use std::path::Path;

/// The name under which an example is compiled.
const MAIN: &str = "example.p4";

struct Checked {
    sources: SourceMap,
    findings: Vec<Diagnostic>,
}

impl Checked {
    fn of(text: &str) -> Checked {
        let loader = InMemory::new().with(MAIN, text);
        let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
        let result =
            p4xdp_frontend::analyze(Path::new(MAIN), &Options::default(), &loader, &mut sources, &mut sink);
        assert!(result.is_ok() || sink.error_count() > 0, "refused without an error:\n{text}");
        Checked { sources, findings: sink.into_vec() }
    }

    fn rendered(&self, format: Format) -> String {
        let mut out = Vec::new();
        render(&self.findings, &self.sources, format, false, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// The program with all proposed edits made; `None` if none is proposed.
    fn edited(&self, text: &str) -> Option<String> {
        let mut edits: Vec<_> =
            self.findings.iter().filter_map(|finding| finding.suggestion.as_ref()).collect();
        edits.sort_by_key(|edit| (edit.span.lo, edit.span.hi));
        edits.dedup();
        let (_, main) = self.sources.files().next().unwrap();
        let base = main.span().lo;
        let mut result = text.to_owned();
        for edit in edits.iter().rev() {
            let range = (edit.span.lo - base) as usize..(edit.span.hi - base) as usize;
            result.replace_range(range, &edit.replacement);
        }
        (!edits.is_empty()).then_some(result)
    }
}

/// What the wrong example of an explanation says.
fn wrong_example(explanation: &'static str) -> Option<&'static str> {
    explanation.split("Wrong:").nth(1)?.split("```p4\n").nth(1)?.split("```").next()
}

/// Codes that the front end gives, each with a program that has it: the wrong example, or one that Markdown cannot hold. How
/// files look that cannot be read is a matter of the preprocessor's own tests.
fn examples() -> Vec<(&'static str, String)> {
    let ours = |code: &str| {
        ["E01", "E02", "E03", "E0405", "E0406", "W01", "W02", "W03", "W04"]
            .iter()
            .any(|prefix| code.starts_with(prefix))
            && !["E0101", "E0103", "E0104"].contains(&code)
    };
    let codes = codes::ALL.iter().filter(|(code, ..)| ours(code.as_str()));
    codes
        .map(|(code, _, explanation)| {
            let example = match code.as_str() {
                "E0115" => {
                    // Each doubles the one before; one long token costs less time than many.
                    let doubling = (1..10).map(|i| format!("#define X{i} X{0} X{0}\n", i - 1));
                    let long = "y".repeat(1 << 20);
                    format!("#define X0 {long}\n{}X9\n", doubling.collect::<String>())
                }
                "E0117" => "const bit<8> x = 1;\u{1}\n".to_owned(),
                "E0119" => format!("const bit<8> x = {}1{};\n", "(".repeat(2000), ")".repeat(2000)),
                other => wrong_example(explanation)
                    .unwrap_or_else(|| panic!("{other} has no wrong example"))
                    .to_owned(),
            };
            (code.as_str(), example)
        })
        .collect()
}

#[test]
fn every_code_has_a_golden_rendering() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path("snapshots/codes");
    settings.set_omit_expression(true);
    let mut missing = String::new();
    settings.bind(|| {
        for (code, example) in examples() {
            let checked = Checked::of(&example);
            let found = format!("{}{}", checked.rendered(Format::Human), checked.rendered(Format::Json));
            if found.contains(code) {
                insta::assert_snapshot!(code, found);
            } else {
                missing.push_str(&format!("{code}:\n{found}\n"));
            }
        }
    });
    assert!(missing.is_empty(), "not found:\n{missing}");
}

#[test]
fn one_mistake_is_one_finding() {
    let mut cascades = String::new();
    for (code, example) in examples() {
        let checked = Checked::of(&example);
        if checked.findings.len() != 1 {
            cascades.push_str(&format!("{code}:\n{}\n", checked.rendered(Format::Short)));
        }
    }
    assert!(cascades.is_empty(), "{cascades}");
}

#[test]
fn proposed_edits_mend_the_program() {
    let mut programs: Vec<(String, String)> = examples()
        .into_iter()
        .map(|(code, example)| (code.to_owned(), example))
        .filter(|(_, example)| Checked::of(example).edited(example).is_some())
        .collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/mendable-errors");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        programs.push((name, std::fs::read_to_string(path).unwrap()));
    }
    assert!(programs.len() > 15, "only {} programs with edits", programs.len());
    for (name, program) in programs {
        let checked = Checked::of(&program);
        let without: Vec<_> =
            checked.findings.iter().filter(|finding| finding.suggestion.is_none()).collect();
        assert!(without.is_empty(), "{name}: not all findings propose an edit:\n{without:#?}");
        let edited = checked.edited(&program).unwrap();
        let left = Checked::of(&edited);
        assert!(
            left.findings.iter().all(|finding| finding.code.is_warning()),
            "{name}, edited:\n{edited}\n{}",
            left.rendered(Format::Short)
        );
    }
}
