//! What the verifier processes for each program of the examples and test data stays what `testdata/processed.txt` says, up to a tenth. The file tells the
//! kernel and the clang that it holds for; with others only the bound holds that is the same for all. `INSTA_UPDATE=always` renews it.
//!
//! Needs root and clang.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use p4xdp::backend::Output;
use p4xdp::backend::clang::Clang;
use p4xdp::driver::{Codegen, make_object};
use p4xdp_runtime::refusal::kernel_release;
use p4xdp_runtime::{Object, verify};
use p4xdp_test_support::needs::{Need, are_met};
use p4xdp_test_support::{program, root};
use std::collections::BTreeMap;
use std::fmt::Write;

/// No program of ours needs more, an accepted one having up to a million.
const MOST_PROCESSED: u64 = 100_000;

/// A row: processed instructions and instructions of all programs of an object, and the deepest stack. Nothing where the verifier refuses.
type Row = Option<(u64, u32, u32)>;

#[test]
fn processed_instructions_stay_what_they_were() {
    if !are_met(&[Need::Root, Need::Command("clang")]) {
        return;
    }
    let path = root().join("testdata/processed.txt");
    let rows: BTreeMap<String, Row> = program::all().map(|(name, output)| row(name, &output)).collect();
    let machine = machine();
    if std::env::var("INSTA_UPDATE").is_ok_and(|value| value == "always") {
        std::fs::write(&path, written(&machine, &rows)).unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap();
    let is_same = text.lines().any(|line| line == machine);
    let golden: BTreeMap<String, Row> =
        text.lines().filter(|line| !line.starts_with('#')).map(read).collect();
    let mut wrong = String::new();
    for (name, row) in &rows {
        let Some(old) = golden.get(name) else {
            let _ = writeln!(wrong, "{name} is not in the file");
            continue;
        };
        let fault = match (old, row) {
            (Some(_), None) => "the verifier refuses it".to_owned(),
            (None, Some(_)) if is_same => "the verifier refuses it no more".to_owned(),
            (Some((old, ..)), Some((new, ..))) if is_same && new * 10 > old * 11 => {
                format!("{old} before, {new} now")
            }
            (_, Some((new, ..))) if *new > MOST_PROCESSED => format!("{new}, at most {MOST_PROCESSED}"),
            _ => continue,
        };
        let _ = writeln!(wrong, "{name}: {fault}");
    }
    for gone in golden.keys().filter(|name| !rows.contains_key(*name)) {
        let _ = writeln!(wrong, "{gone} is in the file, but compiles for XDP no more");
    }
    assert!(wrong.is_empty(), "{wrong}see docs/report.md, Goldens");
}

/// The kernel and the clang, as far as they matter.
fn machine() -> String {
    let kernel: Vec<String> = kernel_release().split(['.', '-']).take(2).map(str::to_owned).collect();
    format!("# kernel {}, clang {}", kernel.join("."), Clang::find(None).unwrap().version)
}

fn row(name: String, output: &Output) -> (String, Row) {
    let folder = tempfile::tempdir().unwrap();
    let made = make_object(output, &folder.path().join("program.c"), &Codegen::default());
    let object = Object::open(&made.unwrap_or_else(|error| panic!("{name}: {error}")).object).unwrap();
    let row = verify::verify(&object).ok().map(|verdict| {
        let processed = verdict.programs.iter().map(|program| program.processed).sum();
        let instructions = verdict.programs.iter().map(|program| program.instructions).sum();
        let stack = verdict.programs.iter().map(|program| program.stack.iter().sum()).max();
        (processed, instructions, stack.unwrap_or(0))
    });
    (name, row)
}

fn written(machine: &str, rows: &BTreeMap<String, Row>) -> String {
    let mut text = format!(
        "# What the verifier processes, instructions in the kernel, bytes of stack; docs/report.md tells how this file is renewed.\n{machine}\n"
    );
    for (name, row) in rows {
        let _ = match row {
            Some((processed, instructions, stack)) => {
                writeln!(text, "{name:<56} {processed:>7} {instructions:>6} {stack:>4}")
            }
            None => writeln!(text, "{name:<56} refused"),
        };
    }
    text
}

fn read(line: &str) -> (String, Row) {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        [name, "refused"] => ((*name).to_owned(), None),
        [name, processed, instructions, stack] => {
            let row = (processed.parse().unwrap(), instructions.parse().unwrap(), stack.parse().unwrap());
            ((*name).to_owned(), Some(row))
        }
        _ => panic!("`{line}` is no row"),
    }
}
