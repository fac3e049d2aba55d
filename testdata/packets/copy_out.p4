// Copy-in and copy-out: out parameters from left to right, aliases, directed beside control-plane parameters, functions, sub-controls, exit and return.
#include <xdp_model.p4>

header io_h {
    bit<8> op;
    bit<8> a;
    bit<8> b;
    bit<8> c;
    bit<13> odd;
    bit<3> rest;
}
struct headers_t {
    io_h io;
}

bit<8> twice(inout bit<8> x, in bit<8> y, out bit<8> z) {
    x = x + y;
    z = 7;
    if (x == 0) {
        return 1;
    }
    z = x + y;
    return x;
}

control Inner(inout headers_t headers, inout bit<8> x, inout bit<8> y, out bit<8> z) {
    action stop() {
        x = 0x99;
        exit;
    }
    apply {
        x = x + 1;
        // Not seen before the call ends: x is a copy.
        y = headers.io.a;
        z = 3;
        if (x == 0x40) {
            return;
        }
        if (x == 0x50) {
            stop();
        }
        headers.io.c = headers.io.c + 1;
        z = x;
    }
}

parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.io);
        transition accept;
    }
}

control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    Inner() inner;
    action swap(inout bit<8> x, inout bit<8> y) {
        bit<8> t = x;
        x = y;
        y = t;
    }
    action both(out bit<8> x, out bit<8> y) {
        x = 1;
        y = 2;
    }
    action mixed(inout bit<8> x, in bit<8> y, bit<8> from_table) {
        x = x + y + from_table;
        headers.io.c = x;
    }
    action leave(bit<8> code) {
        headers.io.c = code;
        exit;
    }
    table choose {
        key = { headers.io.b : exact; }
        actions = { mixed(headers.io.a, headers.io.op); leave; NoAction; }
        default_action = mixed(headers.io.a, headers.io.op, 0x0f);
    }
    apply {
        omd.output_action = xdp_action.XDP_TX;
        omd.output_port = 0;
        switch (headers.io.op) {
            0: { swap(headers.io.a, headers.io.b); }
            1: { both(headers.io.a, headers.io.a); }
            2: { swap(headers.io.a, headers.io.a); headers.io.c = headers.io.a; }
            3: { headers.io.c = twice(headers.io.a, headers.io.b, headers.io.b); }
            4: { bit<8> y = 5; inner.apply(headers, headers.io.b, y, headers.io.c); headers.io.odd[10:3] = y; }
            5: { choose.apply(); headers.io.rest = 5; }
            6: { mixed(headers.io.b, headers.io.a, 1); }
            7: {
                // The index of a slice and the value are evaluated before anything is written.
                headers.io.odd[8:1] = headers.io.odd[7:0];
                headers.io.odd[12:12] = ~headers.io.odd[12:12];
            }
            8: { both(headers.io.odd[11:4], headers.io.odd[7:0]); }
            default: { exit; }
        }
        headers.io.op = 0xff;
    }
}

control Dep(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers);
    }
}

xdp(Prs(), Swt(), Dep()) main;
