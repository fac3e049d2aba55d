// A varbit field: its length comes from the packet; each way to get it wrong has its error.
#include <xdp_model.p4>

header options_h {
    bit<8> bits;
    varbit<32> options;
    bit<8> tail;
}
struct headers_t {
    options_h options;
}

parser Prs(packet_in packet, out headers_t headers) {
    state start {
        bit<8> length = packet.lookahead<bit<8>>();
        packet.extract(headers.options, (bit<32>) length);
        packet.advance(8);
        transition accept;
    }
}

control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    apply {
        headers.options.tail = headers.options.tail + 1;
        omd.output_action = xdp_action.XDP_REDIRECT;
        omd.output_port = imd.input_port + 1;
    }
}

control Dep(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers.options);
    }
}

xdp(Prs(), Swt(), Dep()) main;
