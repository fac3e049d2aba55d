//! Each cell of the tables in appendix "Restrictions on compile time and run time calls", which testdata/restrictions.txt
//! has as data: one program (or a few) a cell, which must be accepted or refused.

#![allow(clippy::disallowed_methods, reason = "it ends with the front end")]
#![allow(clippy::unwrap_used, reason = "it is a test")]

use p4xdp_frontend::analyze;
use p4xdp_frontend::diagnostic::{Diagnostics, Format, render};
use p4xdp_frontend::preprocess::Options;
use p4xdp_frontend::source::{InMemory, SourceMap};
use std::path::Path;

/// One of each kind, which the programs refer to.
const PREAMBLE: &str = "
match_kind { exact }
extern E { E(); bit<8> get(); }
extern bit<8> ext(in bit<8> x);
E() e;
bit<8> fn(in bit<8> x) { return x; }
action act() {}
parser PT();
control CT();
parser P() { state start { transition accept; } }
control C() { apply {} }
package PK(CT c);
value_set<bit<8>>(4) vs;
";

/// What stands in the place of a type for each kind. Functions, tables and value sets have no type that could be written.
fn type_of(kind: &str) -> &'static str {
    match kind {
        "package" => "PK",
        "parser" => "PT",
        "control" => "CT",
        "extern" => "E",
        "function" => "fn",
        "action" => "act",
        "table" => "t",
        "value-set" => "value_set<bit<8>>",
        "value-types" => "bit<8>",
        other => unreachable!("a row `{other}`"),
    }
}

fn constructor_parameter(kind: &str, place: &str) -> Vec<String> {
    let ty = type_of(kind);
    vec![match place {
        "package" => format!("package Y({ty} x);"),
        "parser" => format!("parser Y()({ty} x) {{ state start {{ transition accept; }} }}"),
        "control" => format!("control Y()({ty} x) {{ apply {{}} }}"),
        "extern" => format!("extern Y {{ Y({ty} x); }}"),
        other => unreachable!("a column `{other}`"),
    }]
}

fn instantiation(kind: &str, place: &str) -> Vec<String> {
    let declaration = match kind {
        "package" => "PK(C()) x;",
        "parser" => "P() x;",
        "control" => "C() x;",
        "extern" => "E() x;",
        "function" => "bit<8> x(in bit<8> y) { return y; }",
        "table" => "table x { actions = { act; } default_action = act; }",
        "value-set" => "value_set<bit<8>>(4) x;",
        other => unreachable!("a row `{other}`"),
    };
    let constructed = match kind {
        "package" => "PK(C())",
        "parser" => "P()",
        "control" => "C()",
        "extern" => "E()",
        "function" => "fn",
        "table" => "t",
        _ => "vs",
    };
    vec![match place {
        "top-level" => declaration.to_owned(),
        "package" => format!("package Y({} x); Y({constructed}) main;", type_of(kind)),
        "parser" => format!("parser Y() {{ {declaration} state start {{ transition accept; }} }}"),
        "control" => format!("control Y() {{ {declaration} apply {{}} }}"),
        "extern" => format!("extern Y {{ Y(); {declaration} }}"),
        "function" => format!("void y() {{ {declaration} }}"),
        other => unreachable!("a column `{other}`"),
    }]
}

fn run_time_parameter(kind: &str, place: &str) -> Vec<String> {
    // The second of a generic declaration: what cannot be written cannot be a type argument either.
    let ty = if kind == "value-types" { "in bit<8>" } else { type_of(kind) };
    match place {
        "parser" => vec![
            format!("parser Y({ty} x) {{ state start {{ transition accept; }} }}"),
            format!("parser Y({ty} x);"),
        ],
        "control" => vec![format!("control Y({ty} x) {{ apply {{}} }}"), format!("control Y({ty} x);")],
        "extern" => vec![format!("extern Y {{ void m({ty} x); }}"), format!("extern void y({ty} x);")],
        "action" => vec![
            format!("action y({ty} x) {{}}"),
            format!("control Y() {{ action y({ty} x) {{}} apply {{}} }}"),
        ],
        "function" => vec![format!("void y({ty} x) {{}}")],
        other => unreachable!("a column `{other}`"),
    }
}

