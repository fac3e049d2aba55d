// pass: overwritten, keeps
#include <core.p4>
extern void note(in bit<8> v);
extern void fill(inout bit<8> v);
header h_t { bit<8> a; bit<8> b; }
struct s_t { h_t h; h_t g; h_t[2] st; bit<8> x; bit<8> y; bit<32> n; bool b; }
control C(inout s_t s);
package top(C c);
control I(inout s_t s) {
    action act() { s.y = s.h.a; }
    table t { actions = { act; } default_action = act(); }
    action leaves() { if (s.b) { exit; } }
    table u { actions = { leaves; } default_action = leaves(); }
    // What it stores is overwritten behind one application only.
    action stores() { s.g.b = s.x; }
    table v { actions = { stores; } default_action = stores(); }
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
        u.apply();
        s.h.a = 5;
        fill(s.h.a);
        s.h.a = 6;
        s.st[0].a = 5;
        s.y = s.st[s.n].a;
        s.st[0].a = 6;
        s.st.push_front(1);
        s.st[0].setValid();
        s.st[0].a = 7;
        s.h.b = 7;
        if (s.b) { s.h.b = 8; }
        v.apply();
        if (s.b) { v.apply(); s.g.b = 9; }
        for (bit<8> i in 0 .. s.x) {
            s.g.a = i;
            if (s.b) { break; }
            s.g.a = s.y;
            note(s.g.a);
        }
    }
}
top(I()) main;
