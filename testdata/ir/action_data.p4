// elaborate: action data of every kind
#include <core.p4>
header h_t { bit<8> a; bit<8> b; }
struct in_t { bit<4> lo; bool flag; }
enum bit<2> kind_t { none = 0, one = 1 }
struct s_t { h_t h; h_t[2] st; in_t i; kind_t k; bit<8> x; }
control C(inout s_t s);
package top(C c);
control I(inout s_t s) {
    action set(h_t h, in_t i, @name("how") kind_t k, h_t[2] st) { s.h = h; s.i = i; s.k = k; s.st = st; }
    table t {
        key = { s.x : exact; }
        actions = { set; }
        const default_action = set({ 1, 2 }, { 3, true }, kind_t.one, { {#}, { 4, 5 } });
        const entries = { 7 : set((h_t) {#}, ..., kind_t.none, ...); }
    }
    apply { t.apply(); }
}
top(I()) main;
