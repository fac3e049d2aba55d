// pass: dead
#include <core.p4>
extern void note(in bit<8> v);
struct s_t { bit<8> x; bit<8> y; }
control C(inout s_t s);
package top(C c);
control I(inout s_t s) {
    action act() { s.y = 1; }
    table t { key = { s.x : exact; } actions = { act; } default_action = act(); }
    apply {
        bit<8> a = 1;
        bit<8> b;
        bit<8> unused = s.x;
        b = 2;
        s.x = b;
        s.x = 3;
        if (s.y == 1) { a = 4; } else { a = 5; note(b); }
        if (t.apply().hit) { note(a); }
    }
}
top(I()) main;
