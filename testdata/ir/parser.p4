// elaborate: extraction, lookahead, selects, sub-parsers
#include <core.p4>
header h_t { bit<8> a; bit<8> b; }
header v_t { bit<8> len; varbit<64> rest; }
struct look_t { bit<4> hi; bit<12> lo; }
struct hs_t { h_t h; v_t v; h_t[2] stack; bit<8> seen; }
parser P(packet_in p, out hs_t hs, in bit<8> limit);
package top(P p);
parser Sub(packet_in p, inout h_t h)(bool more) {
    bit<8> n = 1;
    state start {
        p.extract(h);
        n = n + h.a;
        transition select(more, n) { (true, 5): again; (false, _): accept; default: reject; }
    }
    state again { verify(h.b != 0, error.NoMatch); transition accept; }
}
parser MyP(packet_in p, out hs_t hs, in bit<8> limit) {
    Sub(true) sub;
    Sub(false) other;
    value_set<bit<8>>(4) known;
    state start {
        look_t look = p.lookahead<look_t>();
        bit<32> left = p.length();
        p.advance(16);
        p.extract<h_t>(_);
        transition select(look.hi, look.lo[7:0], left) {
            (1, known, _): fixed;
            (2 &&& 3, 4 .. 9, _): variable;
            (_, limit, 7): fixed;
            default: loop;
        }
    }
    state fixed {
        sub.apply(p, hs.h);
        if (hs.h.isValid()) { other.apply(p, hs.h); }
        hs.seen = hs.h.a;
        transition accept;
    }
    state variable {
        p.extract(hs.v, (bit<32>) p.lookahead<bit<8>>() * 8);
        transition accept;
    }
    state loop {
        p.extract(hs.stack.next);
        hs.seen = (bit<8>) hs.stack.lastIndex;
        transition select(hs.stack.last.a) { 0: loop; _: accept; }
    }
}
top(MyP()) main;
