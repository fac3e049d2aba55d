// Stacks of header unions: extraction into next, push_front, pop_front, computed indices, copies of whole elements.
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
header pad_h {
    bit<80> rest;
}
struct headers_t {
    io_h io;
    either_t u;
    either_t[2] us;
    pad_h pad;
}

parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.io);
        transition select(headers.io.bits) {
            1 &&& 1: small;
            2 &&& 2: large;
            _: stacked;
        }
    }
    state small { packet.extract(headers.u.s); transition stacked; }
    state large { packet.extract(headers.u.l); transition stacked; }
    state stacked {
        transition select(headers.io.bits) {
            4 &&& 4: first;
            8 &&& 8: second;
            _: last;
        }
    }
    state first { packet.extract(headers.us.next.s); headers.io.bits = headers.io.bits & 0xfb; transition stacked; }
    state second { packet.extract(headers.us.next.l); headers.io.bits = headers.io.bits & 0xf7; transition stacked; }
    state last { packet.extract(headers.pad); transition accept; }
}

control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    apply {
        omd.output_action = xdp_action.XDP_TX;
        switch (headers.io.op) {
            9: { headers.us.push_front(1); headers.us[0].l = { 0x010203 }; }
            10: { headers.us.pop_front(1); }
            11: { bit<8> i = headers.io.r; headers.us[i].s = { 0x5a5a }; }
            12: { headers.us[1] = headers.us[0]; headers.us[0] = headers.u; }
            14: { bit<8> i = headers.io.r; headers.us[i].l.setInvalid(); }
        }
        headers.io.bits = (bit<1>) headers.u.s.isValid() ++ (bit<1>) headers.u.l.isValid()
            ++ 2w0
            ++ (bit<1>) headers.us[0].s.isValid() ++ (bit<1>) headers.us[0].l.isValid()
            ++ (bit<1>) headers.us[1].s.isValid() ++ (bit<1>) headers.us[1].l.isValid();
    }
}

control Dep(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers);
    }
}

xdp(Prs(), Swt(), Dep()) main;
