// pass: storage, keeps, with storage
#include <core.p4>
extern void note(in bit<8> v);
extern void fill(out bit<8> v);
header h_t { bit<8> a; bit<8> b; }
struct s_t { h_t h; h_t g; h_t[2] st; bit<8> x; bit<8> y; bit<32> n; bool b; }
control C(inout s_t s);
package top(C c);
control I(inout s_t s) {
    apply {
        h_t read = s.h;
        s.x = read.a;
        h_t tested = s.g;
        if (tested.isValid()) { note(1); }
        h_t[2] stack = s.st;
        s.y = stack[s.n].a;
    }
}
top(I()) main;
