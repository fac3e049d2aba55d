// Header unions: what is extracted, assigned or made valid makes the others invalid; emit of the whole.
#include <xdp_model.p4>

header kind_h {
    bit<8> kind;
    bit<8> op;
}
header short_h {
    bit<16> v;
}
header long_h {
    bit<24> v;
    bit<24> w;
}
header_union either_t {
    short_h s;
    long_h l;
}
struct headers_t {
    kind_h kind;
    either_t u;
    short_h copy;
}

parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.kind);
        transition select(headers.kind.kind) {
            1: small;
            2: large;
            3: twice;
            default: accept;
        }
    }
    state small {
        packet.extract(headers.u.s);
        transition accept;
    }
    state large {
        packet.extract(headers.u.l);
        transition accept;
    }
    state twice {
        packet.extract(headers.u.s);
        packet.extract(headers.u.l);
        transition accept;
    }
}

control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    apply {
        if (headers.kind.op == 1) {
            headers.u.s.setValid();
            headers.u.s.v = 0xaaaa;
        } else if (headers.kind.op == 2) {
            headers.u.l.setInvalid();
        } else if (headers.kind.op == 3) {
            headers.copy.setValid();
            headers.copy.v = 0x0505;
            headers.u.s = headers.copy;
        }
        headers.kind.op = (bit<1>) headers.u.s.isValid() ++ (bit<1>) headers.u.l.isValid() ++ 6w0;
        omd.output_action = xdp_action.XDP_TX;
        omd.output_port = 0;
    }
}

control Dep(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers);
    }
}

xdp(Prs(), Swt(), Dep()) main;
