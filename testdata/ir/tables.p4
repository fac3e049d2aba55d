// elaborate: bound arguments, keys of several leaves, priorities, properties
#include <core.p4>
match_kind { range, optional }
extern counter { counter(bit<32> size); void count(in bit<32> i); }
struct pair_t { bit<8> p; bit<16> q; }
struct s_t { pair_t pair; bit<8> x; bit<8> y; }
control C(inout s_t s);
package top(C c);
const bit<8> BASE = 0x10;
control I(inout s_t s)(bit<8> limit) {
    counter(64) seen;
    action set(inout bit<8> v, in bit<8> w, @name("data") bit<8> d) { v = w + d; seen.count(1); }
    action drop() { s.x = 0; }
    table bound {
        key = { s.pair : exact; s.x : ternary @name("x"); }
        actions = { set(s.y, s.x); drop; @defaultonly NoAction; }
        const default_action = set(s.y, s.x, limit + 1);
        entries = {
            priority = 20 : ({1, 2}, BASE &&& 0xf0) : set(s.y, s.x, 5);
            priority = 10 : (_, _) : drop();
            ({3, 4}, 7) : drop();
        }
        largest_priority_wins = false;
        priority_delta = 10;
        size = 128;
    }
    @name(".absolute") table ranges {
        key = { s.x : range; s.y : optional; }
        actions = { drop; NoAction; }
        const entries = { (1 .. limit, _) : drop(); (limit &&& 0xff, 3) : NoAction(); }
        counters = counter(3);
    }
    apply {
        switch (bound.apply().action_run) {
            set: { ranges.apply(); }
            drop: { return; }
            default: { s.x = 1; }
        }
        switch (s.y) { 1: 2: { s.x = 2; } BASE: { s.x = 3; } }
    }
}
top(I(20)) main;
