//! What must be refused, and how that looks.

use super::{Run, run, run_with};
use crate::diagnostic::{Format, render};
use crate::preprocess::Options;
use crate::source::InMemory;

fn human(run: &Run) -> String {
    assert!(run.result.is_none());
    let mut out = Vec::new();
    render(run.sink.iter(), &run.sources, Format::Human, false, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Inputs with what is said about them, one after the other.
fn gallery(inputs: &[&str]) -> String {
    inputs.iter().map(|text| format!("==== input\n{text}\n==== output\n{}\n", human(&run(text)))).collect()
}

#[test]
fn directives() {
    insta::assert_snapshot!(gallery(&[
        "#ident\n#assert x\n#include \"\"\n#include\n#include core.p4\n#include <v1modl.p4>\n#include \"gone.p4\"",
        "#define\n#define 3 4\n#define defined\n#undef\n#ifdef\n#else\n#else\n#elif 1\n#endif\n#endif\n#elif",
        "#if 1\n#ifdef A\n#ifdef B\n#endif",
        "#if\n#endif\n#if 1 +\n#endif\n#if 8w1\n#endif\n#if (1\n#endif\n#if 1 2\n#endif\n#if defined\n#endif\n#if 1 / 0\n#endif\n#if 99999999999999999999\n#endif\n#if \"x\"\n#endif",
        "#error  give \"PORTS\" \\\n   please // really\n#warning \"old\"\n#line x\n#line 3 4\n#pragma GCC error \"no\"",
    ]));
}

#[test]
fn macros() {
    insta::assert_snapshot!(gallery(&[
        "#define F(\n#define F(a\n#define F(a,)\n#define F(a, a)\n#define F(..., a)\n#define F(1)\n#define X ## 1\n#define X 1 ##\n#define F(...) __VA_OPT__\n#define F(...) __VA_OPT__(a ##)",
        "#define F(a, b) a b\n#define G() g\n#define X a\nF(1)\nF((1, 2), 3, 4) G(1)\nX",
        "#define F(a) a\nF(\n#include <core.p4>\n)",
        "#define W nothing(1)\n#if W\n#endif\n__has_include(\"a\") _Pragma(x)\n#pragma GCC poison P\nP",
        "#define F(a) a\nF(1, (2",
    ]));
}

/// What is odd, but done as `cpp` does it.
#[test]
fn oddities() {
    let odd = |text: &str| {
        let run = run(text);
        assert!(run.result.is_some(), "{}", run.short());
        let mut out = Vec::new();
        render(run.sink.iter(), &run.sources, Format::Human, false, &mut out).unwrap();
        format!("==== input\n{text}\n==== output\n{}\n", String::from_utf8(out).unwrap())
    };
    let inputs = [
        "#inlcude <core.p4>\n  #TODO: say more\n# a note\n#!x\n# 5 notes",
        "#define J(a, b) a ## b\n#define K J(+, x)\nK J(-, y)\n#define X 1\n#define X 2\n#undef __FILE__",
        "a \\  \nb // c:\\\nd\n#define X \"a\n#define Y 'b\\\n",
        "#define X+1\n#define F(a) __VA_ARGS__\n__DATE__",
        "#define T true\n#define L 99999999999999999999\n#if T || 'ab' && 9223372036854775807 + 1 || L\n#endif",
        "#assert a(b)\n#if #a(b)\n#endif\n#import <core.p4>\n#include_next <core.p4>\n#line 99999999999 \"a\" b",
        "#pragma GCC warning \"take care\"",
    ];
    insta::assert_snapshot!(inputs.map(odd).concat());
}

#[test]
fn text() {
    insta::assert_snapshot!(gallery(&[
        "bit<8> x; /* no end",
        "@name(\"no end)\nbit<8> x;",
        "#define F(a) a\nF(/* no end",
        "#if 1 /* no end",
        "@name(\"no end) b c;\n@name(\"d\") e;",
        "a\u{1}b\u{85}\r",
    ]));
}

#[test]
fn findings_in_expansions_and_renumbered_lines() {
    let run = run("#define WIDTH bit<\n#line 10 \"orig.p4\"\nWIDTH x;\n");
    let (_, span) = run.source_of("bit<", 0);
    let found = [crate::diagnostic::Diagnostic::error(crate::diagnostic::codes::E0100, span, "expected `>`")];
    let mut out = Vec::new();
    for format in [Format::Human, Format::Short, Format::Json] {
        render(&found, &run.sources, format, false, &mut out).unwrap();
    }
    insta::assert_snapshot!(String::from_utf8(out).unwrap());
}

#[test]
fn files() {
    let mut all = String::new();
    let loader = InMemory::new()
        .with("self.p4", "x\n#include \"self.p4\"\n")
        .with("ping.p4", "#include \"pong.p4\"\n")
        .with("pong.p4", "\n  #include \"ping.p4\"\n")
        .with("latin1.p4", b"// caf\xe9\n".to_vec())
        .with("elf.p4", b"\x7fELF\x02\x01\x01\0\0\xff\xfe".to_vec())
        .with("nul.p4", b"a\0\0\0".to_vec())
        .with("bom.p4", b"\xef\xbb\xbf#define X 1\r\nX \"".to_vec());
    for main in ["gone.p4", "self.p4", "ping.p4", "latin1.p4", "includes.p4", "elf.p4", "nul.p4", "bom.p4"] {
        let loader = loader.clone().with("includes.p4", "\n#include \"latin1.p4\"\n");
        let run = super::run_main(main, &Options::default(), loader);
        all.push_str(&format!("==== {main}\n{}{}\n", run.short(), human(&run)));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn file_system() {
    use crate::source::{FileLoader, FileSystem};
    let error = FileSystem.read(std::path::Path::new("src")).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::IsADirectory);
    assert!(FileSystem.read(std::path::Path::new("Cargo.toml")).unwrap().starts_with(b"[package]"));
}

#[track_caller]
fn refused(text: &str, options: &Options, loader: InMemory, code: &str) {
    let run = run_with(options, loader.with("main.p4", text));
    assert!(run.result.is_none());
    let short = run.short();
    assert!(short.contains(code) && short.lines().count() < 200, "{}", &short[..short.len().min(1000)]);
}

#[test]
fn bombs() {
    let options = Options::default();
    let doubling: String = (1..60).map(|i| format!("#define X{i} X{} X{}\n", i - 1, i - 1)).collect();
    refused(&format!("#define X0 x\n{doubling}X59"), &options, InMemory::new(), "E0115");
    refused(&format!("#define X0 x\n{doubling}#if X59\n#endif"), &options, InMemory::new(), "E0115");
    let joining: String = (1..60).map(|i| format!("#define X{i} J(X{}, X{})\n", i - 1, i - 1)).collect();
    let text = format!("#define J2(a, b) a ## b\n#define J(a, b) J2(a, b)\n#define X0 x\n{joining}X59");
    refused(&text, &options, InMemory::new(), "E0115");
    let nested = format!("#define F(a) a a\n{}x{}", "F(".repeat(1000), ")".repeat(1000));
    refused(&nested, &options, InMemory::new(), "E0115");
    let string = "y".repeat(1 << 20);
    let long = format!("#define X0 \"{string}\"\n{doubling}X20");
    refused(&long, &options, InMemory::new(), "E0115");
    let nested = format!("#if {}1\n#endif", "(".repeat(100_000));
    refused(&nested, &options, InMemory::new(), "E0111");
    let nested = format!("#if {}1\n#endif", "!".repeat(100_000));
    refused(&nested, &options, InMemory::new(), "E0111");
    refused(&"#if 1\n".repeat(100_000), &options, InMemory::new(), "E0109");
    refused(&"#undef 3\n".repeat(100_000), &options, InMemory::new(), "E0108");
    let twice = InMemory::new().with("a.p4", "#include \"a.p4\"\n#include \"a.p4\"\n");
    refused("#include \"a.p4\"", &options, twice, "E0103");
    let tree = (0..40).fold(InMemory::new(), |loader, i| {
        loader.with(format!("{i}.p4"), format!("#include \"{0}.p4\"\n#include \"{0}.p4\"\n", i + 1))
    });
    refused("#include \"0.p4\"", &options, tree.with("40.p4", "x"), "E0115");
    let large = InMemory::new().with("a.p4", "word ".repeat(200_000));
    refused(&"#include \"a.p4\"\n".repeat(1000), &options, large, "E0115");
}

#[test]
fn large_files_are_fine() {
    let text = "const bit<8> x = 8w1; // comment\n".repeat(200_000);
    assert!(run(&text).text().len() > 4_000_000);
    let wide = "# ".repeat(1_000_000);
    run(&wide);
    let wide = "*/# ".repeat(300_000);
    run(&wide);
    let wide = format!("#define F(a) a\n{}", "F ".repeat(300_000));
    run(&wide);
}
