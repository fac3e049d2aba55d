// What the receiving device knows of packets, which is nothing here: fallbacks. And the kernel's clock.
#include <core.p4>
#include <xdp_model.p4>
#include <xdp_ext.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header known_t { bit<32> hash; bit<64> timestamp; bit<16> tpid; bit<16> tci; bit<8> tagged; bit<8> clock; }

struct headers_t { ethernet_t ethernet; known_t known; }

parser parse_known(packet_in packet, out headers_t hdr) {
    state start {
        packet.extract(hdr.ethernet);
        packet.extract(hdr.known);
        transition accept;
    }
}

control ask(inout headers_t hdr, in xdp_input input, out xdp_output output) {
    apply {
        bit<64> before = xdp_ktime_ns();
        hdr.known.hash = xdp_rx_hash(hdr.known.hash + 1);
        hdr.known.timestamp = xdp_rx_timestamp(77);
        if (xdp_rx_vlan_tag(hdr.known.tpid, hdr.known.tci)) {
            hdr.known.tagged = 1;
        }
        if (xdp_ktime_ns() >= before) {
            hdr.known.clock = 1;
        }
        output.output_port = input.input_port;
        output.output_action = xdp_action.XDP_TX;
    }
}

control deparse_known(in headers_t hdr, packet_out packet) {
    apply {
        packet.emit(hdr.ethernet);
        packet.emit(hdr.known);
    }
}

xdp(parse_known(), ask(), deparse_known()) main;
