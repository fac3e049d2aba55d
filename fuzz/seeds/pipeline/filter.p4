#include <core.p4>
#include <xdp_model.p4>
header e { bit<16> t; bit<8> n; bit<8> m; }
header o { bit<8> v; varbit<32> r; }
struct s { e h; o[3] k; }
parser p(packet_in b, out s x) {
    bit<8> left = 2;
    state start { b.extract(x.h); transition select(x.h.n) { 0 &&& 0xF0: more; 0x45: more; default: accept; } }
    state more { left = left - 1; b.extract(x.k.next, (bit<32>) (x.h.m & 3) * 8); transition select(left) { 0: accept; _: more; } }
}
control c(inout s x, in xdp_input i, out xdp_output q) {
    bit<8> sum = 0;
    action set(bit<8> v) { x.h.m = v; sum = sum + v; }
    action drop() { q.output_action = xdp_action.XDP_DROP; exit; }
    table t {
        key = { x.h.n: ternary; x.h.t: lpm; }
        actions = { set; drop; NoAction; }
        const entries = { (0x45, _): set(3); (_, 0x4500 &&& 0xFF00): set(4); (1, 2): drop(); }
        default_action = NoAction();
    }
    apply {
        q.output_action = xdp_action.XDP_PASS; q.output_port = 0;
        switch (t.apply().action_run) { set: { x.h.n = sum |-| 1; } drop: { } default: { sum = 9; } }
        for (bit<8> j in 0 .. 2) { if (x.k[j].isValid()) { sum = sum ^ x.k[j].v; } else { break; } }
        if (sum > 3) { x.k.push_front(1); x.k[0].setValid(); x.k[0] = { sum, x.k[1].r }; }
        x.h.t = x.h.n ++ sum;
    }
}
control d(in s x, packet_out b) { apply { b.emit(x.h); b.emit(x.k); } }
xdp(p(), c(), d()) main;
