//! Every pass keeps what programs mean: all packet tests, with variations of their packets, on the interpreter before the first and after each pass.
//!
//! The programs are those of `examples/` and `testdata/packets/`, and of p4c's samples if `P4C_DIR` names a checkout.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "it is a test")]

use libtest_mimic::{Arguments, Failed, Trial};
use p4xdp_midend::interp::Outcome;
use p4xdp_midend::ir::{Program, display::display};
use p4xdp_midend::{passes, validate};
use p4xdp_packet_tests::interp::InterpEngine;
use p4xdp_packet_tests::runner::run_stf;
use p4xdp_packet_tests::stf::{self, CommandKind};
use p4xdp_test_support::files;
use p4xdp_test_support::program::of_file;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Variations of each packet.
const VARIATIONS: u64 = 12;

fn main() {
    let args = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("examples"), root.join("testdata/packets")];
    folders.extend(std::env::var_os("P4C_DIR").map(|p4c| Path::new(&p4c).join("testdata/p4_16_samples")));
    let tests: Vec<PathBuf> = folders.iter().flat_map(|folder| files(folder, "stf")).collect();
    let trials = tests.into_iter().filter(|stf| program_of(stf).exists()).map(|stf| {
        let name = stf.strip_prefix(root).unwrap_or(&stf).display().to_string();
        Trial::test(name, move || run(&stf))
    });
    libtest_mimic::run(&args, trials.collect()).exit();
}

fn program_of(stf: &Path) -> PathBuf {
    let exact = stf.with_extension("p4");
    if exact.exists() { exact } else { exact.with_extension("").with_extension("p4") }
}

fn run(stf: &Path) -> Result<(), Failed> {
    let mut compilation = of_file(&program_of(stf));
    let Ok(mut program) = compilation.elaborate().map(Arc::unwrap_or_clone) else {
        // Whether it should elaborate is another test's question.
        return Ok(());
    };
    let text = std::fs::read_to_string(stf).map_err(|e| e.to_string())?;
    let Some(before) = observe(&program, &text)? else {
        return Ok(());
    };
    for pass in passes::PASSES {
        let old = program.clone();
        (pass.run)(&mut program);
        let violations = validate::validate(&program);
        if let Some(first) = violations.first() {
            return Err(format!("after `{}`: {first}\n{}", pass.name, display(&program)).into());
        }
        let after = observe(&program, &text)?;
        if after.as_ref() != Some(&before) {
            let differs = after.iter().flatten().zip(&before).find(|(a, b)| a != b);
            return Err(format!(
                "`{}` changes the program: {differs:#?}\nbefore:\n{}\nafter:\n{}",
                pass.name,
                display(&old),
                display(&program)
            )
            .into());
        }
    }
    Ok(())
}

/// What can be seen of a program: the test's report, and what becomes of variations of its packets. None if the interpreter cannot
/// run it.
fn observe(program: &Program, text: &str) -> Result<Option<Vec<String>>, Failed> {
    let Ok(mut engine) = InterpEngine::new(program) else {
        return Ok(None);
    };
    let mut seen = vec![match run_stf(program, text, &mut engine) {
        Ok(report) => format!("{report} {:?}", report.checks),
        Err(error) => error.to_string(),
    }];
    let machine = engine.machine();
    let commands = stf::parse(text).unwrap_or_default();
    let mut random = 0x9e37_79b9_7f4a_7c15u64;
    for command in commands {
        let CommandKind::Packet { port, bytes } = command.kind else {
            continue;
        };
        for variation in 0..VARIATIONS {
            let mut packet = bytes.clone();
            vary(&mut packet, variation, &mut random);
            let Outcome { verdict, outputs, digests, .. } = machine.process(port, &packet);
            seen.push(format!("{packet:02x?} -> {verdict:?} {outputs:02x?} {digests:02x?}"));
        }
    }
    Ok(Some(seen))
}

/// The packet itself, a piece of it, or one with some bytes changed; the same ones in every run.
fn vary(packet: &mut Vec<u8>, variation: u64, random: &mut u64) {
    let mut next = |below: usize| {
        *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*random >> 33) as usize % below.max(1)
    };
    match variation {
        0 => {}
        1 | 2 => packet.truncate(next(packet.len())),
        3 => packet.extend((0..next(64)).map(|i| i as u8)),
        _ => {
            for _ in 0..variation - 3 {
                let at = next(packet.len());
                let value = next(256) as u8;
                if let Some(byte) = packet.get_mut(at) {
                    *byte = if value < 128 { *byte ^ (1 << (value % 8)) } else { value };
                }
            }
        }
    }
}
