// elaborate: selects by values, masks, ranges, empty ranges, value sets of structs, keysets that are not constant
#include <core.p4>
struct key_t { bit<8> a; @match(ternary) bit<4> b; @match(lpm) bit<16> c; }
header h_t { bit<8> a; bit<4> b; bit<4> d; bit<16> c; int<8> e; }
struct hs_t { h_t h; }
parser P(packet_in p, out hs_t hs, in bit<8> limit);
package top(P p);
const bit<8> MASK = 0xf0;
parser MyP(packet_in p, out hs_t hs, in bit<8> limit) {
    value_set<key_t>(8) rules;
    @name("kinds") value_set<bit<4>>(2) some;
    state start {
        p.extract(hs.h);
        transition select(hs.h.a, hs.h.b, hs.h.c) { rules: accept; (1, some, _): more; (_, 3, default): more; _: more; }
    }
    state more {
        transition select(hs.h.a, hs.h.e) {
            (0x10 &&& MASK, -3): accept;
            (2 .. 9, -8 .. 4): start;
            (9 .. 2, _): accept;
            (limit, 1): accept;
            (limit &&& 0x0f, _): reject;
            (1 .. limit, 5 &&& 7): accept;
        }
    }
}
top(MyP()) main;
