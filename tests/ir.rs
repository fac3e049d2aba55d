//! Golden IR: every program in `testdata/ir`. The first line says what is shown: `// elaborate` the IR that elaboration makes, `// pass: NAME` the
//! IR before and after that pass, `// pass: NAME, keeps` that the pass leaves it as it is. Declarations of types and storage are left out unless the
//! line says `with storage`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "it is a test")]

use p4xdp::driver::{Codegen, Compilation, Options};
use p4xdp_frontend::diagnostic::{Format, Severity, render};
use p4xdp_midend::ir::{Program, display::display};
use p4xdp_midend::{arch, passes, validate};
use p4xdp_test_support::program::of_file;
use p4xdp_test_support::{files, root};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

#[test]
fn golden() {
    insta::glob!("../testdata/ir", "*.p4", |path| {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(shown(path));
        });
    });
}

/// Where headers are held and what deparsers do: every program in `testdata/layout`.
#[test]
fn layouts() {
    insta::glob!("../testdata/layout", "*.p4", |path| {
        let mut compilation = of_file(path);
        let output = compilation.generate(&Codegen::default());
        let messages: Vec<&str> = compilation.diagnostics.iter().map(|d| d.message.as_str()).collect();
        let output = output.unwrap_or_else(|_| panic!("{}: {messages:?}", path.display()));
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(output.layout);
        });
    });
}

/// The table of constructs names every case of elaboration, and no other files.
#[test]
fn table_of_constructs() {
    let folder = root().join("testdata/ir");
    let table = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| ") && line.contains(".p4"));
    let named: BTreeSet<&str> =
        rows.filter_map(|row| row.rsplit('|').nth(1)).flat_map(|cases| cases.trim().split(", ")).collect();
    for name in &named {
        assert!(folder.join(name).exists(), "`{name}` does not exist");
    }
    for path in files(&folder, "p4").iter().filter(|path| first_line(path).starts_with("// elaborate")) {
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(named.contains(name), "`{name}` shows no construct of the table");
    }
}

/// Every pass has a case where it does something and one that it leaves alone.
#[test]
fn every_pass_has_cases() {
    let firsts: Vec<String> =
        files(&root().join("testdata/ir"), "p4").iter().map(|path| first_line(path)).collect();
    for pass in passes::PASSES {
        let name = pass.name.split('-').next().unwrap_or_default();
        let cases = firsts.iter().filter(|first| pass_of(first) == Some(name));
        let (keeping, changing): (Vec<&String>, Vec<&String>) = cases.partition(|f| f.contains(", keeps"));
        assert!(!changing.is_empty(), "no case shows what `{name}` does");
        assert!(!keeping.is_empty(), "no case shows what `{name}` leaves alone");
    }
}

/// Whatever the checker accepts elaborates, and is valid before and after each pass.
#[test]
fn everything_in_testdata() {
    let programs = ["testdata", "examples"].map(|folder| files(&root().join(folder), "p4")).concat();
    let (mut elaborated, mut skipped) = (0, 0);
    for path in &programs {
        let mut compilation = of_file(path);
        let Ok(hir) = compilation.check() else {
            skipped += 1;
            continue;
        };
        if hir.main.is_none() {
            skipped += 1;
            continue;
        }
        if p4xdp_frontend::architecture::of(&hir).and_then(arch::by_name).is_none() {
            compilation = generic(path);
        }
        let program = compilation.elaborate().map(Arc::unwrap_or_clone);
        let messages: Vec<&str> = compilation.diagnostics.iter().map(|d| d.message.as_str()).collect();
        let Ok(mut program) = program else {
            // What is not supported yet says so; anything else is a mistake of ours.
            let unsupported = compilation.diagnostics.iter().all(|d| !d.code.as_str().starts_with("E000"));
            assert!(unsupported, "{}: {messages:?}", path.display());
            skipped += 1;
            continue;
        };
        assert_eq!(validate::validate(&program), [], "{}: elaborated", path.display());
        for pass in passes::PASSES {
            (pass.run)(&mut program);
            assert_eq!(validate::validate(&program), [], "{}: after {}", path.display(), pass.name);
        }
        elaborated += 1;
    }
    assert!(elaborated > 20, "{elaborated} elaborated, {skipped} rejected or without `main`");
}

