#include <xdp_model.p4>
header label_t { bit<8> value; }
struct index_t { bit<8> index; }
struct headers_t { label_t[4] labels; }
parser P(packet_in packet, out headers_t hdr) {
    state start { packet.extract(hdr.labels.next); transition accept; }
}
control S(inout headers_t hdr, in xdp_input xin, out xdp_output xout) {
    apply { xout.output_action = xdp_action.XDP_PASS; xout.output_port = 0; }
}
control D(in headers_t hdr, packet_out packet) {
    index_t meta = { hdr.labels[0].value };
    apply {
        packet.emit(hdr.labels[meta.index]);
    }
}
xdp(P(), S(), D()) main;
