// pass: states, keeps
#include <core.p4>
header h_t { bit<8> a; }
struct hs_t { h_t x; h_t y; h_t z; h_t[2] st; }
parser P(packet_in p, out hs_t hs);
package top(P p);
parser MyP(packet_in p, out hs_t hs) {
    state start { p.extract(hs.x); transition select(hs.x.a) { 1: one; 2: two; 3: low; 4: high; 5: wrong; 6: late; } }
    state one { p.extract(hs.y); transition both; }
    state two { p.extract(hs.st.next); transition both; }
    state both { p.extract(hs.st.next); transition select(hs.st.last.a) { 3: both; _: accept; } }
    // Other keysets.
    state low { p.extract(hs.y); transition select(hs.y.a) { 0 .. 3: one; _: accept; } }
    state high { p.extract(hs.y); transition select(hs.y.a) { 0 .. 4: one; _: accept; } }
    // Other errors, two states away.
    state wrong { p.extract(hs.z); transition select(hs.z.a) { 1: is_wrong; _: accept; } }
    state late { p.extract(hs.z); transition select(hs.z.a) { 1: is_late; _: accept; } }
    state is_wrong { verify(hs.z.a == hs.x.a, error.NoMatch); transition select(hs.x.a) { 5: accept; _: reject; } }
    state is_late { verify(hs.z.a == hs.x.a, error.ParserTimeout); transition select(hs.x.a) { 5: accept; _: reject; } }
}
top(MyP()) main;
