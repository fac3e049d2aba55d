// Choices by one bit that is a comparison, by ranges that nothing is in, and of tables whose actions do nothing.
#include <xdp_model.p4>

header h_t {
    bit<8> a;
    bit<8> b;
    int<8> c;
    bit<8> d;
    bit<8> r0;
    bit<8> r1;
    bit<8> r2;
}
header pad_h { bit<64> rest; }
header s_t { bit<8> v; }
struct headers_t {
    h_t h;
    s_t[2] s;
    pad_h pad;
}

parser P(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.h);
        packet.extract(headers.s[0]);
        packet.extract(headers.s[1]);
        packet.extract(headers.pad);
        headers.h.d = 0;
        transition select(headers.h.a, headers.h.b) {
            (13 .. 11, 9): never;
            (0 .. 5, 9): low;
            (7 .. 255, 8): high;
            default: signed;
        }
    }
    state never { headers.h.d = 99; transition accept; }
    state low { headers.h.d = 1; transition accept; }
    state high { headers.h.d = 2; transition accept; }
    state signed {
        transition select(headers.h.c) {
            -3 .. -5: never;
            -128 .. -100: low;
            5 .. -1: never;
            5 .. 127: high;
            default: accept;
        }
    }
}

control C(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    action set(bit<8> v) { headers.h.r1 = v; }
    action none() { }
    table one_bit {
        key = { (bit<1>)(headers.h.a == headers.h.b) : exact @name("same"); }
        actions = { set; none; }
        const default_action = none;
        const entries = { 0 : set(3); 1 : set(4); }
    }
    table idle {
        key = { headers.h.a : exact; headers.h.b : ternary; }
        actions = { none; }
        const default_action = none;
        const entries = { (1, 2) : none; (3, _) : none; }
    }
    apply {
        omd = { xdp_action.XDP_TX, 0 };
        switch ((bit<1>)(headers.h.a == headers.h.b)) {
            0: { headers.h.r0 = 1; }
            1: { headers.h.r0 = 2; }
        }
        one_bit.apply();
        idle.apply();
        headers.h.r2 = idle.apply().hit ? 8w1 : 8w0;
        headers.s[(bit<1>)(headers.h.a == headers.h.b)].v = 0x55;
    }
}

control D(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers.h);
        packet.emit(headers.s);
        packet.emit(headers.pad);
    }
}

xdp(P(), C(), D()) main;
