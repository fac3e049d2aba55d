// A header of variable length stays where it is; what is made in front of it is pushed.
#include <xdp_model.p4>
header eth_h { bit<112> all; }
header opt_h { bit<8> len; varbit<128> rest; }
header new_h { bit<32> v; }
struct headers_t { eth_h eth; new_h made; opt_h opt; }
parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.eth);
        packet.extract(headers.opt, 32);
        transition accept;
    }
}
control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    apply {
        omd.output_action = xdp_action.XDP_TX;
        headers.made = { 7 };
    }
}
control Dep(in headers_t headers, packet_out packet) {
    apply { packet.emit(headers); }
}
xdp(Prs(), Swt(), Dep()) main;
