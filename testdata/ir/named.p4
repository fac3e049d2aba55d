// elaborate: arguments and fields by name are evaluated as they are written; inout arguments keep their value; `op=` reads first
#include <core.p4>
struct in_t { bit<8> a; bit<8> b; }
struct s_t { bit<8> x; bit<8> y; in_t i; }
extern void out_both(out bit<8> p, out bit<8> q);
control C(inout s_t s);
package top(C c);
bit<8> bump(inout bit<8> v) { v = v + 1; return v; }
void store(inout bit<8> cell, in bit<8> v) { cell = cell + v; }
control I(inout s_t s) {
    apply {
        store(v = bump(s.x), cell = s.x);
        store(s.x, bump(s.x));
        s.i = { b = bump(s.x), a = bump(s.x) };
        s.x += bump(s.x);
        out_both(q = s.y, p = s.y);
    }
}
top(I()) main;
