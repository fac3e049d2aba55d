// pass: validity, keeps
#include <core.p4>
extern void note(in bit<8> v);
extern void fill(out bit<8> v);
header h_t { bit<8> a; bit<8> b; }
struct s_t { h_t h; h_t g; h_t[2] st; bit<8> x; bit<8> y; bit<32> n; bool b; }
control C(inout s_t s);
package top(C c);
control I(inout s_t s) {
    action act() { s.h.setInvalid(); }
    table t { actions = { act; } default_action = act(); }
    apply {
        s.h.setValid();
        t.apply();
        if (s.h.isValid()) { note(1); }
        if (s.b) { s.g.setValid(); } else { s.g.setInvalid(); }
        if (s.g.isValid()) { note(s.g.a); }
        s.st[0].setValid();
        s.st[s.n].setInvalid();
        if (s.st[0].isValid()) { note(2); }
        for (bit<32> i = 0; i < s.n; i = i + 1) {
            if (s.h.isValid()) { note(s.h.a); }
            s.h.setInvalid();
        }
    }
}
top(I()) main;
