// Push, pop and change of a tag, and a time to live behind it.
// packet 00112233445500aabbccddee08004500001c000100004011 7cce7f0000017f0000010035 01bb0008ffeb
// packet 00112233445500aabbccddee8100002a08004500001c0001000000117cce7f0000017f00000100350 1bb0008ffeb
// packet 00112233445500aabbccddee8100002a86dd4500001c0001000000117cce7f0000017f00000100350 1bb0008ffeb
// packet 00112233445500aabbccddee810000078100002a08004500001c0001000000117cce7f0000017f0000010035
#include <core.p4>
#include <xdp_model.p4>
header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header vlan_t { bit<3> pcp; bit<1> dei; bit<12> vid; bit<16> type; }
header ipv4_t { bit<64> a; bit<8> ttl; bit<8> protocol; bit<16> checksum; bit<64> addresses; }
struct headers_t { ethernet_t ethernet; vlan_t outer; vlan_t inner; ipv4_t ipv4; }
parser parse_packet(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.ethernet);
        transition select(headers.ethernet.type) { 0x8100: outer; 0x800: ipv4; default: accept; }
    }
    state outer {
        packet.extract(headers.outer);
        transition select(headers.outer.type) { 0x8100: inner; 0x800: ipv4; default: accept; }
    }
    state inner {
        packet.extract(headers.inner);
        transition select(headers.inner.type, headers.inner.vid) { (0x800, 0 .. 0x2a): ipv4; (0x800 &&& 0xff00, _): accept; }
    }
    state ipv4 { packet.extract(headers.ipv4); transition accept; }
}
control work(inout headers_t headers, in xdp_input i, out xdp_output o) {
    apply {
        o.output_action = xdp_action.XDP_PASS;
        o.output_port = 0;
        if (headers.ipv4.isValid()) {
            headers.ipv4.ttl = headers.ipv4.ttl - 1;
        }
        if (headers.inner.isValid()) {
            headers.inner.pcp = 5;
            headers.outer.vid = headers.inner.vid + 4000;
        } else if (headers.outer.isValid()) {
            headers.ethernet.type = headers.outer.type;
            headers.outer.setInvalid();
        } else {
            headers.outer.setValid();
            headers.outer.type = headers.ethernet.type;
            headers.outer.vid = 42;
            headers.outer.dei = 1;
            headers.ethernet.type = 0x8100;
            o.output_action = xdp_action.XDP_TX;
        }
    }
}
control deparse(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers.ethernet);
        packet.emit(headers.outer);
        packet.emit(headers.inner);
        packet.emit(headers.ipv4);
    }
}
xdp(parse_packet(), work(), deparse()) main;
