// Headers that are emitted in another order, twice, or not at all.
#include <xdp_model.p4>
header eth_h { bit<112> all; }
header one_h { bit<8> a; }
header two_h { bit<16> b; }
struct headers_t { eth_h eth; one_h one; two_h two; one_h last; }
parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.eth);
        packet.extract(headers.one);
        packet.extract(headers.two);
        packet.extract(headers.last);
        transition accept;
    }
}
control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    apply { omd.output_action = xdp_action.XDP_TX; }
}
control Dep(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers.eth);
        packet.emit(headers.two);
        if (headers.one.a == 1) { packet.emit(headers.one); packet.emit(headers.one); }
    }
}
xdp(Prs(), Swt(), Dep()) main;
