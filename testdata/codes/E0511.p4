#include <xdp_model.p4>
header ask_t { bit<16> copies; }
header answer_t { bit<16> value; }
struct headers_t { ask_t ask; answer_t answer; }
parser P(packet_in packet, out headers_t hdr) {
    state start {
        packet.extract(hdr.ask);
        packet.extract(hdr.answer);
        transition accept;
    }
}
control C(inout headers_t hdr, in xdp_input standard, out xdp_output result) {
    apply {
        result.output_port = 0;
        result.output_action = xdp_action.XDP_TX;
    }
}
control D(in headers_t hdr, packet_out packet) {
    apply {
        for (bit<16> i in 0 .. hdr.ask.copies) {
            packet.emit(hdr.answer);
        }
    }
}
xdp(P(), C(), D()) main;
