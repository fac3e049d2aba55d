// Headers that stay, are pushed, popped and exchanged: only the difference moves.
#include <xdp_model.p4>
header eth_h { bit<48> dst; bit<48> src; bit<16> type; }
header tag_h { bit<16> tci; bit<16> type; }
header low_h { bit<8> a; bit<24> b; }
struct headers_t { eth_h eth; tag_h tag; low_h low; tag_h unused; }
parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.eth);
        transition select(headers.eth.type) { 0x8100: tagged; default: rest; }
    }
    state tagged { packet.extract(headers.tag); transition rest; }
    state rest { packet.extract(headers.low); transition accept; }
}
control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    apply {
        omd.output_action = xdp_action.XDP_TX;
        headers.low.b = headers.low.b + 1;
        if (headers.low.a == 1 && !headers.tag.isValid()) {
            headers.tag = { 5, headers.eth.type };
            headers.eth.type = 0x8100;
        } else if (headers.low.a == 2) {
            headers.tag.setInvalid();
        }
    }
}
control Dep(in headers_t headers, packet_out packet) {
    apply { packet.emit(headers); }
}
xdp(Prs(), Swt(), Dep()) main;
