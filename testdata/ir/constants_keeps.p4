// pass: constants, keeps
#include <core.p4>
extern void note(in bit<8> v);
extern void fill(out bit<8> v);
header h_t { bit<8> a; bit<8> b; }
struct s_t { h_t h; h_t g; h_t[2] st; bit<8> x; bit<8> y; bit<32> n; bool b; }
control C(inout s_t s);
package top(C c);
control I(inout s_t s) {
    bit<8> changed = 1;
    action act(bit<8> d) { changed = d; }
    table t { key = { s.x : exact; } actions = { act; } default_action = act(1); }
    apply {
        t.apply();
        s.y = changed;
        if (s.b) { s.x = 1; } else { s.x = 2; }
        s.y = s.x;
        fill(s.x);
        s.y = s.x;
        s.x = 3;
        for (bit<32> i = 0; i < s.n; i = i + 1) { note(s.x); s.x = s.x + 1; }
        s.y = s.x;
        s.h.a = 5;
        s.y = s.h.a;
    }
}
top(I()) main;
