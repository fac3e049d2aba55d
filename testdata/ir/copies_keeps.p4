// pass: copies, keeps
#include <core.p4>
extern void note(in bit<8> v);
extern void fill(out bit<8> v);
header h_t { bit<8> a; bit<8> b; }
struct s_t { h_t h; h_t g; h_t[2] st; bit<8> x; bit<8> y; bit<32> n; bool b; }
control C(inout s_t s);
package top(C c);
control I(inout s_t s) {
    action act() { s.y = 1; s.h.setInvalid(); }
    table t { actions = { act; } default_action = act(); }
    apply {
        bit<8> a = s.y;
        bit<8> b = s.h.a;
        t.apply();
        note(a);
        note(b);
        s.x = s.y;
        fill(s.y);
        note(s.x);
        bit<8> c = s.x;
        for (bit<32> i = 0; i < s.n; i = i + 1) { note(c); s.x = s.x + 1; }
        if (s.b) { c = s.x; } else { c = s.y; }
        note(c);
    }
}
top(I()) main;