fn call(kind: &str, place: &str) -> Vec<String> {
    const TABLE: &str = "table t { actions = { act; } default_action = act; }";
    let statements: &[&str] = match kind {
        "parser" => &["P.apply();"],
        "control" => &["C.apply();"],
        "extern" => &["ext(1);", "e.get();"],
        "table" => &["t.apply();"],
        "value-set" => &["transition select(8w1) { vs: accept; _: accept; }"],
        "action" => &["act();"],
        "function" => &["fn(1);"],
        other => unreachable!("a row `{other}`"),
    };
    let values: &[&str] = match kind {
        "parser" => &["P.apply()"],
        "control" => &["C.apply()"],
        "extern" => &["ext(1)", "e.get()"],
        "table" => &["t.apply().hit ? 8w1 : 8w2"],
        "value-set" => &["vs"],
        "action" => &["act()"],
        _ => &["fn(1)"],
    };
    let state = |body: &str| {
        let end = if body.starts_with("transition") { "" } else { "transition accept;" };
        format!("parser Y() {{ state start {{ {body} {end} }} }}")
    };
    let each = |wrap: &dyn Fn(&str) -> String| statements.iter().map(|body| wrap(body)).collect();
    match place {
        "top-level" => values.iter().map(|value| format!("const bit<8> z = {value};")).collect(),
        "parser-state" => each(&state),
        "control-apply" => each(&|body| format!("control Y() {{ {TABLE} apply {{ {body} }} }}")),
        "block-top-level" => values
            .iter()
            .flat_map(|value| {
                let mut programs = vec![format!("control Y() {{ {TABLE} bit<8> z = {value}; apply {{}} }}")];
                if kind != "table" {
                    programs.push(format!(
                        "parser Y() {{ bit<8> z = {value}; state start {{ transition accept; }} }}"
                    ));
                }
                programs
            })
            .collect(),
        "action" => each(&|body| format!("control Y() {{ {TABLE} action y() {{ {body} }} apply {{}} }}")),
        "extern" => each(&|body| format!("extern Y {{ Y(); void m() {{ {body} }} }}")),
        "function" => each(&|body| format!("void y() {{ {body} }}")),
        other => unreachable!("a column `{other}`"),
    }
}

fn errors(program: &str) -> Option<String> {
    let loader = InMemory::new().with("main.p4", program);
    let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
    let result = analyze(Path::new("main.p4"), &Options::default(), &loader, &mut sources, &mut sink);
    let mut text = Vec::new();
    render(sink.iter(), &sources, Format::Short, false, &mut text).unwrap();
    result.err().map(|_| String::from_utf8(text).unwrap())
}

#[test]
fn each_cell() {
    assert_eq!(errors(PREAMBLE), None);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/restrictions.txt");
    let data = std::fs::read_to_string(path).unwrap();
    let (mut table, mut columns, mut wrong, mut cells) = ("", Vec::new(), String::new(), 0);
    for line in data.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[') {
            (table, columns) = (name.trim_end_matches(']'), Vec::new());
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        if columns.is_empty() {
            columns = words;
            continue;
        }
        let (row, answers) = words.split_first().unwrap();
        assert_eq!(answers.len(), columns.len(), "{line}");
        for (column, answer) in columns.iter().zip(answers) {
            let programs = match table {
                "constructor parameter" => constructor_parameter(row, column),
                "instantiation" => instantiation(row, column),
                "run-time parameter" => run_time_parameter(row, column),
                "call" => call(row, column),
                other => unreachable!("a table `{other}`"),
            };
            cells += 1;
            for program in programs {
                let found = errors(&format!("{PREAMBLE}{program}\n"));
                if found.is_none() != (*answer == "yes") {
                    let found = found.unwrap_or_else(|| "accepted".to_owned());
                    wrong.push_str(&format!("{table}, {row}, {column}: {answer}: {program}\n    {found}\n"));
                }
            }
        }
    }
    println!("{cells} cells");
    assert!(wrong.is_empty(), "{wrong}");
}
