// pass: fold
#include <core.p4>
struct s_t { bit<8> x; int<8> y; bit<16> w; bool b; }
control C(inout s_t s);
package top(C c);
control I(inout s_t s)(bit<8> k, int<8> j) {
    apply {
        s.x = s.x + (k - k);
        s.x = (k * 2) |+| 250;
        s.y = j * 2;
        s.y = (j >> 1) |-| 127;
        s.b = !(s.x == k) && (k == 7 || s.b);
        s.b = s.b == true;
        s.x = (bit<8>) ((bit<16>) s.x);
        s.x = ((bit<8>) s.w)[7:0];
        s.w = (k ++ s.x) & 0xffff;
        s.x = s.b ? s.x : s.x;
        s.x = s.x << 9;
    }
}
top(I(7, -100)) main;
