// A table of SIZE rules about addresses, protocol and ports; none at all without SIZE.
#include "headers.p4"

parser parse_tcp(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.ethernet);
        transition select(headers.ethernet.type) {
            0x0800: ipv4;
            default: accept;
        }
    }
    state ipv4 {
        packet.extract(headers.ipv4);
        transition select(headers.ipv4.protocol) {
            6: tcp;
            default: accept;
        }
    }
    state tcp {
        packet.extract(headers.tcp);
        transition accept;
    }
}

control filter(inout headers_t headers, in xdp_input input, out xdp_output output) {
    action drop() {
        output.output_action = xdp_action.XDP_DROP;
    }
    action pass() {
        output.output_action = xdp_action.XDP_PASS;
    }
#ifdef SIZE
    table rules {
        key = {
            headers.ipv4.src: ternary @name("src");
            headers.ipv4.dst: ternary @name("dst");
            headers.ipv4.protocol: ternary @name("protocol");
            headers.tcp.source: ternary @name("source");
            headers.tcp.dest: ternary @name("dest");
        }
        actions = { drop; pass; }
        const default_action = pass();
        size = SIZE;
    }
#endif
    apply {
        output.output_action = xdp_action.XDP_PASS;
        output.output_port = 0;
        if (headers.tcp.isValid()) {
#ifdef SIZE
            rules.apply();
#else
            drop();
#endif
        }
    }
}

xdp(parse_tcp(), filter(), deparse()) main;
