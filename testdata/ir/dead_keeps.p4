// pass: dead, keeps
#include <core.p4>
extern void note(in bit<8> v);
extern void fill(out bit<8> v);
header h_t { bit<8> a; bit<8> b; }
struct s_t { h_t h; h_t g; h_t[2] st; bit<8> x; bit<8> y; bit<32> n; bool b; }
control C(inout s_t s);
package top(C c);
control I(inout s_t s) {
    bit<8> for_action = s.x;
    action act() { s.y = for_action; }
    table t { key = { s.x : exact; } actions = { act; } default_action = act(); }
    apply {
        bit<8> one_way = s.y;
        if (s.b) { one_way = s.x; }
        s.y = one_way;
        s.x = 2;
        t.apply();
        bit<8> next_round = s.x;
        for (bit<32> i = 0; i < s.n; i = i + 1) { note(next_round); next_round = s.y; }
        bit<8> part = s.x;
        part[3:0] = s.y[3:0];
        note(part);
        s.n = 7;
    }
}
top(I()) main;
