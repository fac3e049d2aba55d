// Names ports.
#include <core.p4>
#include <xdp_model.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
struct headers_t { ethernet_t ethernet; }

parser P(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.ethernet);
        transition accept;
    }
}
control S(inout headers_t headers, in xdp_input input, out xdp_output output) {
    apply {
        output.output_action = xdp_action.XDP_REDIRECT;
        output.output_port = 0;
        if (input.input_port == 3) {
            output.output_port = 1600;
        }
    }
}
control D(in headers_t headers, packet_out packet) { apply { packet.emit(headers.ethernet); } }

xdp(P(), S(), D()) main;
