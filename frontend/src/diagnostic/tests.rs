//! Tests of rendering, suggestions and the policy for warnings.

use super::*;
use crate::source::{SourceMap, Span};

fn sample() -> (SourceMap, Vec<Diagnostic>) {
    let mut sources = SourceMap::new();
    let text = "header h_t {\n    bit<8> ä; bit<8> ttl;\n}\nconst bit<8> x = h.tll;\n";
    let id = sources.add("dir/main.p4", "dir/main.p4", text).unwrap();
    let at = |needle: &str| {
        let lo = text.rfind(needle).unwrap();
        sources.file(id).unwrap().span_of(lo, lo + needle.len())
    };
    let found = Diagnostic::error(codes::E0100, at("tll"), "header `h_t` has no field `tll`")
        .with_primary("unknown field")
        .with_label(at("h_t"), "`h_t` is declared here")
        .with_note("its fields are `ä` and `ttl`")
        .with_suggestion(at("tll"), "ttl", "did you mean `ttl`?");
    let warning = Diagnostic::warning(codes::W0102, at("ttl"), "a warning\nof two lines");
    let nowhere = Diagnostic::error(codes::E0101, Span::NONE, "no place");
    (sources, vec![found.clone(), warning, found, nowhere])
}

fn rendered(format: Format, color: bool) -> String {
    let (sources, found) = sample();
    let mut out = Vec::new();
    render(&found, &sources, format, color, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn human() {
    insta::assert_snapshot!(rendered(Format::Human, false));
}

#[test]
fn color() {
    let colored = rendered(Format::Human, true);
    assert!(colored.contains("\x1b[0m\x1b[1m\x1b[38;5;9merror[E0100]"), "{colored:?}");
    let mut plain = String::new();
    let mut rest = colored.as_str();
    while let Some((before, after)) = rest.split_once('\x1b') {
        plain.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    assert_eq!(plain + rest, rendered(Format::Human, false));
}

#[test]
fn short() {
    insta::assert_snapshot!(rendered(Format::Short, false));
}

#[test]
fn json() {
    insta::assert_snapshot!(rendered(Format::Json, false));
}

#[test]
fn spans_out_of_bounds_do_no_harm() {
    let (sources, _) = sample();
    let end = sources.files().last().unwrap().1.span().hi;
    for lo in 0..=end + 3 {
        for length in [0, 1, 2, 30, 1000] {
            let found = [Diagnostic::error(codes::E0100, Span::new(lo, lo + length), "m")
                .with_label(Span::new(end - lo.min(end), end), "l")
                .with_suggestion(Span::new(lo, lo + length), "r", "s")];
            for format in [Format::Human, Format::Short, Format::Json] {
                render(&found, &sources, format, false, &mut Vec::new()).unwrap();
            }
        }
    }
}

#[test]
fn long_lines_are_shown_in_part() {
    let mut sources = SourceMap::new();
    let text = format!("a\n{}ö here {}\nb", "äb ".repeat(100_000), "c ".repeat(100_000));
    let lo = text.find("here").unwrap();
    let id = sources.add("main.p4", "main.p4", text.as_str()).unwrap();
    let span = sources.file(id).unwrap().span_of(lo, lo + 4);
    let found = [Diagnostic::error(codes::E0100, span, "m").with_primary("here")];
    let mut out = Vec::new();
    render(&found, &sources, Format::Human, false, &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    assert!(out.len() < 2000, "{}", out.len());
    assert!(out.contains("main.p4:2:300003"), "{out}");
    let far = [Diagnostic::error(codes::E0100, Span::new(1, text.len() as u32), "m")];
    let mut out = Vec::new();
    render(&far, &sources, Format::Human, false, &mut out).unwrap();
}

#[test]
fn suggestions() {
    let known = ["include", "define", "ifdef", "ifndef", "if"];
    let meant = |name| suggest::closest(name, known);
    assert_eq!(meant("inclde"), Some("include"));
    assert_eq!(meant("DEFINE"), Some("define"));
    assert_eq!(meant("idfef"), Some("ifdef"));
    assert_eq!(meant("xyz"), None);
    assert_eq!(meant("x"), None);
    assert_eq!(meant(""), None);
    assert_eq!(meant("define"), None);
}

#[test]
fn summaries() {
    let (_, found) = sample();
    let text = "error: could not compile `p` due to 2 previous errors; 1 warning";
    assert_eq!(summary(&found, "p").as_deref(), Some(text));
    assert_eq!(summary(&found[1..2], "p").as_deref(), Some("warning: `p` has 1 warning"));
    let text = "error: could not compile `p` due to the previous error";
    assert_eq!(summary(&found[..1], "p").as_deref(), Some(text));
    assert_eq!(summary(&[], "p"), None);
}

#[test]
fn warning_policy() {
    let with = |flags: &[&str]| {
        let mut policy = WarningPolicy::default();
        flags.iter().for_each(|flag| policy.set(flag).unwrap());
        let mut sink = Diagnostics::with_policy(policy);
        sink.emit(Diagnostic::warning(codes::W0101, Span::NONE, "one"));
        sink.emit(Diagnostic::warning(codes::W0102, Span::NONE, "two"));
        let shown: Vec<String> = sink.iter().map(|d| format!("{:?} {}", d.severity, d.message)).collect();
        (shown.join(", "), sink.error_count())
    };
    assert_eq!(with(&[]), ("Warning one, Warning two".into(), 0));
    assert_eq!(with(&["none"]), (String::new(), 0));
    assert_eq!(with(&["none", "W0102"]), ("Warning two".into(), 0));
    assert_eq!(with(&["no-W0102"]), ("Warning one".into(), 0));
    assert_eq!(with(&["error"]), ("Error one, Error two".into(), 2));
    assert_eq!(with(&["error", "no-error=W0101"]), ("Warning one, Error two".into(), 1));
    assert_eq!(with(&["error=W0101"]), ("Error one, Warning two".into(), 1));
    let error = WarningPolicy::default().set("no-W0l01").unwrap_err();
    assert_eq!(error.to_string(), "unknown warning `W0l01`; did you mean `W0101`?");
    assert!(WarningPolicy::default().set("E0100").is_err());
}

#[test]
fn every_code_is_explained() {
    for (code, title, explanation) in codes::ALL {
        assert!(!title.is_empty(), "{code} lacks a title");
        assert!(explanation.contains("Wrong") && explanation.contains("Right"), "{code} lacks an example");
        assert_eq!(code.as_str().len(), 5, "{code}");
    }
}
