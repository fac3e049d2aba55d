// pass: overwritten
#include <core.p4>
extern void note(in bit<8> v);
extern bit<8> draw();
header h_t { bit<8> a; bit<8> b; bit<8> c; }
struct s_t { h_t h; h_t g; h_t i; bit<8> x; bool b; }
control C(inout s_t s);
package top(C c);
void clear(out bit<8> v, in bit<8> w) { v = w; }
control I(inout s_t s) {
    action twice(bit<8> v) { s.h.c = v; s.h.c = 9; }
    // What follows the table overwrites it.
    action over() { s.g.a = s.x; }
    table t { actions = { twice; over; } default_action = over(); }
    apply {
        // In one block.
        clear(s.h.a, s.x);
        note(s.h.a);
        // Behind branches.
        s.h.b = 1;
        if (s.x == 1) { s.x = 2; }
        s.h.b = s.h.a;
        // On every way.
        s.h.a = 4;
        if (s.b) { s.h.a = 5; } else { s.h.a = 6; exit; }
        s.h.a[7:4] = 2;
        switch (s.x) {
            1: { s.h.a = 7; }
            2: { s.x = 3; s.h.a = draw(); }
            default: { s.h = s.i; }
        }
        // Before a table whose actions do not read it.
        s.g.a = 8;
        t.apply();
        s.g.a = 9;
        // With its header.
        s.i.a = 10;
        s.i.b = s.h.b;
        if (s.b) { s.i.setInvalid(); } else { s.x = 1; s.i = s.h; }
    }
}
top(I()) main;
