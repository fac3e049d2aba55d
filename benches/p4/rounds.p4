// A loop of as many rounds as the packet says.
#include <core.p4>
#include <xdp_model.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header sum_t { bit<16> count; bit<16> reserved; bit<32> sum; }
struct headers_t { ethernet_t ethernet; sum_t sum; }

parser parse(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.ethernet);
        transition select(headers.ethernet.type) {
            0x88b5: sum;
            default: accept;
        }
    }
    state sum {
        packet.extract(headers.sum);
        transition accept;
    }
}

control rounds(inout headers_t headers, in xdp_input input, out xdp_output output) {
    apply {
        output.output_action = xdp_action.XDP_PASS;
        output.output_port = 0;
        if (headers.sum.isValid()) {
            bit<32> sum = headers.sum.sum;
            for (bit<16> i = 0; i < headers.sum.count; i = i + 1) {
                sum = sum ^ (sum << 1) ^ (bit<32>)i;
            }
            headers.sum.sum = sum;
            output.output_action = xdp_action.XDP_TX;
        }
    }
}

control deparse(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers.ethernet);
        packet.emit(headers.sum);
    }
}

xdp(parse(), rounds(), deparse()) main;
