//! What the verifier processes grows with programs and no faster: the families of `benches/verifier`, at their two largest sizes.
//!
//! Needs root and clang.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

#[path = "../benches/verifier/families.rs"]
mod families;

use families::{FAMILIES, Family};
use p4xdp_runtime::{Object, verify};
use p4xdp_test_support::needs::{Need, are_met};
use p4xdp_test_support::program::{object, try_compile};

/// More is never processed, an accepted program having up to a million.
const MOST_PROCESSED: u64 = 100_000;
/// Exponent of growth at most.
const EXPONENT: f64 = 1.2;

#[test]
fn processed_instructions_grow_with_the_program() {
    if !are_met(&[Need::Root, Need::Command("clang")]) {
        return;
    }
    let wrong: Vec<String> = FAMILIES.iter().filter_map(|family| check(family).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn check(family: &Family) -> Result<(), String> {
    let [.., small, large] = family.sizes else { panic!("{}: too few sizes", family.name) };
    let (Some(before), Some(after)) = (processed(family, *small)?, processed(family, *large)?) else {
        return Ok(());
    };
    let allowed = before * (*large as f64 / *small as f64).powf(EXPONENT * family.power);
    if after > allowed || after > MOST_PROCESSED as f64 {
        return Err(format!("{}: {small}: {before}; {large}: {after}, at most {allowed:.0}", family.name));
    }
    Ok(())
}

/// Processed instructions; nothing if the program is refused with the code that the family names.
fn processed(family: &Family, size: usize) -> Result<Option<f64>, String> {
    let output = match try_compile("grown", &(family.make)(size)) {
        Ok(_) if family.refused.is_some() => return Err(format!("{} is refused no more", family.name)),
        Ok(output) => output,
        Err(said) if family.refused.is_some_and(|code| said.contains(code)) => return Ok(None),
        Err(said) => return Err(format!("{} of {size}: {said}", family.name)),
    };
    let file = object("grown", &output);
    let verdict = verify::verify(&Object::open(&file.path).unwrap());
    let verdict = verdict.map_err(|error| format!("{} of {size}: {error}", family.name))?;
    Ok(Some(verdict.programs.iter().map(|program| program.processed as f64).sum()))
}
