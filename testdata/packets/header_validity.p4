// What is read of an invalid header is zero here, writes to it are lost, and setValid() makes a header of zeros.
#include <xdp_model.p4>

header byte_h {
    bit<8> v;
}
struct headers_t {
    byte_h mode;
    byte_h a;
    byte_h b;
    byte_h seen;
}

parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.mode);
        packet.extract(headers.a);
        transition accept;
    }
}

control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    apply {
        headers.seen.setValid();
        if (headers.mode.v == 0) {
            headers.b.v = 7;
            headers.seen.v = headers.b.v;
        } else if (headers.mode.v == 1) {
            headers.b.v = 7;
            headers.b.setValid();
            headers.seen.v = headers.b.v + 1;
        } else if (headers.mode.v == 2) {
            headers.b = headers.a;
            headers.a.setInvalid();
            headers.seen.v = 2;
        } else if (headers.mode.v == 3) {
            headers.a = headers.b;
            headers.seen.v = headers.a.isValid() ? 8w1 : 8w0;
        } else {
            headers.a.setValid();
            headers.seen.v = headers.a.v;
            headers.b = { 9 };
        }
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
