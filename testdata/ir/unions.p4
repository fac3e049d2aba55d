// elaborate: what is extracted, assigned or made valid in a union makes the others invalid, and so does what becomes invalid
#include <core.p4>
header s_t { bit<8> v; }
header l_t { bit<16> v; }
header_union u_t { s_t s; l_t l; s_t t; }
struct hs_t { u_t u; u_t w; u_t[2] us; s_t h; bit<1> i; }
parser P(packet_in p, out hs_t hs);
control C(inout hs_t hs);
package top(P p, C c);
void take(inout s_t h) { h.v = h.v + 1; }
parser MyP(packet_in p, out hs_t hs) {
    state start { p.extract(hs.u.l); p.extract(hs.us.next.s); transition accept; }
}
control I(inout hs_t hs) {
    apply {
        hs.u.s = hs.h;
        hs.u.t = hs.u.s;
        hs.u.l = { 3 };
        hs.u.l.setInvalid();
        hs.w = hs.u;
        take(hs.u.s);
        hs.us[hs.i].l.setValid();
        if (hs.u.isValid() && hs.u != hs.w) { hs.us.push_front(1); }
    }
}
top(MyP(), I()) main;
