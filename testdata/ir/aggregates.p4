// elaborate: tuples, lists, arrays and structs as values, keys of tables and keys of selects
#include <core.p4>
extern void take<T>(in T v);
struct in_t { bit<8> a; bit<4> b; }
struct s_t { in_t i; in_t j; tuple<bit<8>, bool> t; bit<8>[3] list; bit<8> x; bit<2> n; }
parser P(packet_in p, out s_t s);
control C(inout s_t s);
package top(P p, C c);
parser MyP(packet_in p, out s_t s) {
    state start { transition select(s.i.a, s.x) { (1, 3): more; (_, 4): accept; } }
    state more { transition select(s.t) { { 5, true }: accept; _: reject; } }
}
control I(inout s_t s) {
    action act(in_t d) { s.i = d; }
    table t {
        key = { s.i : exact; s.t : exact @name("t"); s.i == s.j : exact @name("same"); }
        actions = { act; }
        default_action = act({ 1, 2 });
        entries = { ({ 3, 4 }, { 5, true }, false) : act({ b = 6, a = 7 }); }
    }
    apply {
        s.i = { s.j.a, s.i.b };
        s.t = { s.x, s.t[0] == 1 };
        tuple<in_t, bit<8>> nested = { s.i, 9 };
        s.j = nested[0];
        s.list[s.n] = s.list[1];
        s.list = { 1, s.x, s.list[0] };
        take({ s.i, s.x, s.t });
        t.apply();
    }
}
top(MyP(), I()) main;
