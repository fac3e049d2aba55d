// pass: states
#include <core.p4>
header h_t { bit<8> a; }
struct hs_t { h_t x; h_t y; h_t z; }
parser P(packet_in p, out hs_t hs);
package top(P p);
parser MyP(packet_in p, out hs_t hs)(bit<8> k) {
    state start { p.extract(hs.x); transition middle; }
    state middle { transition more; }
    state more { p.extract(hs.y); transition select(k) { 4: last; 5: never; _: never; } }
    state last { transition select(hs.y.a, k) { (1, 4): end; (_, 5): never; (2, _): end; default: end; } }
    state never { p.extract(hs.z); transition accept; }
    state end { transition accept; }
}
top(MyP(4)) main;
