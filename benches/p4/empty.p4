#include "headers.p4"

// Nothing but the verdict: what is subtracted from all others.
parser parse_nothing(packet_in packet, out headers_t headers) {
    state start {
        transition accept;
    }
}

control pass(inout headers_t headers, in xdp_input input, out xdp_output output) {
    apply {
        output.output_action = xdp_action.XDP_PASS;
        output.output_port = 0;
    }
}

xdp(parse_nothing(), pass(), deparse()) main;
