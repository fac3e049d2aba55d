//! Transactions: random lists of changes of all kinds of objects, against a second instance of the program on which they are made one by one
//! ([`agreement`]), and what becomes of counts, rates and packets ([`atomicity`]).
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod agreement;
mod atomicity;

use p4xdp::driver::Codegen;
use p4xdp_runtime::Object;
use p4xdp_test_support::program::{generate, object, of_text};

/// One table of each storage, with counters, meters and idle times, a value set, cells of all kinds, a selector, groups and sessions.
const TEXT: &str = "#include <v1model.p4>
header h_t { bit<8> which; bit<8> a; bit<32> b; bit<16> c; bit<8> by; bit<40> pad; }
struct hs { h_t h; } struct ms { bit<8> colour; }
parser P(packet_in p, out hs h, inout ms m, inout standard_metadata_t s) {
    value_set<bit<8>>(4) known;
    state start {
        p.extract(h.h);
        transition select(h.h.which) { known: met; default: accept; }
    }
    state met { transition accept; }
}
control V(inout hs h, inout ms m) { apply { } }
control I(inout hs h, inout ms m, inout standard_metadata_t s) {
    direct_counter(CounterType.packets_and_bytes) hashed;
    direct_counter(CounterType.packets) tried;
    direct_counter(CounterType.packets) masked;
    direct_meter<bit<8>>(MeterType.packets) rates;
    counter(8, CounterType.packets_and_bytes) seen;
    meter(8, MeterType.bytes) policed;
    register<bit<48>>(8) last;
    action_selector(HashAlgorithm.crc32, 8, 14) ways;
    action set(bit<8> by) { h.h.by = by; }
    action read(bit<8> by) { h.h.by = by; rates.read(m.colour); }
    action far(bit<9> port, bit<16> group) { s.egress_spec = port; s.mcast_grp = group; }
    table of_hash {
        key = { h.h.a: exact; h.h.b: exact; }
        actions = { set; far; NoAction; }
        default_action = NoAction;
        counters = hashed;
        support_timeout = true;
        size = 12;
    }
    table of_array {
        key = { h.h.a: exact; }
        actions = { set; NoAction; }
        default_action = NoAction;
    }
    table of_trie {
        key = { h.h.b: lpm; }
        actions = { read; NoAction; }
        default_action = read(0);
        counters = tried;
        meters = rates;
        size = 12;
    }
    table of_masks {
        key = { h.h.b: ternary; h.h.c: range; }
        actions = { set; NoAction; }
        default_action = NoAction;
        counters = masked;
        support_timeout = true;
        size = 64;
    }
    table chosen {
        key = { h.h.a: exact; h.h.c: selector; }
        actions = { set; NoAction; }
        implementation = ways;
        size = 12;
    }
    apply {
        s.egress_spec = 1;
        seen.count((bit<32>)(h.h.a & 7));
        policed.execute_meter((bit<32>)(h.h.a & 7), m.colour);
        bit<48> old;
        last.read(old, (bit<32>)(h.h.a & 7));
        last.write((bit<32>)(h.h.a & 7), old + 1);
        of_hash.apply();
        of_array.apply();
        of_trie.apply();
        of_masks.apply();
        chosen.apply();
        clone(CloneType.I2E, 5);
    }
}
control E(inout hs h, inout ms m, inout standard_metadata_t s) { apply { } }
control C(inout hs h, inout ms m) { apply { } }
control D(packet_out p, in hs h) { apply { p.emit(h.h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;";

fn compiled() -> Object {
    let output = generate(of_text("transactions", TEXT), &Codegen::default()).unwrap();
    Object::open(&object("transactions", &output).path).unwrap()
}
