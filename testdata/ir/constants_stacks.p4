// pass: constants: the elements of a stack that next_index names
#include <core.p4>
header h_t { bit<8> a; }
header v_t { varbit<32> v; }
struct hs_t { h_t x; h_t y; h_t[2] st; v_t[1] vs; }
parser P(packet_in p, out hs_t hs);
package top(P p);
parser MyP(packet_in p, out hs_t hs) {
    state start { p.extract(hs.st.next); p.extract(hs.st.next); transition select(hs.st.last.a) { 1: push; _: over; } }
    state push { hs.st.push_front(1); hs.st[0].setValid(); transition select(hs.st.lastIndex) { 1: accept; _: reject; } }
    state over { p.extract(hs.vs.next, 16); p.extract(hs.st.next); transition accept; }
}
top(MyP()) main;
