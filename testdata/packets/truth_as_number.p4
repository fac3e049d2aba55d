// A truth value that is cast to a number of several bits and computed with is no truth value any more: in keys, selects and fields.
#include <core.p4>
#include <xdp_model.p4>

header in_t { bit<8> a; bit<8> b; bit<96> pad; }
header out_t { bit<8> number; bit<8> key; bit<8> or; bit<8> choice; bit<8> sum; bit<8> shift; bit<8> selected; bit<64> wide; }
struct headers_t { in_t i; out_t o; }

parser P(packet_in packet, out headers_t h) {
    state start {
        packet.extract(h.i);
        transition accept;
    }
}

control C(inout headers_t h, in xdp_input input, out xdp_output output) {
    action found(bit<8> n) { h.o.key = n; }
    action numbered(bit<8> n) { h.o.number = n; }
    table by_number {
        key = { ((bit<2>)(bit<1>)(h.i.a == h.i.b) ^ 2w3) : exact @name("k"); }
        actions = { numbered; }
        const entries = {
            2w0 : numbered(10);
            2w1 : numbered(11);
            2w2 : numbered(12);
            2w3 : numbered(13);
        }
        default_action = numbered(99);
    }
    table by_entry {
        key = { ((bit<3>)(bit<1>)(h.i.a < h.i.b) | 3w4) : exact @name("k"); }
        actions = { found; NoAction; }
        default_action = NoAction();
        size = 16;
    }
    apply {
        output.output_action = xdp_action.XDP_TX;
        output.output_port = 0;
        bool same = h.i.a == h.i.b;
        h.o.setValid();
        by_number.apply();
        by_entry.apply();
        h.o.or = (bit<8>)(((bit<4>)(bit<1>)same) | 4w12);
        h.o.choice = (bit<8>)(h.i.a > 4 ? (bit<5>)(bit<1>)same : 5w17);
        h.o.sum = (bit<8>)((bit<3>)(bit<1>)same + 3w7);
        h.o.shift = (bit<8>)(((bit<6>)(bit<1>)same ^ 6w32) << 1);
        h.o.wide = (bit<64>)(bit<1>)same ^ 64w0x100000002;
        switch ((bit<2>)(bit<1>)same ^ 2w2) {
            2w2: { h.o.selected = 2; }
            2w3: { h.o.selected = 3; }
            default: { h.o.selected = 9; }
        }
    }
}

control D(in headers_t h, packet_out packet) { apply { packet.emit(h.o); packet.emit(h.i); } }

xdp(P(), C(), D()) main;
