//! Generated programs do in the kernel what the interpreter does: each program of `testdata/holding` with the packets named in its comments, and their
//! beginnings; for both ways of holding headers, before and after the mid-end's passes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test"
)]

use p4xdp::backend::Holding;
use p4xdp::driver::{Codegen, Compilation, Options};
use p4xdp_midend::interp::{Machine, Verdict};
use p4xdp_test_support::bpftool::{load, privileged};
use p4xdp_test_support::program::{findings, generate, object};
use p4xdp_test_support::{files, root};
use std::path::Path;

/// Shortest packet that a test run takes.
const SHORTEST: usize = 14;

#[test]
fn kernel_and_interpreter_agree() {
    let programs = files(&root().join("testdata/holding"), "p4");
    assert!(!programs.is_empty());
    let mut checked = 0;
    for file in programs {
        let packets = packets(&std::fs::read_to_string(&file).unwrap());
        for holding in [Holding::Local, Holding::Shared] {
            for unoptimised in [true, false] {
                checked += agree(&file, unoptimised, holding, &packets);
            }
        }
    }
    println!("{checked} packets agree");
}

/// The packets that comments name, and what is left of them when they are cut.
fn packets(text: &str) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for line in text.lines().filter_map(|l| l.strip_prefix("// packet ")) {
        let digits: Vec<u32> = line.chars().filter_map(|c| c.to_digit(16)).collect();
        let bytes: Vec<u8> = digits.chunks_exact(2).map(|d| (d[0] * 16 + d[1]) as u8).collect();
        for length in (SHORTEST..bytes.len()).step_by(5) {
            all.push(bytes[..length].to_vec());
        }
        all.push(bytes);
    }
    all
}

fn agree(file: &Path, unoptimised: bool, holding: Holding, packets: &[Vec<u8>]) -> usize {
    let stem = file.file_stem().unwrap().to_string_lossy();
    let name = &format!("{stem}_{}_{holding:?}", if unoptimised { "plain" } else { "optimised" });
    let options = Options { program: file.to_owned(), unoptimised, ..Options::default() };
    let mut compilation = Compilation::new(options);
    let program = compilation.elaborate().unwrap_or_else(|_| panic!("{}", findings(&compilation)));
    let codegen = Codegen { holding: Some(holding), ..Codegen::default() };
    let output = generate(compilation, &codegen).unwrap_or_else(|e| panic!("{name}: {e}"));
    let object = object(name, &output);
    if !privileged() {
        return 0;
    }
    let loaded = load(name, &object.path);
    let mut machine = Machine::new(&program).unwrap();
    for packet in packets {
        let outcome = machine.process(0, packet);
        let wanted = match outcome.verdict {
            Verdict::Aborted => 0,
            Verdict::Dropped => 1,
            Verdict::Passed => 2,
            Verdict::Forwarded => 3,
            Verdict::Failed(why) => panic!("{name}: {why}"),
        };
        let bytes = outcome.outputs.first().map(|o| o.bytes.clone()).unwrap_or_default();
        let (verdict, result) = loaded.run(packet);
        // The kernel leaves no packet shorter than an Ethernet header.
        if verdict == 0 && bytes.len() < SHORTEST {
            continue;
        }
        assert_eq!(verdict, wanted, "{name}: verdict on {packet:02x?}");
        if wanted >= 2 {
            assert_eq!(result, bytes, "{name}: what becomes of {packet:02x?}");
        }
    }
    packets.len()
}
