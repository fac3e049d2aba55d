// pass: loops, keeps
#include <core.p4>
extern void note(in bit<8> v);
extern void fill(out bit<8> v);
header h_t { bit<8> a; bit<8> b; }
struct s_t { h_t h; h_t g; h_t[2] st; bit<8> x; bit<8> y; bit<32> n; bool b; }
control C(inout s_t s);
package top(C c);
control I(inout s_t s) {
    apply {
        for (bit<32> i = 0; i < s.n; i = i + 1) { note(1); }
        for (bit<32> i = 0; i < 9; i = i + 1) { note(2); i = i * 3; }
        for (bit<32> i = 0; i < 9; i = i + s.n) { note(3); }
    }
}
top(I()) main;
