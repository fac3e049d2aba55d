// pass: fold, keeps
#include <core.p4>
extern void note(in bit<8> v);
extern void fill(out bit<8> v);
header h_t { bit<8> a; bit<8> b; }
struct s_t { h_t h; h_t g; h_t[2] st; bit<8> x; bit<8> y; bit<32> n; bool b; }
control C(inout s_t s);
package top(C c);
control I(inout s_t s) {
    apply {
        s.x = s.x + s.y;
        s.x = s.x |-| s.x;
        s.x = s.x / s.y;
        s.x = s.x << 7;
        s.x = (bit<8>) ((int<8>) s.x >> 9);
        s.n = (bit<32>) (bit<8>) s.n;
        s.b = s.b && s.x < s.y;
        s.b = s.x >= 1;
        s.x = s.b ? s.x : s.y;
        s.x = s.x ++ s.y == 16w0 ? 8w1 : 8w2;
        s.x = 1 |-| s.x;
    }
}
top(I()) main;
