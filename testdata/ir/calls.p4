// elaborate: arguments are copied in and out, unless the parameter can be the argument
#include <core.p4>
header h_t { bit<8> a; bit<8> b; }
struct s_t { h_t h; bit<8> x; bit<8> y; }
control C(inout s_t s);
package top(C c);

bit<8> twice(in bit<8> v) { return v + v; }
bit<8> smaller(in bit<8> p, in bit<8> q) { if (p < q) { return p; } return q; }
bit<8> bump(inout bit<8> v) { v = v + 1; return v; }
void swap(inout bit<8> p, inout bit<8> q) { bit<8> t = p; p = q; q = t; }
void make(out h_t h, in bit<8> v) { h.setValid(); h.a = v; }

control I(inout s_t s) {
    action set(inout bit<8> v, bit<8> d) { v = d + s.h.b; }
    apply {
        s.x = twice(s.y);
        s.x = smaller(s.h.a, 3);
        swap(s.x, s.y);
        swap(s.x, s.x);
        // The first argument is read before the second changes it.
        s.x = twice(s.y) + bump(s.y);
        make(s.h, s.h.b);
        set(s.x, 4);
        set(s.h.b, 4);
    }
}
top(I()) main;
