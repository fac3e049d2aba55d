// A field of 128 bits that touches 17 bytes is computed of itself: it is stored in two parts.
#include <core.p4>
#include <xdp_model.p4>

header h_t { bit<112> front; bit<2> a; bit<128> wide; bit<6> b; }
struct headers_t { h_t h; }

parser P(packet_in packet, out headers_t hdr) {
    state start { packet.extract(hdr.h); transition accept; }
}
control C(inout headers_t hdr, in xdp_input input, out xdp_output output) {
    apply {
        hdr.h.wide = (hdr.h.wide >> 3) ^ (bit<128>)hdr.h.b;
        output.output_port = 0;
        output.output_action = xdp_action.XDP_TX;
    }
}
control D(in headers_t hdr, packet_out packet) { apply { packet.emit(hdr.h); } }

xdp(P(), C(), D()) main;
