//! What the verifier has to do as programs grow: a row for each family of programs (`families`) with the instructions that it processes at
//! each size, and the exponent of growth with the program's size, by a fit over the three largest. What
//! should not be refused is in bold. Needs root and clang.
//!
//! `cargo bench --bench verifier [-- FILTER]`; `--write DIR` keeps the programs, `--steps` takes every size from 4 to the largest, and says by what
//! the instructions grow at most from one size to the next: where ways begin to be merged they fall.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench that fails may stop, and it prints"
)]

mod families;

use families::{FAMILIES, Family};
use p4xdp_runtime::{Object, verify};
use std::path::Path;
use std::process::Command;

fn main() {
    let mut filters = Vec::new();
    let (mut keep, mut steps) = (None, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--write" => keep = arguments.next(),
            "--steps" => steps = true,
            // What cargo itself gives.
            flag if flag.starts_with("--") => {}
            _ => filters.push(argument),
        }
    }
    let folder = tempfile::tempdir().expect("a temporary directory");
    let folder = keep.as_deref().map_or(folder.path(), Path::new);
    println!("| family | processed instructions (stack) at each size | exponent |");
    println!("| --- | --- | ---: |");
    for family in FAMILIES {
        if filters.is_empty() || filters.iter().any(|filter| family.name.contains(filter.as_str())) {
            measure(family, steps, folder);
        }
    }
}

fn measure(family: &Family, steps: bool, folder: &Path) {
    let mut cells = Vec::new();
    let mut points = Vec::new();
    let largest = family.sizes.last().copied().unwrap_or_default();
    let all: Vec<usize> = (4..=largest).collect();
    for &size in if steps { &all } else { family.sizes } {
        let name: String =
            family.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let path = folder.join(format!("{name}_{size}.p4"));
        std::fs::write(&path, (family.make)(size)).expect("the folder is writable");
        let cell = match verified(&path, folder) {
            Ok((processed, stack)) => {
                points.push((size as f64, processed as f64));
                format!("{processed} ({stack})")
            }
            Err(reason) if family.refused.is_some_and(|code| reason.ends_with(code)) => reason,
            Err(reason) => format!("**{reason}**"),
        };
        cells.push(format!("{size}: {cell}"));
    }
    let exponent =
        exponent(&points).map_or_else(String::new, |exponent| format!("{:.2}", exponent / family.power));
    let grows = |(size, step): (f64, f64)| format!("; at most {step:.2} times, at {size}");
    let step =
        points.windows(2).map(|pair| (pair[1].0, pair[1].1 / pair[0].1)).max_by(|a, b| a.1.total_cmp(&b.1));
    let step = step.filter(|_| steps).map(grows).unwrap_or_default();
    println!("| {} | {}{step} | {exponent} |", family.name, cells.join("; "));
}

/// Processed instructions and bytes of stack, or by whom the program is refused.
fn verified(program: &Path, folder: &Path) -> Result<(u64, u32), String> {
    let built = Command::new(env!("CARGO_BIN_EXE_p4xdp"))
        .arg("build")
        .arg(program)
        .args(["--emit", "c,obj", "-W", "none", "--error-format", "short", "-o"])
        .arg(folder)
        .output()
        .expect("the command was built with the bench");
    if !built.status.success() {
        let said = String::from_utf8_lossy(&built.stderr);
        let code = said.split_once("error[").and_then(|(_, rest)| rest.get(..5)).unwrap_or("?");
        return Err(match code {
            "E0001" => "clang refuses it".to_owned(),
            code => format!("refused {code}"),
        });
    }
    let object = Object::open(&program.with_extension("o")).expect("the object was built");
    match verify::verify(&object) {
        Ok(verdict) => {
            let processed = verdict.programs.iter().map(|program| program.processed).sum();
            let stack = verdict.programs.iter().map(|program| program.stack.iter().sum()).max();
            Ok((processed, stack.unwrap_or(0)))
        }
        Err(error) => {
            let said = error.to_string();
            let reason = said.lines().next().unwrap_or_default();
            Err(format!("the verifier refuses it: {}", reason.rsplit(": ").next().unwrap_or_default()))
        }
    }
}

/// The exponent that fits best to the last three points, by least squares of logarithms.
fn exponent(points: &[(f64, f64)]) -> Option<f64> {
    let points = points.get(points.len().saturating_sub(3)..)?;
    if points.len() < 2 {
        return None;
    }
    let n = points.len() as f64;
    let logs: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    let (x, y) = logs.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + x / n, b + y / n));
    let above: f64 = logs.iter().map(|(a, b)| (a - x) * (b - y)).sum();
    let below: f64 = logs.iter().map(|(a, _)| (a - x) * (a - x)).sum();
    Some(above / below)
}
