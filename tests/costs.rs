//! The estimate of what the verifier processes is near to what it does: over all objects of examples and test data, and the families of
//! `benches/verifier`, also those that grow out of hand where ways are not merged. A line for each is printed (`--nocapture`).
//!
//! Needs root and clang.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test that prints"
)]

#[path = "../benches/verifier/families.rs"]
#[allow(dead_code, reason = "not all of it is needed here")]
mod families;

use families::FAMILIES;
use p4xdp::backend::{Holding, Output};
use p4xdp::driver::Codegen;
use p4xdp::report;
use p4xdp_runtime::refusal::{Reason, Refusal};
use p4xdp_runtime::{Object, verify};
use p4xdp_test_support::needs::{Need, are_met};
use p4xdp_test_support::program::{self, of_text};
use std::sync::Arc;

/// The estimate is never less than this part of what is processed, and never more than that many times.
const ALWAYS: (f64, f64) = (1.0 / 3.0, 3.0);
/// And of this many in a hundred it is within this factor, to either side.
const MOSTLY: (usize, f64) = (95, 1.25);

/// The families at all their sizes.
fn families(holding: Option<Holding>) -> impl Iterator<Item = (String, Arc<Output>)> {
    FAMILIES.iter().flat_map(move |family| {
        family.sizes.iter().filter_map(move |size| {
            let codegen = Codegen { holding, ..Codegen::default() };
            let name = format!("{}, n = {size}", family.name);
            let compilation = of_text("grown", &(family.make)(*size));
            Some((name, program::generate(compilation, &codegen).ok()?))
        })
    })
}

/// What was expected and what was processed, in each program of the object; nothing where the verifier refuses.
fn compared(name: &str, output: &Output) -> Vec<(f64, String)> {
    let folder = tempfile::tempdir().unwrap();
    let c = folder.path().join("program.c");
    let Ok(made) = p4xdp::driver::make_object(output, &c, &Codegen::default()) else {
        println!("                            clang refuses {name}");
        return Vec::new();
    };
    let object = Object::open(&made.object).unwrap();
    let cost = report::cost(object.bytes()).unwrap();
    let is_refused = cost.programs.iter().any(|program| program.expected.is_cut());
    let verdict = match verify::verify(&object) {
        Ok(verdict) => verdict,
        Err(error) => {
            let refusal = error.of::<Refusal>().unwrap_or_else(|| panic!("{name}: {error}"));
            println!(
                "     refused, {:11} {is_refused:5}  {name}: {}",
                cost.programs[0].expected.processed, refusal.reason
            );
            assert_eq!(refusal.kind(), Reason::TooMuch, "{name}: {refusal}");
            return Vec::new();
        }
    };
    assert!(!is_refused, "{name}: the verifier takes what `build` would refuse");
    let both = cost.programs.iter().filter_map(|program| {
        let verified = verdict.programs.iter().find(|verified| verified.name == program.name)?;
        let (expected, processed) = (program.expected.processed, verified.processed);
        let ratio = expected as f64 / processed as f64;
        println!("{ratio:12.3} {expected:9} {processed:9}  {name}");
        Some((ratio, format!("{name}: {expected} expected, {processed} processed")))
    });
    both.collect()
}

fn hold(ratios: &[(f64, String)]) {
    let wrong: Vec<&str> = ratios
        .iter()
        .filter(|(ratio, _)| *ratio < ALWAYS.0 || *ratio > ALWAYS.1)
        .map(|(_, what)| what.as_str())
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let (percent, factor) = MOSTLY;
    let near = ratios.iter().filter(|(ratio, _)| *ratio <= factor && *ratio >= 1.0 / factor).count();
    assert!(near * 100 >= ratios.len() * percent, "{near} of {} are within {factor}", ratios.len());
    println!("{near} of {} are within a factor of {factor}", ratios.len());
}

#[test]
fn what_is_expected_is_near_to_what_is_processed() {
    if !are_met(&[Need::Root, Need::Command("clang")]) {
        return;
    }
    let all: Vec<(f64, String)> =
        program::all().chain(families(None)).flat_map(|(name, output)| compared(&name, &output)).collect();
    assert!(all.len() > 150, "{}", all.len());
    hold(&all);
}

/// Where nothing keeps ways together they grow to the verifier's limits and beyond.
#[test]
#[ignore = "takes minutes"]
fn so_it_is_of_programs_that_get_out_of_hand() {
    if !are_met(&[Need::Root, Need::Command("clang")]) {
        return;
    }
    let all: Vec<(f64, String)> =
        families(Some(Holding::Local)).flat_map(|(name, output)| compared(&name, &output)).collect();
    hold(&all);
}
