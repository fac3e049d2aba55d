// pass: unroll, keeps: no stack bounds these loops
#include <core.p4>
header h_t { bit<8> a; }
struct hs_t { h_t x; h_t y; h_t[2] st; }
parser P(packet_in p, out hs_t hs);
package top(P p);
parser MyP(packet_in p, out hs_t hs) {
    state start { p.extract(hs.x); transition select(hs.x.a) { 1: start; 2: other; _: accept; } }
    state other { p.extract(hs.st.next); hs.st.pop_front(1); transition select(hs.st[0].a) { 1: other; _: accept; } }
}
top(MyP()) main;
