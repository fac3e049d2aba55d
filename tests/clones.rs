//! Clones that cannot be sent are lost, and counted, and none leaves as another than it was.
//!
//! Needs root and clang.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failing test may panic")]

use p4xdp::driver::Codegen;
use p4xdp_control::manifest::losses::Reason;
use p4xdp_packet_tests::engine::Engine;
use p4xdp_packet_tests::kernel::engine;
use p4xdp_packet_tests::loaded::Loaded;
use p4xdp_packet_tests::runner::run_entries;
use p4xdp_runtime::Object;
use p4xdp_test_support::needs::{Need, met};
use p4xdp_test_support::program::{generate, object, of_text};
use p4xdp_test_support::root;

/// A program on devices, with the lines of its packet test that make groups and sessions.
fn with_program(name: &str, text: &str, entries: &str, test: impl FnOnce(&mut Loaded)) {
    if !met(name, &[Need::Root]) {
        return;
    }
    let mut compilation = of_text(&format!("{name}.p4"), text);
    let program = compilation.elaborate().unwrap();
    let object = object(name, &generate(compilation, &Codegen::default()).unwrap());
    let mut engine = engine(&Object::open(&object.path).unwrap()).unwrap();
    engine.open_ports(&[0, 1, 2, 3, 4, 5, 6, 7]).unwrap();
    run_entries(&program, entries, &mut engine).unwrap();
    test(&mut engine);
}

/// Port and length of what leaves, and how many copies have been lost so far.
fn left(engine: &mut Loaded, packet: &[u8]) -> (Vec<(u32, usize)>, u64) {
    engine.inject(0, packet).unwrap();
    let mut left: Vec<(u32, usize)> =
        engine.collect().unwrap().iter().map(|output| (output.port, output.bytes.len())).collect();
    left.sort_unstable();
    let losses = engine.program().losses().unwrap();
    let of_copies = losses.packets.iter().find(|(reason, _)| *reason == Reason::Copy);
    (left, of_copies.unwrap().1)
}

#[test]
fn a_third_session_is_lost() {
    let file = root().join("testdata/packets/psa_clones_twice.p4");
    let (i2e, e2e, recirculate, e2e_again) = (1, 2, 4, 64);
    let entries = "mirroring_add 1 5\nmirroring_add 2 6\nmirroring_add 3 7\n";
    with_program("clones_third", &std::fs::read_to_string(file).unwrap(), entries, |engine| {
        let packet = |flags: u8| [&[0; 14][..], &[flags], &[0; 17]].concat();
        let (found, lost) = left(engine, &packet(i2e | e2e | recirculate));
        assert_eq!((found, lost), (vec![(4, 28), (5, 32), (6, 32)], 0));
        let (found, lost) = left(engine, &packet(i2e | e2e | recirculate | e2e_again));
        assert_eq!((found, lost), (vec![(4, 28), (5, 32), (6, 32)], 1));
    });
}

/// Ingress clones; each of the rounds after that takes a header of 300 bytes off.
const SHRINKS: &str = r"
#include <core.p4>
#include <v1model.p4>
header ask_t { bit<112> ethernet; bit<8> rounds; }
header big_t { bit<2400> bytes; }
struct headers_t { ask_t ask; big_t big; }
struct metadata_t { }
parser P(packet_in packet, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start { packet.extract(h.ask); packet.extract(h.big); transition accept; }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    apply {
        sm.egress_spec = 4;
        if (sm.instance_type == 0) { clone(CloneType.I2E, 1); }
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    apply {
        if (sm.instance_type == 1) { exit; }
        h.big.setInvalid();
        if (h.ask.rounds > 0) {
            h.ask.rounds = h.ask.rounds - 1;
            recirculate_preserving_field_list(0);
        }
    }
}
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out packet, in headers_t h) { apply { packet.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
";

#[test]
fn a_clone_of_which_too_little_is_kept_is_lost() {
    with_program("clones_shrink", SHRINKS, "mirroring_add 1 5\n", |engine| {
        let packet = |rounds: u8| [&[0; 14][..], &[rounds], &[7; 1000]].concat();
        assert_eq!(left(engine, &packet(0)), (vec![(4, 715), (5, 1015)], 0));
        // No round is parsed further than what is kept, but both together are.
        assert_eq!(left(engine, &packet(1)), (vec![(4, 415)], 1));
    });
}
