// Headers leave in another order, so that one has to step aside while others move: on each of the ways that five optional headers make, by itself.
#include <core.p4>
#include <xdp_model.p4>

header flags_t { bit<8> has; }
header long_t { bit<128> n; }
header byte_t { bit<8> n; }
struct headers_t { flags_t flags; long_t a; long_t b; long_t c; byte_t p; byte_t q; byte_t r; byte_t s; byte_t t; }

parser Prs(packet_in packet, out headers_t h) {
    state start { packet.extract(h.flags); packet.extract(h.a); packet.extract(h.b); packet.extract(h.c);
        transition select(h.flags.has[0:0]) { 1: p; default: to_q; } }
    state p { packet.extract(h.p); transition to_q; }
    state to_q { transition select(h.flags.has[1:1]) { 1: q; default: to_r; } }
    state q { packet.extract(h.q); transition to_r; }
    state to_r { transition select(h.flags.has[2:2]) { 1: r; default: to_s; } }
    state r { packet.extract(h.r); transition to_s; }
    state to_s { transition select(h.flags.has[3:3]) { 1: s; default: to_t; } }
    state s { packet.extract(h.s); transition to_t; }
    state to_t { transition select(h.flags.has[4:4]) { 1: t; default: accept; } }
    state t { packet.extract(h.t); transition accept; }
}

control Swt(inout headers_t h, in xdp_input imd, out xdp_output omd) {
    apply {
        omd.output_action = xdp_action.XDP_TX;
        omd.output_port = 0;
    }
}

control Dep(in headers_t h, packet_out packet) {
    apply {
        packet.emit(h.flags);
        packet.emit(h.t);
        packet.emit(h.b);
        packet.emit(h.s);
        packet.emit(h.c);
        packet.emit(h.r);
        packet.emit(h.a);
        packet.emit(h.q);
        packet.emit(h.p);
    }
}

xdp(Prs(), Swt(), Dep()) main;
