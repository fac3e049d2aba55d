#include "headers.p4"

parser parse_ethernet(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.ethernet);
        transition accept;
    }
}

control swap(inout headers_t headers, in xdp_input input, out xdp_output output) {
    apply {
        bit<48> dst = headers.ethernet.dst;
        headers.ethernet.dst = headers.ethernet.src;
        headers.ethernet.src = dst;
        output.output_action = xdp_action.XDP_TX;
        output.output_port = 0;
    }
}

xdp(parse_ethernet(), swap(), deparse()) main;
