// Signed numbers of more bits than XDP computes with, which the control plane gives.
#include <core.p4>
#include <v1model.p4>
header h_t { int<160> a; int<160> b; bit<8> less; }
struct hs { h_t h; }
struct ms { }
parser P(packet_in p, out hs h, inout ms m, inout standard_metadata_t s) { state start { p.extract(h.h); transition accept; } }
control V(inout hs h, inout ms m) { apply { } }
control I(inout hs h, inout ms m, inout standard_metadata_t s) {
    action compare(int<160> with) { // error[E0512]
        if (with < h.h.a) { h.h.less = 1; } // error[E0512]
    }
    table t { key = { h.h.less: exact; } actions = { compare; } default_action = compare(1); }
    apply { t.apply(); }
}
control E(inout hs h, inout ms m, inout standard_metadata_t s) { apply { } }
control C(inout hs h, inout ms m) { apply { } }
control D(packet_out p, in hs h) { apply { p.emit(h.h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
