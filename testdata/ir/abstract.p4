// elaborate: abstract methods, which the program calls, and externs that would
#include <core.p4>
extern Filter {
    Filter(bit<32> size);
    abstract bit<8> check(in bit<8> v);
    @synchronous(check) bit<8> run(in bit<8> v);
}
struct s_t { bit<8> x; bit<8> y; }
control C(inout s_t s);
package top(C c);
control I(inout s_t s) {
    Filter(4) low = {
        bit<8> check(in bit<8> v) { if (v < 5) { return v; } return 5; }
    };
    Filter(8) high = {
        bit<8> check(in bit<8> v) { return v + 1; }
    };
    apply {
        s.x = low.check(s.x);
        s.y = high.run(s.y);
    }
}
top(I()) main;
