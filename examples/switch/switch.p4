// An Ethernet switch: the control plane says which address is behind which port.
#include <core.p4>
#include <xdp_model.p4>

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
}

struct headers_t {
    ethernet_t ethernet;
}

// What `packets` counts, by index.
const bit<32> FORWARDED = 0;
const bit<32> UNKNOWN = 1;
const bit<32> RESERVED = 2;

parser parse_ethernet(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.ethernet);
        transition accept;
    }
}

control l2_switch(inout headers_t headers, in xdp_input input, out xdp_output output) {
    CounterArray(3, false) packets;

    action forward(bit<32> port) {
        output.output_action = xdp_action.XDP_REDIRECT;
        output.output_port = port;
        packets.increment(FORWARDED);
    }
    action unknown() {
        output.output_action = xdp_action.XDP_DROP;
        packets.increment(UNKNOWN);
    }
    action to_kernel() {
        output.output_action = xdp_action.XDP_PASS;
        packets.increment(RESERVED);
    }
    action drop() {
        output.output_action = xdp_action.XDP_DROP;
        packets.increment(RESERVED);
    }

    // Addresses that a bridge never forwards (IEEE Std 802.1Q, table 8-1).
    table reserved {
        key = { headers.ethernet.dst: exact @name("dst"); }
        actions = { to_kernel; drop; NoAction; }
        const entries = {
            0x0180C2000000: to_kernel();  // spanning tree
            0x0180C2000001: drop();       // pause frames
            0x0180C2000003: to_kernel();  // port authentication
            0x0180C200000E: to_kernel();  // LLDP
        }
        const default_action = NoAction();
    }

    table mac {
        key = { headers.ethernet.dst: exact @name("dst"); }
        actions = { forward; unknown; }
        default_action = unknown();
        size = 4096;
    }

    apply {
        output.output_action = xdp_action.XDP_DROP;
        output.output_port = 0;
        if (!reserved.apply().hit) {
            mac.apply();
        }
    }
}

control deparse(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers.ethernet);
    }
}

xdp(parse_ethernet(), l2_switch(), deparse()) main;
