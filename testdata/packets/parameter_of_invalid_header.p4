// A parameter keeps what is written to it, even where its argument is a field of an invalid header and does not.
#include <xdp_model.p4>

header seen_t {
    bit<8> value;
}

struct headers_t {
    seen_t seen;
    seen_t absent;
}

parser Prs(packet_in packet, out headers_t hdr) {
    state start {
        packet.extract(hdr.seen);
        transition accept;
    }
}

control Swt(inout headers_t hdr, in xdp_input imd, out xdp_output omd) {
    action set(inout bit<8> place, out bit<8> copy) {
        place = 5;
        copy = place + 1;
    }
    apply {
        omd.output_action = xdp_action.XDP_TX;
        omd.output_port = 0;
        set(hdr.absent.value, hdr.seen.value);
    }
}

control Dep(in headers_t hdr, packet_out packet) {
    apply {
        packet.emit(hdr);
    }
}

xdp(Prs(), Swt(), Dep()) main;
