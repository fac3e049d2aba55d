// elaborate: loops
#include <core.p4>
header h_t { bit<8> a; }
struct s_t { bit<8> x; bit<8> n; h_t[2] st; }
control C(inout s_t s);
package top(C c);
control I(inout s_t s) {
    apply {
        for (bit<8> i = 0; i < s.n; i = i + 1) { if (s.x == i) { break; } if (s.x == 7) { continue; } s.x = s.x + i; }
        for (bit<8> i in 1 .. s.n) { s.x = s.x ^ i; }
        for (h_t h in s.st) { s.x = s.x + h.a; }
        s.x += 3;
        s.x <<= 2;
    }
}
top(I()) main;
