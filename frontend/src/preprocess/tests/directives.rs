//! Conditionals, `#line`, `#pragma`, the command line and includes.

use super::{Run, expands, run, run_with};
use crate::preprocess::Options;
use crate::source::InMemory;

fn options(defines: &[&str], undefines: &[&str]) -> Options {
    Options {
        defines: defines.iter().map(|s| s.to_string()).collect(),
        undefines: undefines.iter().map(|s| s.to_string()).collect(),
        include_dirs: vec!["lib".into(), "more".into()],
    }
}

fn files(files: &[(&str, &str)]) -> InMemory {
    files.iter().fold(InMemory::new(), |loader, (path, text)| loader.with(path, *text))
}

#[track_caller]
fn words(run: &Run, expected: &str) {
    assert_eq!(run.text().split_whitespace().collect::<Vec<_>>().join(" "), expected);
}

#[test]
fn conditionals() {
    expands("#if 0\na\n#elif 1\nb\n#else\nc\n#endif", "b");
    expands("#if 0\na\n#elif 0\nb\n#else\nc\n#endif", "c");
    expands("#if 1\na\n#elif 1 / 0\nb\n#else\nc\n#endif\nd", "a\n\nd");
    expands("#ifdef X\na\n#endif\n#ifndef X\nb\n#endif\n#define X\n#ifdef X\nc\n#endif", "b\n\n\n\nc");
    expands("#if 0\n#if 1\na\n#else\nb\n#endif\n#else\nc\n#endif", "c");
    expands("#ifdef X\n#elifndef X\na\n#endif", "a");
    expands("#if 0\n#unknown ' \" /* x\n /* */ # /* */ else\nc\n#endif", "c");
    expands("#if 0\n/*\n#else */\n#else\nc\n#endif", "c");
    expands("#if 0\n\"#endif\n#endif\nc", "c");
    expands("#if 0\n// \\\n#else\n#endif\nc", "c");
    expands("#if 0\r\na\r\n#else\r\nb\r\n#endif\r\n", "b");
    expands("a # b\n\"\n#if\n\" /*\n#if\n*/ // #if", "a # b\n\"\n#if\n\"");
    expands("#\n# /* nothing */\na", "a");
}

#[test]
fn expressions() {
    for (expression, value) in [
        ("1 + 2 * 3 == 7", true),
        ("(1 + 2) * 3 == 9", true),
        ("10 - 4 - 3 == 3", true),
        ("0x10 == 16 && 0b11 == 3 && 010 == 8 && 5UL == 5", true),
        ("-7 / 2 == -3 && -7 % 2 == -1", true),
        ("1 << 4 == 16 && -1 >> 70 == -1", true),
        ("~0 == -1 && !0 && !!5 == 1", true),
        ("1 ? 2 : 3 ? 0 : 0", true),
        ("0 && 1 / 0 || 1", true),
        ("1 || 1 / 0", true),
        ("1 ? 1 : 1 % 0", true),
        ("nothing", false),
        ("defined X || defined(Y)", false),
        ("!defined(X) && VERSION >= 20200408", true),
        ("(2 | 4 ^ 1 & 3) == 7", true),
        ("1 < 2 && 2 <= 2 && 3 > 2 && 3 >= 3 && 1 != 2", true),
        ("AT_LEAST(20200408) && !AT_LEAST(20300000)", true),
    ] {
        let prefix = "#define VERSION 20200409\n#define AT_LEAST(v) (VERSION >= (v))\n";
        let text = format!("{prefix}#if {expression}\nyes\n#else\nno\n#endif");
        assert_eq!(run(&text).text().trim(), if value { "yes" } else { "no" }, "{expression}");
    }
}

#[test]
fn command_line() {
    let main = "#define W 1\n[A B C(2) D W]";
    let run = run_with(&options(&["A", "B=x y", "C(n)=n+n", "D=4"], &["D"]), files(&[("main.p4", main)]));
    words(&run, "[1 x y 2 +2 D 1]");
    assert_eq!(run.source_of("x y", 0).0, "B");
    let run = run_with(&options(&["1X"], &["3"]), files(&[("main.p4", "x")]));
    assert_eq!(
        run.short(),
        "<command line>:1:9: error[E0108]: `#define` needs the name of a macro, found `1X`\n\
         <command line>:2:8: error[E0108]: `#undef` needs the name of a macro, found `3`\n"
    );
}

