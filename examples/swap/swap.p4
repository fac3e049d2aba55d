// Sends every Ethernet frame back to where it came from, with the addresses swapped.
#include <core.p4>
#include <xdp_model.p4>

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
}

struct headers_t {
    ethernet_t ethernet;
}

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
        output.output_port = input.input_port;
    }
}

control deparse(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers.ethernet);
    }
}

xdp(parse_ethernet(), swap(), deparse()) main;
