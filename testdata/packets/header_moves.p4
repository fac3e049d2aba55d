// What the deparser must move: headers made invalid or valid in front, in the middle, at the end and several at once, copies, swaps, another order
// than the parser's, conditions, headers that are extracted and never emitted.
#include <xdp_model.p4>

header op_h {
    bit<8> op;
}
header three_h {
    bit<4> a;
    bit<13> b;
    bit<7> c;
}
header five_h {
    bit<40> v;
}
struct headers_t {
    op_h op;
    three_h x;
    five_h y;
    three_h z;
    five_h w;
    five_h lost;
}

parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.op);
        packet.extract(headers.x);
        packet.extract(headers.y);
        packet.extract(headers.z);
        transition select(headers.op.op) {
            0x80 &&& 0x80: more;
            default: accept;
        }
    }
    state more {
        packet.extract(headers.lost);
        transition accept;
    }
}

control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    apply {
        switch (headers.op.op) {
            1: { headers.x.setInvalid(); }
            2: { headers.y.setInvalid(); }
            3: { headers.z.setInvalid(); }
            4: { headers.x.setInvalid(); headers.z.setInvalid(); }
            5: { headers.x.setInvalid(); headers.y.setInvalid(); headers.z.setInvalid(); }
            6: { headers.w.setValid(); headers.w.v = 0x0102030405; }
            7: { headers.w = headers.y; headers.y.setInvalid(); }
            8: { three_h t = headers.x; headers.x = headers.z; headers.z = t; }
            9: { headers.x.setInvalid(); headers.x.setValid(); }
            10: { headers.w.setValid(); headers.w = { 0x0a0b0c0d0e }; headers.y.setInvalid(); }
            11: { headers.x = headers.z; headers.x.b = ~headers.x.b; }
            12: { headers.op.setInvalid(); headers.w.setValid(); headers.w.v[39:24] = headers.y.v[15:0]; }
            13: { headers.x.a = headers.z.a; headers.x.c = headers.z.c; headers.z = headers.x; }
            default: { }
        }
        omd.output_action = xdp_action.XDP_TX;
        omd.output_port = 0;
    }
}

control Dep(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers.op);
        packet.emit(headers.w);
        packet.emit(headers.x);
        if (headers.op.op != 0x0e) {
            packet.emit(headers.y);
        }
        packet.emit(headers.z);
    }
}

xdp(Prs(), Swt(), Dep()) main;
