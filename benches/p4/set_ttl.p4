#include "headers.p4"

control look_up(inout headers_t headers, in xdp_input input, out xdp_output output) {
    action set_ttl(bit<8> ttl) {
        headers.ipv4.ttl = ttl;
    }
    table destination {
        key = { headers.ipv4.dst: exact @name("dst"); }
        actions = { set_ttl; NoAction; }
        const default_action = NoAction();
        size = 1024;
    }
    apply {
        output.output_action = xdp_action.XDP_PASS;
        output.output_port = 0;
        if (headers.ipv4.isValid()) {
            destination.apply();
        }
    }
}

xdp(parse_ipv4(), look_up(), deparse()) main;
