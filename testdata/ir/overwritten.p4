// pass: overwritten
#include <core.p4>
extern void note(in bit<8> v);
header h_t { bit<8> a; bit<8> b; }
struct s_t { h_t h; bit<8> x; }
control C(inout s_t s);
package top(C c);
void clear(out bit<8> v, in bit<8> w) { v = w; }
control I(inout s_t s) {
    apply {
        clear(s.h.a, s.x);
        s.h.b = 1;
        if (s.x == 1) { s.x = 2; }
        s.h.b = s.h.a;
        s.h.a = 3;
        note(s.x);
        s.h.a = 4;
        s.h.b = 5;
        s.h.setInvalid();
    }
}
top(I()) main;
