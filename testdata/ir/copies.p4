// pass: copies
#include <core.p4>
extern void note(in bit<8> v);
extern void fill(out bit<8> v);
header h_t { bit<8> a; bit<8> b; }
struct s_t { h_t h; h_t g; h_t[2] st; bit<8> x; bit<8> y; bit<32> n; bool b; }
control C(inout s_t s);
package top(C c);
control I(inout s_t s) {
    apply {
        bit<8> copy = s.h.a;
        bit<8> again = copy;
        s.y = copy + again;
        s.x = s.y;
        if (s.x == 1) { note(s.x); }
        // The copy outlives what it was copied from.
        s.h.a = 0;
        s.x = copy;
        bit<8> old = s.y;
        s.y = 2;
        s.x = old;
    }
}
top(I()) main;
