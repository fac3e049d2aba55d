#include <core.p4>
#include <xdp_model.p4>

extern bit<16> mix(in bit<32> a, in bit<8> b);

header h_t {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
    bit<32> a;
    bit<16> mixed;
}

struct headers_t {
    h_t h;
}

parser p(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.h);
        transition accept;
    }
}

control c(inout headers_t headers, in xdp_input input, out xdp_output output) {
    apply {
        headers.h.mixed = mix(headers.h.a, headers.h.a[7:0]);
        output.output_action = xdp_action.XDP_PASS;
        output.output_port = 0;
    }
}

control d(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers.h);
    }
}

xdp(p(), c(), d()) main;
