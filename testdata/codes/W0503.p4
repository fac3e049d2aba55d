#include <core.p4>
#include <xdp_model.p4>
header list_t { bit<32> count; bit<32> sum; bit<32> step; }
struct H { list_t list; }
parser P(packet_in packet, out H hdr) { state start { packet.extract(hdr.list); transition accept; } }
control C(inout H hdr, in xdp_input i, out xdp_output o) {
    apply {
        bit<32> sum = 0;
        for (bit<32> i in 0..hdr.list.count) {
            sum = sum + hdr.list.step;
        }
        hdr.list.sum = sum;
        o.output_port = 0;
        o.output_action = xdp_action.XDP_TX;
    }
}
control D(in H hdr, packet_out packet) { apply { packet.emit(hdr.list); } }
xdp(P(), C(), D()) main;
