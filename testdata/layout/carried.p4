// Headers of which each may be there or not, and what each is, is asked where all are parsed: too many to carry.
#include <xdp_model.p4>
header io_h { bit<8> flags; }
header part_h { bit<8> v; }
struct headers_t { io_h io; part_h a; part_h b; part_h c; part_h d; part_h e; part_h f; part_h g; part_h h; }
parser Prs(packet_in packet, out headers_t headers) {
    state start { packet.extract(headers.io); transition flags; }
    state flags { transition select(headers.io.flags) { 1 &&& 1: a; _: no_a; } }
    state a { packet.extract(headers.a); transition no_a; }
    state no_a { transition select(headers.io.flags) { 2 &&& 2: b; _: no_b; } }
    state b { packet.extract(headers.b); transition no_b; }
    state no_b { transition select(headers.io.flags) { 4 &&& 4: c; _: no_c; } }
    state c { packet.extract(headers.c); transition no_c; }
    state no_c { transition select(headers.io.flags) { 8 &&& 8: d; _: no_d; } }
    state d { packet.extract(headers.d); transition no_d; }
    state no_d { transition select(headers.io.flags) { 16 &&& 16: e; _: no_e; } }
    state e { packet.extract(headers.e); transition no_e; }
    state no_e { transition select(headers.io.flags) { 32 &&& 32: f; _: no_f; } }
    state f { packet.extract(headers.f); transition no_f; }
    state no_f { transition select(headers.io.flags) { 64 &&& 64: g; _: no_g; } }
    state g { packet.extract(headers.g); transition no_g; }
    state no_g { transition select(headers.io.flags) { 128 &&& 128: h; _: both; } }
    state h { packet.extract(headers.h); transition both; }
    state both {
        transition select(headers.a.isValid(), headers.b.isValid(), headers.c.isValid(), headers.d.isValid(), headers.e.isValid(), headers.f.isValid(), headers.g.isValid(), headers.h.isValid()) {
            (true, true, _, _, _, _, _, _): reject;
            (_, _, true, true, true, true, true, true): reject;
            _: accept;
        }
    }
}
control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    apply {
        omd.output_action = xdp_action.XDP_TX;
        omd.output_port = 0;
    }
}
control Dep(in headers_t headers, packet_out packet) {
    apply { packet.emit(headers); }
}
xdp(Prs(), Swt(), Dep()) main;
