// pass: unroll: what is behind a sub-parser is no copy an element, though the index is copied out
#include <core.p4>
header m_t { bit<7> label; bit<1> last; }
header h_t { bit<8> a; }
struct hs_t { m_t[2] m; h_t h; }
parser P(packet_in p, out hs_t hs);
package top(P p);
parser Labels(packet_in p, out m_t[2] m) {
    state start {
        p.extract(m.next);
        transition select(m.last.last) { 0: start; 1: accept; }
    }
}
parser MyP(packet_in p, out hs_t hs) {
    Labels() labels;
    state start { labels.apply(p, hs.m); p.extract(hs.h); transition accept; }
}
top(MyP()) main;
