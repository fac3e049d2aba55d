// pass: leaves
#include <core.p4>
extern void note(in bit<8> v);
extern void fill(out bit<8> v);
header h_t { bit<8> a; bit<8> b; }
struct s_t { h_t h; h_t g; h_t[2] st; bit<8> x; bit<8> y; bit<32> n; bool b; }
control C(inout s_t s);
package top(C c);
bit<8> f(in bit<8> v) { if (v == 1) { return 2; } else if (v == 3) { return 4; } return 5; }
control Sub(inout bit<8> x) {
    action stop() { x = 9; exit; }
    apply {
        if (x == 7) { return; }
        x = x + 1;
        if (x == 8) { stop(); }
    }
}
control I(inout s_t s) {
    Sub() sub;
    action act() { if (s.x == 3) { s.x = 4; return; } s.x = 5; }
    table t { actions = { act; } default_action = act(); }
    apply {
        s.x = f(s.y);
        sub.apply(s.x);
        t.apply();
        if (s.x == 4) { note(1); exit; }
        note(3);
        if (s.b) { note(4); return; } else { note(5); }
        switch (s.y) { 1: { exit; } default: { note(6); exit; } }
    }
}
top(I()) main;
