#include "headers.p4"

// Drops all: the far end of a device.
parser parse_nothing(packet_in packet, out headers_t headers) {
    state start {
        transition accept;
    }
}

control drop(inout headers_t headers, in xdp_input input, out xdp_output output) {
    apply {
        output.output_action = xdp_action.XDP_DROP;
        output.output_port = 0;
    }
}

xdp(parse_nothing(), drop(), deparse()) main;
