// elaborate: names, constructor arguments, one instance applied twice, generics
#include <core.p4>
extern reg<T> { reg(bit<32> n); T read(in bit<32> i); void write(in bit<32> i, in T v); }
struct s_t { bit<8> x; bit<16> y; }
control C(inout s_t s);
package top(C a, C b);
control Leaf<T>(inout T v)(bit<32> size, T init) {
    reg<T>(size) r;
    @name("renamed") action set(T d) { v = d; r.write(0, v); }
    table t { actions = { set; } default_action = set(init); }
    apply { t.apply(); v = r.read(1); }
}
control I(inout s_t s) {
    Leaf<bit<8>>(16, 7) one;
    @name("second") Leaf<bit<16>>(32, 9) two;
    apply {
        one.apply(s.x);
        two.apply(s.y);
        if (s.x == 1) { one.apply(s.x); }
    }
}
top(I(), I()) main;
