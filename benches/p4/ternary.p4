#include "headers.p4"

control look_up(inout headers_t headers, in xdp_input input, out xdp_output output) {
    action drop() {
        output.output_action = xdp_action.XDP_DROP;
    }
    action pass() {
        output.output_action = xdp_action.XDP_PASS;
    }
    table flows {
        key = {
            headers.ipv4.src: ternary @name("src");
            headers.ipv4.dst: ternary @name("dst");
            headers.ipv4.ttl: ternary @name("ttl");
        }
        actions = { drop; pass; }
        const default_action = pass();
        size = 4096;
    }
    apply {
        output.output_action = xdp_action.XDP_PASS;
        output.output_port = 0;
        if (headers.ipv4.isValid()) {
            flows.apply();
        }
    }
}

xdp(parse_ipv4(), look_up(), deparse()) main;
