#include "headers.p4"

control decrement(inout headers_t headers, in xdp_input input, out xdp_output output) {
    apply {
        if (headers.ipv4.isValid()) {
            headers.ipv4.ttl = headers.ipv4.ttl - 1;
        }
        output.output_action = xdp_action.XDP_PASS;
        output.output_port = 0;
    }
}

xdp(parse_ipv4(), decrement(), deparse()) main;
