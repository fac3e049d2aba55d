// pass: loops
#include <core.p4>
extern void note(in bit<8> v);
struct s_t { bit<8> x; bit<32> n; }
control C(inout s_t s);
package top(C c);
control I(inout s_t s) {
    apply {
        for (bit<8> i = 0; i < 2; i = i + 1) { if (s.x == i) { continue; } note(i); }
        for (bit<32> j = 0; j < 1000; j = j + 7) { s.n = s.n + j; }
        for (bit<32> k = 0; k < s.n; k = k + 1) { s.x = s.x + 1; }
    }
}
top(I()) main;
