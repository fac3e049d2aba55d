// Adds up what the receiving device knows of packets, with fallbacks that no device says.
#include <core.p4>
#include <xdp_model.p4>
#include <xdp_ext.p4>

struct headers_t { }

parser parse_nothing(packet_in packet, out headers_t hdr) { state start { transition accept; } }

control ask(inout headers_t hdr, in xdp_input input, out xdp_output output) {
    CounterArray(3, false) known;
    bit<16> tpid = 1;
    bit<16> tci = 2;
    apply {
        known.add(0, xdp_rx_hash(7));
        known.add(1, (bit<32>)xdp_rx_timestamp(77));
        if (xdp_rx_vlan_tag(tpid, tci)) {
            known.add(2, (bit<32>)tpid);
            known.add(3, (bit<32>)tci);
        }
        output.output_port = input.input_port;
        output.output_action = xdp_action.XDP_DROP;
    }
}

control deparse_nothing(in headers_t hdr, packet_out packet) { apply { } }

xdp(parse_nothing(), ask(), deparse_nothing()) main;
