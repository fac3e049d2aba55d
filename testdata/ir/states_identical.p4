// pass: states
#include <core.p4>
header h_t { bit<8> a; }
struct hs_t { h_t x; h_t y; h_t z; h_t[2] st; }
parser P(packet_in p, out hs_t hs);
package top(P p);
parser MyP(packet_in p, out hs_t hs) {
    state start {
        p.extract(hs.x);
        transition select(hs.x.a) { 1: first; 2: second; 3: fill; 4: refill; 5: left; 6: right; default: reject; }
    }
    // The same, and their successors are the same once these are one.
    state first { p.extract(hs.y); transition select(hs.y.a) { 1 .. 3: one; default: accept; } }
    state second { p.extract(hs.y); transition select(hs.y.a) { 1 .. 3: other; default: accept; } }
    state one { verify(hs.y.a == 2, error.NoMatch); transition last; }
    state other { verify(hs.y.a == 2, error.NoMatch); transition end; }
    state last { p.extract(hs.z); transition accept; }
    state end { p.extract(hs.z); transition accept; }
    // Loops, one of which takes two states for a round.
    state fill { p.extract(hs.st.next); transition select(hs.st.last.a) { 0: fill; default: accept; } }
    state refill { p.extract(hs.st.next); transition select(hs.st.last.a) { 0: fill_again; default: accept; } }
    state fill_again { p.extract(hs.st.next); transition select(hs.st.last.a) { 0: refill; default: accept; } }
    // A select whose cases come to one.
    state left { transition select(hs.x.a) { 7: last; default: end; } }
    state right { p.extract(hs.z); transition accept; }
}
top(MyP()) main;
