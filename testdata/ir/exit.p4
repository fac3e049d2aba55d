// elaborate: exit makes the copies out of all callers, also from the action of a table
#include <core.p4>
struct s_t { bit<8> x; bit<8> y; }
control C(inout s_t s);
package top(C c);

control Inner(inout bit<8> p, inout bit<8> q) {
    action leave() { p = 1; exit; }
    table t { key = { p : exact; } actions = { leave; } default_action = leave(); }
    apply {
        if (q == 1) { p = 9; exit; }
        t.apply();
        q = 2;
    }
}
control I(inout s_t s) {
    Inner() inner;
    action direct(inout bit<8> v) { v = 3; if (v == s.y) { exit; } v = 4; }
    apply {
        // The arguments overlap, so that both are copied.
        inner.apply(s.x, s.x);
        direct(s.y);
        s.x = 5;
    }
}
top(I()) main;
