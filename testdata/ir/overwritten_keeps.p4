// pass: overwritten, keeps
#include <core.p4>
extern void note(in bit<8> v);
extern void fill(out bit<8> v);
header h_t { bit<8> a; bit<8> b; }
struct s_t { h_t h; h_t g; h_t[2] st; bit<8> x; bit<8> y; bit<32> n; bool b; }
control C(inout s_t s);
package top(C c);
control I(inout s_t s) {
    action act() { s.y = s.h.a; }
    table t { actions = { act; } default_action = act(); }
    apply {
        s.h.a = 1;
        s.y = s.h.a;
        s.h.a = 2;
        t.apply();
        s.h.a = 3;
        if (s.b) { exit; }
        s.h.a = 4;
        s.h.a[3:0] = s.x[3:0];
        s.h.a = s.h.a + 1;
        s.st[0].a = 5;
        s.y = s.st[s.n].a;
        s.st[0].a = 6;
        s.h.b = 7;
        if (s.b) { s.h.b = 8; }
    }
}
top(I()) main;
