//! Action profiles and selectors: the interpreter and the kernel through random changes ([`agreement`]), what changes and what is wrong
//! ([`changes`]), several programs whose members and groups live on in one ([`several`]), ports that members of groups watch ([`watched`]), and the command
//! line ([`commands`]).
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod agreement;
mod changes;
mod commands;
mod several;
mod watched;

use p4xdp_packet_tests::engine::{ActionCall, KeyMatch};
use p4xdp_runtime::load::load_detached;
use p4xdp_runtime::{Object, Program};
use p4xdp_test_support::program::{generate, object, of_text};

/// One table of each storage, and one without keys to match. Tables that share a profile list other actions, or in another order. `by` tells what ran.
const TEXT: &str = "#include <v1model.p4>
header h_t { bit<8> which; bit<8> a; bit<32> b; bit<4> c; bit<12> d; bit<8> pad; bit<32> by; bit<8> ran; }
header o_t { bit<16> more; }
struct hs { h_t h; o_t o; } struct ms { }
parser P(packet_in p, out hs h, inout ms m, inout standard_metadata_t s) {
    state start {
        p.extract(h.h);
        transition select(h.h.a) { 0x80 &&& 0x80: more; default: accept; }
    }
    state more { p.extract(h.o); transition accept; }
}
control V(inout hs h, inout ms m) { apply { } }
control I(inout hs h, inout ms m, inout standard_metadata_t s) {
    action set(bit<32> by) { h.h.by = by; }
    action add(bit<16> to, bit<3> times) { h.h.by = h.h.by + (bit<32>)to; h.h.c = (bit<4>)times; }
    action leave() { h.h.by = 7; exit; }
    direct_counter(CounterType.packets_and_bytes) of_hashed;
    direct_counter(CounterType.packets_and_bytes) of_masked;
    action_profile(12) plain;
    action_selector(HashAlgorithm.crc32, 9, 14) crc;
    @max_group_size(5) action_selector(HashAlgorithm.identity, 10, 64) same;
    table of_array {
        key = { h.h.a: exact; }
        actions = { set; add; @defaultonly NoAction; }
        implementation = plain;
        default_action = NoAction;
    }
    table of_hash {
        key = { h.h.b: exact; h.h.a: exact; }
        actions = { add; set; leave; }
        implementation = plain;
        const default_action = set(3);
        counters = of_hashed;
        size = 6;
    }
    table of_trie {
        key = { h.h.d: selector; h.h.b: lpm; h.o.more: selector; }
        actions = { set; add; leave; NoAction; }
        implementation = crc;
        default_action = set(5);
    }
    table of_masks {
        key = { h.h.c: ternary; h.o.more: selector; h.h.a: optional; h.h.d: selector; }
        actions = { leave; add; }
        implementation = crc;
        const default_action = add(4, 2);
        counters = of_masked;
    }
    table alone {
        key = { h.h.d: selector; h.h.c: selector; }
        actions = { add; set; }
        implementation = same;
        default_action = add(1, 1);
    }
    table constant {
        key = { h.h.c: exact; h.h.d: selector; }
        actions = { set; add; }
        implementation = same;
        const entries = { (1, 5): set(9); (2, _): add(1, 1); }
        const default_action = set(6);
    }
    apply {
        s.egress_spec = 1;
        bool hit = false;
        if (h.h.which == 0) { hit = of_array.apply().hit; }
        if (h.h.which == 1) { hit = of_hash.apply().hit; }
        if (h.h.which == 2) { switch (of_trie.apply().action_run) { set: { h.h.ran = 1; } add: { h.h.ran = 2; } NoAction: { h.h.ran = 3; } default: { h.h.ran = 4; } } }
        if (h.h.which == 3) { hit = of_masks.apply().hit; }
        if (h.h.which == 4) { switch (alone.apply().action_run) { set: { h.h.ran = 5; } add: { h.h.ran = 6; } default: { h.h.ran = 9; } } }
        if (h.h.which == 5) { hit = constant.apply().hit; }
        if (hit) { h.h.ran = 8; }
    }
}
control E(inout hs h, inout ms m, inout standard_metadata_t s) { apply { } }
control C(inout hs h, inout ms m) { apply { } }
control D(packet_out p, in hs h) { apply { p.emit(h.h); p.emit(h.o); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;";

fn exact(value: u32) -> KeyMatch {
    KeyMatch::Exact(value.into())
}

fn loaded(name: &str) -> Program {
    let output = generate(of_text(name, TEXT), &p4xdp::driver::Codegen::default()).unwrap();
    let object = object(name, &output);
    load_detached(&Object::open(&object.path).unwrap(), 0).unwrap()
}

fn call(action: usize, args: &[u32]) -> ActionCall {
    ActionCall { action, args: args.iter().map(|arg| (*arg).into()).collect() }
}
