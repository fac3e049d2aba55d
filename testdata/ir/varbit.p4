// elaborate: varbit fields: extraction, copies, comparison, emission
#include <core.p4>
header v_t { bit<8> len; varbit<64> rest; bit<8> tail; }
struct hs_t { v_t a; v_t b; bit<8> x; }
parser P(packet_in p, out hs_t hs);
control C(inout hs_t hs, packet_out p);
package top(P p, C c);
parser MyP(packet_in p, out hs_t hs) {
    state start {
        p.extract(hs.a, 16);
        p.extract(hs.b, ((bit<32>) hs.a.len) << 3);
        transition accept;
    }
}
control I(inout hs_t hs, packet_out p) {
    apply {
        hs.a.rest = hs.b.rest;
        if (hs.a.rest == hs.b.rest) { hs.b = hs.a; }
        if (hs.a == hs.b) { hs.x = 1; }
        p.emit(hs.a);
    }
}
top(MyP(), I()) main;
