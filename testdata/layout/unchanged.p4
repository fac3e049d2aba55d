// Fields are written where they lie; nothing moves.
#include <xdp_model.p4>
header eth_h { bit<48> dst; bit<48> src; bit<16> type; }
header low_h { bit<8> a; bit<24> b; }
struct headers_t { eth_h eth; low_h low; }
parser Prs(packet_in packet, out headers_t headers) {
    state start { packet.extract(headers.eth); packet.extract(headers.low); transition accept; }
}
control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    apply {
        omd.output_action = xdp_action.XDP_TX;
        headers.eth.dst = headers.eth.src;
        headers.low.a = headers.low.a - 1;
    }
}
control Dep(in headers_t headers, packet_out packet) {
    apply { packet.emit(headers.eth); packet.emit(headers.low); }
}
xdp(Prs(), Swt(), Dep()) main;
