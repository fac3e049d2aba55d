// pass: simplify
#include <core.p4>
extern void note(in bit<8> v);
struct s_t { bit<8> x; bit<8> y; }
control C(inout s_t s);
package top(C c);
bit<8> f(in bit<8> v) { if (v == 1) { return 2; } else if (v == 3) { return 4; } return 5; }
control I(inout s_t s) {
    apply {
        s.x = f(s.y);
        if (s.x == 1) { } else { note(1); }
        if (s.x == 2) { if (s.y == 3) { note(2); } }
        if (s.x == 4) { return; }
        note(3);
        switch (s.x) { 1: { } 2: { note(4); } default: { } }
    }
}
top(I()) main;
