// pass: constants
#include <core.p4>
extern void note(in bit<8> v);
extern void fill(out bit<8> v);
header h_t { bit<8> a; bit<8> b; }
struct s_t { h_t h; h_t g; h_t[2] st; bit<8> x; bit<8> y; bit<32> n; bool b; }
control C(inout s_t s);
package top(C c);
control I(inout s_t s) {
    bit<8> one = 1;
    action act(bit<8> d) { s.x = d; }
    table t { key = { s.x : exact; one : exact; } actions = { act; } default_action = act(1); }
    apply {
        bit<8> i = 1;
        s.y = one + s.x;
        // Both ways lead to the same value.
        if (s.b) { one = 1; note(3); } else { one = 1; }
        s.y = one;
        s.st[i].a = 4;
        t.apply();
        // The table changes s.x alone.
        s.y = one;
        switch (one) { 1: { note(1); } 2: { note(2); } }
        if (one == 1) { note(4); } else { note(5); }
    }
}
top(I()) main;
