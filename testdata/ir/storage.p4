// pass: storage, with storage
#include <core.p4>
header h_t { bit<8> a; }
struct s_t { h_t h; bit<8> x; }
control C(inout s_t s);
package top(C c);
control I(inout s_t s) {
    apply {
        h_t written = { 1 };
        h_t copied = s.h;
        bit<8> kept = s.x;
        bit<8> dropped = kept;
        s.h = copied;
        s.x = kept;
    }
}
top(I()) main;
