// pass: simplify, keeps
#include <core.p4>
extern void note(in bit<8> v);
extern void fill(out bit<8> v);
header h_t { bit<8> a; bit<8> b; }
struct s_t { h_t h; h_t g; h_t[2] st; bit<8> x; bit<8> y; bit<32> n; bool b; }
control C(inout s_t s);
package top(C c);
control I(inout s_t s) {
    apply {
        if (s.b) { note(1); } else { note(2); }
        if (s.b) { if (s.x == 1) { note(1); } note(2); }
        if (s.b) { if (s.x == 1) { note(1); } } else { note(2); }
        switch (s.x) { 1: { } default: { note(3); } }
        s.g = s.h;
    }
}
top(I()) main;
