// pass: leaves, keeps
#include <core.p4>
extern void note(in bit<8> v);
extern void fill(out bit<8> v);
header h_t { bit<8> a; bit<8> b; }
struct s_t { h_t h; h_t g; h_t[2] st; bit<8> x; bit<8> y; bit<32> n; bool b; }
control C(inout s_t s);
package top(C c);
control I(inout s_t s) {
    action leave() { s.x = 1; exit; }
    table t { actions = { leave; } default_action = leave(); }
    apply {
        for (bit<32> i = 0; i < s.n; i = i + 1) {
            if (s.x == 1) { break; }
            note(1);
        }
        // Without the jump the last statement would have to be written twice.
        if (s.b) {
            if (s.x == 2) { return; }
            note(2);
        }
        // From within the action.
        t.apply();
        note(3);
    }
}
top(I()) main;
