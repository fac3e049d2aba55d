// elaborate: all match kinds, keys that are expressions, entries with and without priorities, size, idle timeout, hidden tables, restricted actions
#include <v1model.p4>
header h_t { bit<32> dst; bit<16> port; bit<8> ttl; }
struct s_t { h_t h; bit<8> x; bool b; }
control C(inout s_t s);
package top_t(C c);
control I(inout s_t s) {
    action set(bit<8> v) { s.x = v; }
    action drop() { s.x = 0; }
    @hidden action internal() { s.x = 0xff; }
    table all {
        key = {
            s.h.ttl : exact;
            s.h.dst : lpm;
            s.h.port : ternary @name("port");
            s.h.port + 1 : range @name("next_port");
            s.h.isValid() : optional @name("valid");
            s.h.dst[7:0] ++ s.x : ternary @name("mixed");
        }
        actions = { set; drop; @tableonly internal; @defaultonly NoAction; }
        default_action = NoAction;
        entries = {
            priority = 200 : (1, 0x0a000000 &&& 0xff000000, 80 &&& 0xffff, 1 .. 9, true, _) : set(1);
            priority = 100 : (1, _, _, _, _, 0x1234 &&& 0xff00) : internal();
            (_, _, _, 3, false, _) : drop();
        }
        size = 1024;
        support_timeout = true;
    }
    table prefixes {
        key = { s.h.dst : lpm; }
        actions = { set; drop; }
        const default_action = drop;
        const entries = {
            0x0a000000 &&& 0xff000000 : set(1);
            0x0a010000 &&& 0xffff0000 : set(2);
            _ : set(3);
        }
    }
    @hidden table keyless { actions = { internal; } const default_action = internal; }
    apply {
        if (all.apply().hit) { s.x = 1; }
        if (all.apply().miss) { s.x = 2; }
        switch (all.apply().action_run) { set: drop: { s.x = 3; } NoAction: { } default: { s.x = 4; } }
        s.b = prefixes.apply().hit && s.b;
        keyless.apply();
    }
}
top_t(I()) main;
