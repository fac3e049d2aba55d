// pass: propagate
#include <core.p4>
header h_t { bit<8> a; bit<8> b; }
struct s_t { h_t h; h_t g; h_t[2] st; bit<8> x; bit<8> y; }
parser P(packet_in p, out s_t s);
control C(inout s_t s);
package top(P p, C c);
parser MyP(packet_in p, out s_t s) {
    state start { p.extract(s.h); p.extract(s.st.next); p.extract(s.st.next); s.x = s.st.last.a; transition select(s.x) { 1: more; _: accept; } }
    state more { if (s.h.isValid() && !s.g.isValid()) { s.y = 1; } transition accept; }
}
control I(inout s_t s) {
    bit<8> one = 1;
    action act(bit<8> d) { s.x = d; }
    table t { key = { s.x : exact; } actions = { act; } default_action = act(1); }
    apply {
        bit<8> copy = s.h.a;
        s.y = copy + one;
        if (s.h.isValid()) { s.g.setInvalid(); one = 1; } else { s.x = s.h.b; one = 1; }
        s.y = one + s.g.a;
        s.g.a = 4;
        s.x = 5;
        t.apply();
        s.y = s.x;
        s.h.a = 0;
        s.y = copy;
    }
}
top(MyP(), I()) main;
