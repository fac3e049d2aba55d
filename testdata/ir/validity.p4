// pass: validity
#include <core.p4>
extern void note(in bit<8> v);
extern void fill(out bit<8> v);
header h_t { bit<8> a; bit<8> b; }
struct s_t { h_t h; h_t g; h_t[2] st; bit<8> x; bit<8> y; bit<32> n; bool b; }
control C(inout s_t s);
package top(C c);
control I(inout s_t s) {
    apply {
        if (s.h.isValid()) {
            s.h.setValid();
            s.g = s.h;
            if (s.g.isValid()) { s.y = s.g.a; }
        } else {
            s.x = s.h.a;
            s.h.b = 3;
            s.g = s.h;
        }
        if (s.h.isValid() && !s.g.isValid()) { note(1); }
        s.st[0].setValid();
        s.st.push_front(1);
        if (s.st[1].isValid() && !s.st[0].isValid()) { note(2); }
        s.st[1].setInvalid();
        s.x = s.st[1].b;
    }
}
top(I()) main;
