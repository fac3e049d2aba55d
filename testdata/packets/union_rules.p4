// Header unions by the specification's rules ("Operations on header unions"): setInvalid of any member makes the union invalid, assigning an invalid
// header does, too; whole unions are copied and compared; members as arguments.
#include <xdp_model.p4>

header io_h {
    bit<8> op;
    bit<8> bits;
    bit<8> r;
}
header short_h {
    bit<16> v;
}
header long_h {
    bit<24> v;
}
header_union either_t {
    short_h s;
    long_h l;
}
header_union twins_t {
    short_h s;
    short_h t;
}
header pad_h {
    bit<88> rest;
}
struct headers_t {
    io_h io;
    either_t u;
    either_t w;
    twins_t twins;
    pad_h pad;
}

void touch(inout short_h h) {
}
void make(out short_h h) {
    h = { 0x7777 };
}
void unmade(out short_h h) {
}

parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.io);
        transition select(headers.io.bits) {
            1 &&& 1: small;
            2 &&& 2: large;
            _: last;
        }
    }
    state small { packet.extract(headers.u.s); transition last; }
    state large { packet.extract(headers.u.l); transition last; }
    state last { packet.extract(headers.pad); transition accept; }
}

control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    apply {
        omd.output_action = xdp_action.XDP_TX;
        short_h none;
        none.setInvalid();
        switch (headers.io.op) {
            1: { headers.u.s.setInvalid(); }
            2: { headers.u.l.setInvalid(); }
            3: { headers.u.s = none; }
            4: { headers.w = headers.u; headers.u.l = { 0xabcdef }; }
            5: { headers.w = headers.u; headers.io.r = headers.w == headers.u ? 8w1 : 0; headers.w.s.setValid(); }
            6: { touch(headers.u.s); }
            7: { make(headers.u.s); }
            8: { unmade(headers.u.s); }
            13: { headers.io.r = headers.u.isValid() ? 8w1 : 0; }
        }
        if (headers.io.op == 15) {
            headers.twins.s = { 0x0101 };
            headers.twins.t = headers.twins.s;
        }
        headers.io.bits = (bit<1>) headers.u.s.isValid() ++ (bit<1>) headers.u.l.isValid()
            ++ (bit<1>) headers.w.s.isValid() ++ (bit<1>) headers.w.l.isValid() ++ 4w0;
    }
}

control Dep(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers);
    }
}

xdp(Prs(), Swt(), Dep()) main;