#[test]
fn line_and_file() {
    let run =
        run("__LINE__ __FILE__\n#line 7 \"dir/\\\"x.p4\"\n__LINE__ __FILE__\n# 40\n\nx __LINE__ __FILE__\n\
                   #define N 3\n#line N\ny __LINE__");
    words(&run, "1 \"main.p4\" 7 \"dir/\\\"x.p4\" x 10 \"dir/\\\"x.p4\" y 3");
    let at =
        |needle| run.sources.location(run.source_of(needle, 0).1.lo).map(|at| (at.file.to_owned(), at.line));
    assert_eq!(at("x 10"), Some(("dir/\"x.p4".into(), 41)));
    assert_eq!(at("y "), Some(("dir/\"x.p4".into(), 3)));
    let physical = run.sources.physical_location(run.source_of("y ", 0).1.lo).unwrap();
    assert_eq!((physical.file, physical.line, physical.column), ("main.p4", 9, 1));
    let run = super::run("# 1 \"a.p4\" 1 3\n\"");
    assert_eq!(run.short(), "a.p4:1:1: error[E0106]: this string literal has no end\n");
}

#[test]
fn includes() {
    let loader = files(&[
        (
            "main.p4",
            "#include \"a.p4\"\n#include <b.p4>\n#define C \"sub/c.p4\"\n#include C\n#define L <b\n#include L.p4>\nN(M) end",
        ),
        ("a.p4", "a\n#define M kept\n#define N(x) x M"),
        ("lib/a.p4", "wrong"),
        ("b.p4", "wrong"),
        ("more/b.p4", "b"),
        ("sub/c.p4", "#include \"d.p4\"\n#include \"../a.p4\"\n#include \"b.p4\""),
        ("sub/d.p4", "#pragma once\nd\n#include \"d.p4\"\n"),
        ("sub/../a.p4", "#undef M\n#undef N\n#define M kept\n#define N(x) x M"),
    ]);
    words(&run_with(&options(&[], &[]), loader), "a b d b b kept kept end");
}

#[test]
fn a_span_over_an_include_stays_in_its_file() {
    let run =
        run_with(&Options::default(), files(&[("main.p4", "f(\n#include \"a.p4\"\n)"), ("a.p4", "b c")]));
    let result = run.result.as_ref().unwrap();
    use crate::source::SpanMap;
    let text = |lo, hi| run.sources.text(result.span(lo, hi)).unwrap();
    assert_eq!(result.text, "f(\nb c\n)");
    assert_eq!(text(0, 8), "f(\n#include \"a.p4\"\n)");
    assert_eq!(text(3, 8), "b c");
    assert_eq!(text(0, 4), "f(\n");
    assert_eq!(result.span(8, 8).lo, run.sources.files().next().unwrap().1.span().hi);
}

#[test]
fn embedded_includes_are_sound() {
    for name in crate::source::embedded_names() {
        for version in ["V1MODEL_VERSION=20180101", "V1MODEL_VERSION=20200408", "UBPF_MODEL_VERSION=1"] {
            let main = format!("#include <{name}>\n#include <{name}>\n#include \"core.p4\"\n");
            let run = run_with(&options(&[version], &[]), files(&[("main.p4", main.as_str())]));
            assert!(run.text().contains("packet_in"), "{name}");
        }
    }
    let own = files(&[("main.p4", "#include <core.p4>"), ("lib/core.p4", "own")]);
    words(&run_with(&options(&[], &[]), own), "own");
}

#[test]
fn macro_uses_are_kept() {
    let run = run("#define A x\n#define F(a) a A\nA F(1) __LINE__");
    let uses: Vec<_> = run
        .sources
        .macro_uses()
        .iter()
        .map(|used| {
            (&*used.name, run.sources.text(used.used).unwrap(), run.sources.text(used.defined).unwrap())
        })
        .collect();
    assert_eq!(uses, [("A", "A", "A"), ("F", "F(1)", "F")]);
}
