// pass: states, keeps
#include <core.p4>
header h_t { bit<8> a; }
struct hs_t { h_t x; h_t y; h_t[2] st; }
parser P(packet_in p, out hs_t hs);
package top(P p);
parser MyP(packet_in p, out hs_t hs) {
    state start { p.extract(hs.x); transition select(hs.x.a) { 1: one; 2: two; } }
    state one { p.extract(hs.y); transition both; }
    state two { p.extract(hs.st.next); transition both; }
    state both { p.extract(hs.st.next); transition select(hs.st.last.a) { 3: both; _: accept; } }
}
top(MyP()) main;
