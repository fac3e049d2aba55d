#include <xdp_model.p4>
header key_t { bit<256> key; }
struct headers_t { key_t a; key_t b; }
parser P(packet_in packet, out headers_t hdr) {
    state start { packet.extract(hdr.a); packet.extract(hdr.b); transition accept; }
}
control S(inout headers_t hdr, in xdp_input xin, out xdp_output xout) {
    apply {
        hdr.a.key = hdr.a.key / hdr.b.key;
        xout.output_action = xdp_action.XDP_PASS;
        xout.output_port = 0;
    }
}
control D(in headers_t hdr, packet_out packet) {
    apply {
        packet.emit(hdr);
    }
}
xdp(P(), S(), D()) main;
