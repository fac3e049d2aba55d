#include <core.p4>
#include <v1model.p4>
struct H {}
struct M { bit<8> a; }
parser P(packet_in p, out H h, inout M m, inout standard_metadata_t s) { state start { m.a = 1; transition accept; } }
control C(inout H h, inout M m) { apply {} }
control I(inout H h, inout M m, inout standard_metadata_t s) {
    @id(0x02000005) table t { key = { m.a: exact; } actions = { NoAction; } }
    @id(0x01000006) table u { key = { m.a: exact; } actions = { NoAction; } }
    apply { t.apply(); u.apply(); }
}
control E(inout H h, inout M m, inout standard_metadata_t s) { apply {} }
control D(packet_out p, in H h) { apply {} }
V1Switch(P(), C(), I(), E(), C(), D()) main;