/// What elaboration and the back end refuse, they refuse with the code and at the line that the program says: `// error[E0501]` behind a line, or a sentence with
/// `error[E0402]` in the first line if the place does not matter.
#[test]
fn refusals() {
    let programs = files(&root().join("testdata/refused"), "p4");
    assert!(!programs.is_empty());
    for path in programs {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut expected: Vec<(usize, &str)> = Vec::new();
        for (i, line) in text.lines().enumerate() {
            if let Some((_, rest)) = line.split_once("error[") {
                expected.push((if i == 0 { 0 } else { i + 1 }, rest.get(..5).unwrap()));
            }
        }
        let mut compilation = of_file(&path);
        assert!(compilation.generate(&Codegen::default()).is_err(), "{} is accepted", path.display());
        let anywhere = expected.iter().any(|(line, _)| *line == 0);
        let mut found: Vec<(usize, &str)> = compilation
            .diagnostics
            .iter()
            .filter(|d| d.severity == Severity::Error)
            .map(|d| {
                let place = compilation.sources.location(d.primary.span.lo);
                let line = place.filter(|_| !anywhere).map_or(0, |place| place.line as usize);
                (line, d.code.as_str())
            })
            .collect();
        found.dedup();
        assert_eq!(found, expected, "{}", path.display());
        let mut shown = Vec::new();
        for format in [Format::Human, Format::Json] {
            let errors = compilation.diagnostics.iter().filter(|found| found.severity == Severity::Error);
            render(errors, &compilation.sources, format, false, &mut shown).unwrap();
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let shown = String::from_utf8(shown).unwrap().replace(&*path.to_string_lossy(), &name);
        insta::assert_snapshot!(format!("refused@{name}"), shown);
    }
}

fn first_line(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().next().unwrap_or_default().to_string()
}

/// The pass that a case is about.
fn pass_of(first: &str) -> Option<&str> {
    first.strip_prefix("// pass: ").and_then(|rest| rest.split([',', ':', ' ']).next())
}

fn shown(path: &Path) -> String {
    let first = &first_line(path);
    let mut program = elaborated(path);
    let Some(name) = pass_of(first) else {
        assert!(first.starts_with("// elaborate"), "{} does not say what it shows", path.display());
        return body(&program, first);
    };
    for pass in passes::PASSES {
        let before = body(&program, first);
        (pass.run)(&mut program);
        assert_eq!(validate::validate(&program), [], "after {}", pass.name);
        if pass.name == name {
            let after = body(&program, first);
            if first.contains(", keeps") {
                assert_eq!(before, after, "{}: `{name}` should leave this as it is", path.display());
                return format!("{before}\n=> the same\n");
            }
            assert_ne!(before, after, "{}: `{name}` does nothing here", path.display());
            return format!("{before}\n=>\n\n{after}");
        }
    }
    panic!("{}: there is no pass `{name}`", path.display());
}

fn elaborated(path: &Path) -> Program {
    let mut compilation = generic(path);
    let program = compilation.elaborate().map(Arc::unwrap_or_clone);
    let messages: Vec<&str> = compilation.diagnostics.iter().map(|d| d.message.as_str()).collect();
    let program = program.unwrap_or_else(|_| panic!("{}: {messages:?}", path.display()));
    assert_eq!(validate::validate(&program), [], "{}", path.display());
    program
}

/// A compilation that elaborates whatever package the program has.
fn generic(path: &Path) -> Compilation {
    let elaborate_as = Some(&arch::GENERIC);
    Compilation::new(Options { program: path.to_owned(), elaborate_as, ..Options::default() })
}

fn body(program: &Program, first: &str) -> String {
    let text = display(program);
    if first.contains("with storage") {
        return text;
    }
    let shown = ["extern", "value_set", "action", "table", "stage"];
    let from = text.lines().position(|line| shown.iter().any(|word| line.starts_with(word)));
    text.lines().skip(from.unwrap_or_default()).flat_map(|line| [line, "\n"]).collect()
}
