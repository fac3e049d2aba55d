// A header behind a skip whose length is known at run time only, read again after more of the packet was tested.
#include <core.p4>
#include <xdp_model.p4>

header t_t {
    bool more;
    bit<17> value;
    bit<6> pad;
}
header probe_t { bit<32> zero; }
struct headers_t {
    probe_t probe;
    t_t[1] first;
    t_t[1] second;
}

parser P(packet_in packet, out headers_t h) {
    state start {
        packet.extract(h.second.next);
        packet.extract(h.first[0]);
        transition skip;
    }
    state skip {
        packet.advance((bit<32>)(bit<4>)(bit<1>)h.first[0].more << 3);
        packet.extract(h.first.next);
        transition accept;
    }
}

control C(inout headers_t h, in xdp_input input, out xdp_output output) {
    apply {
        output.output_action = xdp_action.XDP_TX;
        output.output_port = 0;
        h.probe.setValid();
        h.probe.zero = 0;
    }
}

control D(in headers_t h, packet_out packet) {
    apply {
        if (h.first == h.second) {
            packet.emit(h.second);
        }
    }
}

xdp(P(), C(), D()) main;
