// elaborate: next, last and lastIndex; push_front and pop_front; computed and constant indices; stacks as values
#include <core.p4>
header h_t { bit<8> a; }
struct hs_t { h_t[3] st; h_t[3] tt; bit<8> x; bit<2> i; }
parser P(packet_in p, out hs_t hs);
control C(inout hs_t hs);
package top(P p, C c);
parser MyP(packet_in p, out hs_t hs) {
    state start {
        p.extract(hs.st.next);
        hs.st.push_front(1);
        hs.st.next.a = 4;
        hs.x = hs.st.last.a + (bit<8>) hs.st.lastIndex;
        hs.tt = hs.st;
        p.extract(hs.st[hs.i]);
        transition select(hs.st.last.a, hs.st.lastIndex) { (1, 2): start; _: accept; }
    }
}
control I(inout hs_t hs) {
    apply {
        // Out of range: there is no such element, so that reads give zero and writes do nothing.
        hs.st[hs.i].a = hs.tt[hs.i].a;
        hs.st[hs.x] = hs.st[1];
        hs.st[hs.i + 1].setValid();
        if (hs.st[hs.x].isValid()) { hs.st.pop_front(2); }
        hs.x = (bit<8>) hs.st.size;
        hs.st = (h_t[3]) { { 1 }, (h_t) {#}, { hs.st[0].a } };
        if (hs.st == hs.tt) { hs.tt = hs.st; }
    }
}
top(MyP(), I()) main;
