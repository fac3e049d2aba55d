// elaborate: generic functions, structs, headers, parsers and packages, with and without type arguments
#include <core.p4>
extern T mixed<T>(in T a, in bit<8> b);
header h_t<T> { T a; bit<8> b; }
struct pair_t<T, U> { T left; U right; }
struct s_t { h_t<bit<8>> h; h_t<bit<16>> g; pair_t<bit<8>, bit<16>> p; bit<8> x; }
parser P<H>(packet_in p, out H s);
control C<H>(inout H s);
package top<H>(P<H> p, C<H> c);
T first<T, U>(in pair_t<T, U> p) { return p.left; }
T choose<T>(in bool c, in T a, in T b) { if (c) { return a; } return b; }
parser Sub<T>(packet_in p, out h_t<T> h) { state start { p.extract(h); transition accept; } }
parser MyP(packet_in p, out s_t s) {
    Sub<bit<8>>() eight;
    Sub<bit<16>>() sixteen;
    state start { eight.apply(p, s.h); sixteen.apply(p, s.g); transition accept; }
}
control I(inout s_t s) {
    apply {
        s.x = first(s.p);
        s.g.a = choose(s.x == 1, s.p.right, 7);
        s.x = mixed(s.x, 3);
        pair_t<bit<8>, bit<16>> swapped = { 1, 2 };
        s.p = swapped;
    }
}
top(MyP(), I()) main;
