#include <core.p4>
#include <v1model.p4>
struct H {}
struct M { bit<8> a; bit<8> b; }
parser P(packet_in p, out H h, inout M m, inout standard_metadata_t s) { state start { m.a = 1; transition accept; } }
control C(inout H h, inout M m) { apply {} }
control I(inout H h, inout M m, inout standard_metadata_t s) {
    action set(bit<8> v) { m.b = v; }
    @lru table prefixes { key = { m.a: lpm; } actions = { set; } }
    @lru table constants { key = { m.a: exact; } actions = { set; } const entries = { 1: set(2); } }
    @lru(7) table sized { key = { m.a: exact; } actions = { set; } }
    @lru table none { actions = { set; } default_action = set(1); }
    @lru table initial { key = { m.a: exact; } actions = { set; } entries = { const 1: set(2); 2: set(3); } }
    @lru table right { key = { m.a: exact; } actions = { set; } }
    apply { prefixes.apply(); constants.apply(); sized.apply(); none.apply(); initial.apply(); right.apply(); }
}
control E(inout H h, inout M m, inout standard_metadata_t s) { apply {} }
control D(packet_out p, in H h) { apply {} }
V1Switch(P(), C(), I(), E(), C(), D()) main;
