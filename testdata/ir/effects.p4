// elaborate: operands from left to right, short circuit, choices
#include <core.p4>
extern bool ask(in bit<8> v);
extern bit<8> next(inout bit<8> v);
struct s_t { bit<8> x; bit<8> y; bool b; }
control C(inout s_t s);
package top(C c);
control I(inout s_t s) {
    table t { key = { s.x : exact @name("x"); next(s.x) : exact @name("n"); s.x : exact @name("x2"); } actions = { NoAction; } }
    apply {
        s.y = s.x + next(s.x);
        s.b = s.b && ask(s.x);
        s.b = s.b || (s.x == 1 && s.y == 2);
        s.y = s.b ? next(s.y) : s.x;
        s.y = s.b ? s.x : 7;
        if (t.apply().hit && s.b) { s.x = 1; }
        s.x[3:0] = next(s.y)[7:4];
    }
}
top(I()) main;
