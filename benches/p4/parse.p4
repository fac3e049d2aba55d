#include "headers.p4"

control pass(inout headers_t headers, in xdp_input input, out xdp_output output) {
    apply {
        output.output_action = xdp_action.XDP_PASS;
        output.output_port = 0;
    }
}

xdp(parse_ipv4(), pass(), deparse()) main;
