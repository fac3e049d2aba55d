// pass: unroll
#include <core.p4>
header m_t { bit<7> label; bit<1> last; }
header h_t { bit<8> a; }
struct hs_t { m_t[2] m; h_t h; }
parser P(packet_in p, out hs_t hs);
package top(P p);
parser MyP(packet_in p, out hs_t hs) {
    state start { transition mpls; }
    state mpls {
        p.extract(hs.m.next);
        transition select(hs.m.last.last) { 0: mpls; 1: rest; }
    }
    state rest { p.extract(hs.h); transition accept; }
}
top(MyP()) main;
