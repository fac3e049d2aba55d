// The verdicts of XDP, each by its name.
#include <core.p4>
#include <xdp_model.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
struct headers_t { ethernet_t ethernet; }

parser P(packet_in p, out headers_t h) {
    state start {
        p.extract(h.ethernet);
        transition select(h.ethernet.type) {
            0: reject;
            default: accept;
        }
    }
}

control S(inout headers_t h, in xdp_input input, out xdp_output output) {
    apply {
        output.output_port = 3;
        output.output_action = xdp_action.XDP_PASS;
        if (h.ethernet.type == 1) { output.output_action = xdp_action.XDP_DROP; }
        if (h.ethernet.type == 2) { output.output_action = xdp_action.XDP_TX; }
        if (h.ethernet.type == 3) { output.output_action = xdp_action.XDP_REDIRECT; }
        if (h.ethernet.type == 4) { output.output_action = xdp_action.XDP_ABORTED; }
    }
}

control D(in headers_t h, packet_out p) { apply { p.emit(h.ethernet); } }

xdp(P(), S(), D()) main;
