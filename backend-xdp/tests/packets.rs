//! Generated programs do in the kernel what the interpreter does: each `packets/*.p4` with the packets named in its comments, and their
//! beginnings; for both ways of holding headers, before and after the mid-end's passes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test"
)]
mod support;

use p4xdp_backend_xdp::{Holding, Options, compile};
use p4xdp_frontend::diagnostic::Diagnostics;
use p4xdp_frontend::source::{FileSystem, SourceMap};
use p4xdp_midend::interp::{Machine, Verdict};
use p4xdp_midend::ir::Program;
use std::path::Path;
use support::{load, object, privileged, run};

/// Shortest packet that a test run takes.
const SHORTEST: usize = 14;

#[test]
fn kernel_and_interpreter_agree() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packets");
    let mut files: Vec<_> = std::fs::read_dir(directory).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    let mut checked = 0;
    for file in files {
        let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
        let program =
            p4xdp_frontend::analyze(&file, &Default::default(), &FileSystem, &mut sources, &mut sink)
                .and_then(|hir| p4xdp_midend::elaborate::elaborate(&hir, &mut sink))
                .unwrap_or_else(|_| panic!("{}: {:?}", file.display(), sink.iter().collect::<Vec<_>>()));
        let packets = packets(&std::fs::read_to_string(&file).unwrap());
        let mut optimised = program.clone();
        p4xdp_midend::passes::run(&mut optimised);
        for holding in [Holding::Local, Holding::Shared] {
            for (passes, generated) in [("plain", &program), ("optimised", &optimised)] {
                let stem = file.file_stem().unwrap().to_string_lossy();
                checked +=
                    agree(&format!("{stem}_{passes}_{holding:?}"), &program, generated, holding, &packets);
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

fn agree(name: &str, program: &Program, generated: &Program, holding: Holding, packets: &[Vec<u8>]) -> usize {
    let mut sink = Diagnostics::new();
    let options = Options { source: "packets.p4", holding: Some(holding), ..Options::default() };
    let output = compile(generated, &options, &mut sink)
        .unwrap_or_else(|_| panic!("{name}: {:?}", sink.iter().collect::<Vec<_>>()));
    let object = object(name, &output);
    if !privileged() {
        return 0;
    }
    let loaded = load(name, &object);
    let mut machine = Machine::new(program).unwrap();
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
        let (verdict, result) = run(&loaded, packet);
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
