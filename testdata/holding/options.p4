// A header with a varbit field stays where it is; what is in front of it is pushed, and written.
// packet 00112233445500aabbccddee0800 4500003c00010000400600000a0000010a000002 0001000200000000
// packet 00112233445500aabbccddee0800 4600003c00010000400600000a0000010a000002 01010101 0001000200000000
// packet 00112233445500aabbccddee0800 4f00003c00010000400600000a0000010a000002 01010101010101010101010101010101010101010101010101010101010101010101010101010101 0001000200000000
// packet 00112233445500aabbccddee0800 4300003c00010000400600000a0000010a000002 0001000200000000
#include <core.p4>
#include <xdp_model.p4>
header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header vlan_t { bit<16> tci; bit<16> type; }
header ipv4_t { bit<4> version; bit<4> ihl; bit<56> a; bit<8> ttl; bit<88> b; varbit<320> options; }
header ports_t { bit<16> src; bit<16> dst; }
struct headers_t { ethernet_t ethernet; vlan_t vlan; ipv4_t ipv4; ports_t ports; }
parser parse_packet(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.ethernet);
        bit<8> first = packet.lookahead<bit<8>>();
        packet.extract(headers.ipv4, ((bit<32>)first[3:0] - 5) * 32);
        packet.extract(headers.ports);
        transition accept;
    }
}
control work(inout headers_t headers, in xdp_input i, out xdp_output o) {
    apply {
        o.output_action = xdp_action.XDP_PASS;
        o.output_port = 0;
        headers.vlan.setValid();
        headers.vlan.tci = 7;
        headers.vlan.type = headers.ethernet.type;
        headers.ethernet.type = 0x8100;
        headers.ipv4.ttl = headers.ipv4.ttl - 1;
        headers.ports.dst = headers.ports.src;
    }
}
control deparse(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers.ethernet);
        packet.emit(headers.vlan);
        packet.emit(headers.ipv4);
        packet.emit(headers.ports);
    }
}
xdp(parse_packet(), work(), deparse()) main;
