// Ids that control planes cannot have: another kind's, one that there is, none.
#include <core.p4>
#include <v1model.p4>
@controller_header("packet_in")
header packet_in_t { @id(2) bit<8> a; @id(2) bit<8> b; }   // error[E0407]
struct H { packet_in_t h; }
struct M { bit<8> a; bit<8> b; }
parser P(packet_in p, out H h, inout M m, inout standard_metadata_t s) { state start { m.a = 1; m.b = 2; transition accept; } }
control C(inout H h, inout M m) { apply {} }
control I(inout H h, inout M m, inout standard_metadata_t s) {
    @id(0x16000001) counter(4, CounterType.packets) c;     // error[E0407]
    @id(7) action a(@id(0) bit<8> x) { m.a = x; }          // error[E0407]
    @id(0x01000007) action b() { m.a = 2; }                // error[E0407]
    @id(5) table t {
        key = { m.a: exact @id(1); m.b: exact @id(1); }    // error[E0407]
        actions = { a; b; NoAction; }
    }
    @id(0x01000006) table u {                              // error[E0407]
        key = { m.a: exact; }
        actions = { NoAction; }
    }
    @id(0x02000005) table v { key = { m.a: exact; } actions = { NoAction; } }    // error[E0407]
    apply { c.count(1); t.apply(); u.apply(); v.apply(); }
}
control E(inout H h, inout M m, inout standard_metadata_t s) { apply {} }
control D(packet_out p, in H h) { apply {} }
V1Switch(P(), C(), I(), E(), C(), D()) main;
