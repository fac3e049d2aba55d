#include "headers.p4"

header vlan_t {
    bit<16> tci;
    bit<16> type;
}

struct vlan_headers_t {
    ethernet_t ethernet;
    vlan_t     vlan;
}

parser parse_vlan(packet_in packet, out vlan_headers_t headers) {
    state start {
        packet.extract(headers.ethernet);
        transition select(headers.ethernet.type) {
            0x8100: vlan;
            default: accept;
        }
    }
    state vlan {
        packet.extract(headers.vlan);
        transition accept;
    }
}

control push_pop(inout vlan_headers_t headers, in xdp_input input, out xdp_output output) {
    apply {
        if (headers.vlan.isValid()) {
            headers.ethernet.type = headers.vlan.type;
            headers.vlan.setInvalid();
        } else {
            headers.vlan.setValid();
            headers.vlan.tci = 42;
            headers.vlan.type = headers.ethernet.type;
            headers.ethernet.type = 0x8100;
        }
        output.output_action = xdp_action.XDP_PASS;
        output.output_port = 0;
    }
}

control deparse_vlan(in vlan_headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers.ethernet);
        packet.emit(headers.vlan);
    }
}

xdp(parse_vlan(), push_pop(), deparse_vlan()) main;
