#include <xdp_model.p4>
header ipv4_t { bit<4> ihl; varbit<320> options; bit<12> tail; }
struct headers_t { ipv4_t ipv4; }
parser P(packet_in packet, out headers_t hdr) {
    state start { packet.extract(hdr.ipv4, 32); transition accept; }
}
control S(inout headers_t hdr, in xdp_input xin, out xdp_output xout) {
    apply {
        hdr.ipv4.tail = 0;
        xout.output_action = xdp_action.XDP_PASS;
        xout.output_port = 0;
    }
}
control D(in headers_t hdr, packet_out packet) {
    apply {
        packet.emit(hdr.ipv4);
    }
}
xdp(P(), S(), D()) main;
