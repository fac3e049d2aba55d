//! Packets a second on the interpreter: `cargo bench --bench interp`. One item is one packet.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a bench that fails may stop")]

use p4xdp::driver::{Compilation, Options};
use p4xdp_control::view::MatchKind;
use p4xdp_midend::interp::Machine;
use p4xdp_midend::ir::Program;
use p4xdp_packet_tests::engine::{ActionCall, Entry, KeyMatch};
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
    let view = machine.view().clone();
    let table = view.tables.iter().find(|t| t.keys.iter().any(|k| k.match_kind == MatchKind::Lpm)).unwrap();
    let actions = view.actions_of(table);
    let action = (0..actions.len()).max_by_key(|at| actions[*at].params.len()).unwrap();
    let args = vec![1u8.into(); actions[action].params.len()];
    for net in 0..1000u32 {
        let value = (0x0a00_0000 + (net << 8)).into();
        let call = ActionCall { action, args: args.clone() };
        let entry = Entry::new(vec![KeyMatch::Prefix(value, 24)], None, call);
        machine.insert(table.name(), &entry).unwrap();
    }
    let mut packet = vec![0u8; 64];
    packet[12..34].copy_from_slice(&[
        8, 0, 0x45, 0, 0, 50, 0, 1, 0, 0, 64, 17, 0x7c, 0xce, 192, 168, 0, 1, 10, 0, 3, 7,
    ]);
    let outcome = machine.process(0, &packet);
    assert_eq!(outcome.outputs.len(), 1, "{outcome:?}");
    bencher.counter(divan::counter::ItemsCount::new(1u32)).bench_local(|| machine.process(0, &packet));
}
