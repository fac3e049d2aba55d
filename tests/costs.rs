//! What the verifier processes, for all objects of the examples and test data and of the families of `benches/verifier`: near to what was expected (a line
//! for each is printed, `--nocapture`), and what `testdata/processed.txt` says, up to a tenth. That file tells the kernel and the clang that it holds for;
//! with others only the bound holds that is the same for all. `INSTA_UPDATE=always` renews it.
//!
//! Needs root and clang.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test that prints")]

#[path = "../benches/verifier/families.rs"]
#[allow(dead_code, reason = "not all of it is needed here")]
mod families;

use families::FAMILIES;
use p4xdp::backend::clang::Clang;
use p4xdp::backend::{Holding, Output};
use p4xdp::driver::{Codegen, make_object};
use p4xdp::report;
use p4xdp_runtime::refusal::{Reason, Refusal, kernel_release};
use p4xdp_runtime::{Object, verify};
use p4xdp_test_support::needs::{Need, are_met};
use p4xdp_test_support::program::{self, of_text};
use p4xdp_test_support::root;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, OnceLock};

/// The estimate is never less than this part of what is processed, and never more than that many times.
const ALWAYS: (f64, f64) = (1.0 / 3.0, 3.0);
/// And of this many in a hundred it is within this factor, to either side.
const MOSTLY: (usize, f64) = (94, 1.25);
/// No program of ours needs more, an accepted one having up to a million.
const MOST_PROCESSED: u64 = 100_000;

/// A row of the file: processed instructions and instructions of all programs of an object, and the deepest stack. Nothing where the verifier refuses.
type Row = Option<(u64, u32, u32)>;

/// What is known of an object.
struct Measured {
    name: String,
    row: Row,
    /// What was expected, and what was processed, in each program; nothing where the verifier refuses.
    both: Vec<(u64, u64)>,
}

/// Compiles and verifies a program. None where clang refuses.
fn measure(name: String, output: &Output) -> Option<Measured> {
    let folder = tempfile::tempdir().unwrap();
    let Ok(made) = make_object(output, &folder.path().join("program.c"), &Codegen::default()) else {
        println!("                                clang refuses {name}");
        return None;
    };
    let object = Object::open(&made.object).unwrap();
    let cost = report::cost(object.bytes()).unwrap();
    let is_hopeless = cost.programs.iter().any(|program| program.expected.is_cut());
    let verdict = match verify::verify(&object) {
        Ok(verdict) => verdict,
        Err(error) => {
            let refusal = error.of::<Refusal>().unwrap_or_else(|| panic!("{name}: {error}"));
            println!(
                "     refused, {}  {name}: {}",
                if is_hopeless { "foreseen" } else { "not foreseen" },
                refusal.reason
            );
            assert_eq!(refusal.kind(), Reason::TooMuch, "{name}: {refusal}");
            return Some(Measured { name, row: None, both: Vec::new() });
        }
    };
    assert!(!is_hopeless, "{name}: the verifier takes what `build` would refuse");
    let both = cost.programs.iter().filter_map(|program| {
        let verified = verdict.programs.iter().find(|verified| verified.name == program.name)?;
        Some((program.expected.processed, verified.processed))
    });
    let both: Vec<(u64, u64)> = both.collect();
    for (expected, processed) in &both {
        println!("{:12.3} {expected:9} {processed:9}  {name}", ratio(&(*expected, *processed)));
    }
    let processed = verdict.programs.iter().map(|program| program.processed).sum();
    let instructions = verdict.programs.iter().map(|program| program.instructions).sum();
    let stack = verdict.programs.iter().map(|program| program.stack.iter().sum()).max();
    Some(Measured { name, row: Some((processed, instructions, stack.unwrap_or(0))), both })
}

fn ratio((expected, processed): &(u64, u64)) -> f64 {
    *expected as f64 / *processed as f64
}

/// The examples and test data, measured once.
fn measured() -> &'static [Measured] {
    static MEASURED: OnceLock<Vec<Measured>> = OnceLock::new();
    MEASURED.get_or_init(|| program::all().filter_map(|(name, output)| measure(name, &output)).collect())
}

/// The families at all their sizes.
fn families(holding: Option<Holding>) -> Vec<Measured> {
    let all = FAMILIES.iter().flat_map(|family| family.sizes.iter().map(move |size| (family, *size)));
    let all = all.filter_map(|(family, size)| {
        let codegen = Codegen { holding, ..Codegen::default() };
        let compilation = of_text("grown", &(family.make)(size));
        let output: Arc<Output> = program::generate(compilation, &codegen).ok()?;
        measure(format!("{}, n = {size}", family.name), &output)
    });
    all.collect()
}

fn hold(all: &[&Measured]) {
    let ratios: Vec<(f64, &str)> =
        all.iter().flat_map(|one| one.both.iter().map(|both| (ratio(both), one.name.as_str()))).collect();
    let far = ratios.iter().filter(|(ratio, _)| *ratio < ALWAYS.0 || *ratio > ALWAYS.1);
    let wrong: Vec<String> = far.map(|(ratio, name)| format!("{name}: {ratio:.3}")).collect();
    assert!(wrong.is_empty(), "expected / processed: {}", wrong.join("\n"));
    let (percent, factor) = MOSTLY;
    let near = ratios.iter().filter(|(ratio, _)| *ratio <= factor && *ratio >= 1.0 / factor).count();
    println!("{near} of {} are within a factor of {factor}", ratios.len());
    assert!(near * 100 >= ratios.len() * percent, "{near} of {} are within {factor}", ratios.len());
}

#[test]
fn what_is_expected_is_near_to_what_is_processed() {
    if !are_met(&[Need::Root, Need::Command("clang")]) {
        return;
    }
    let families = std::thread::spawn(|| families(None));
    let all: Vec<&Measured> = measured().iter().collect();
    assert!(all.len() > 100, "{}", all.len());
    let families = families.join().unwrap();
    hold(&all.into_iter().chain(&families).collect::<Vec<_>>());
}

/// Where nothing keeps ways together they grow to the verifier's limits and beyond.
#[test]
#[ignore = "takes minutes"]
fn so_it_is_of_programs_that_get_out_of_hand() {
    if !are_met(&[Need::Root, Need::Command("clang")]) {
        return;
    }
    hold(&families(Some(Holding::Local)).iter().collect::<Vec<_>>());
}

#[test]
fn processed_instructions_stay_what_they_were() {
    if !are_met(&[Need::Root, Need::Command("clang")]) {
        return;
    }
    let path = root().join("testdata/processed.txt");
    let rows: BTreeMap<&str, Row> = measured().iter().map(|one| (one.name.as_str(), one.row)).collect();
    let machine = machine();
    if std::env::var("INSTA_UPDATE").is_ok_and(|value| value == "always") {
        std::fs::write(&path, written(&machine, &rows)).unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap();
    let is_same = text.lines().any(|line| line == machine);
    let golden: BTreeMap<&str, Row> = text.lines().filter(|line| !line.starts_with('#')).map(read).collect();
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

fn written(machine: &str, rows: &BTreeMap<&str, Row>) -> String {
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

fn read(line: &str) -> (&str, Row) {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        [name, "refused"] => (name, None),
        [name, processed, instructions, stack] => {
            (name, Some((processed.parse().unwrap(), instructions.parse().unwrap(), stack.parse().unwrap())))
        }
        _ => panic!("`{line}` is no row"),
    }
}
