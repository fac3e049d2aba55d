//! Packets a second on the interpreter: `cargo bench --bench interp`. One item is one packet.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a bench that fails may stop")]

use p4xdp::driver::{Compilation, Options};
use p4xdp_midend::interp::Machine;
use p4xdp_midend::ir::{MatchKind, Program};
use p4xdp_packet_tests::engine::{ActionSpec, KeyMatch, TableEntry};
use std::path::Path;

fn main() {
    divan::main();
}

fn program(path: &str) -> Program {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let mut compilation = Compilation::new(Options { program, ..Options::default() });
    (*compilation.elaborate().unwrap()).clone()
}

/// The IPv4 router with 1,000 routes; each packet hits one.
#[divan::bench]
fn ipv4_router(bencher: divan::Bencher<'_, '_>) {
    let program = program("examples/router/router.p4");
    let mut machine = Machine::new(&program).unwrap();
    let table =
        program.tables.values().find(|t| t.keys.iter().any(|k| k.match_kind == MatchKind::Lpm)).unwrap();
    let action =
        table.actions.iter().map(|a| &program.actions[a.action]).max_by_key(|a| a.params.len()).unwrap();
    let args: Vec<_> = action.params.iter().map(|_| 1u8.into()).collect();
    for net in 0..1000u32 {
        let value = (0x0a00_0000 + (net << 8)).into();
        let entry = TableEntry {
            keys: vec![KeyMatch::Lpm { value, prefix_len: 24 }],
            priority: None,
            action: ActionSpec { name: action.name.clone(), args: args.clone() },
        };
        machine.insert(&table.name, &entry).unwrap();
    }
    let mut packet = vec![0u8; 64];
    packet[12..34].copy_from_slice(&[
        8, 0, 0x45, 0, 0, 50, 0, 1, 0, 0, 64, 17, 0x7c, 0xce, 192, 168, 0, 1, 10, 0, 3, 7,
    ]);
    let outcome = machine.process(0, &packet);
    assert_eq!(outcome.outputs.len(), 1, "{outcome:?}");
    bencher.counter(divan::counter::ItemsCount::new(1u32)).bench_local(|| machine.process(0, &packet));
}
