// Keys of which entries say what matters: for each byte of them a row with a bit for each entry.
#include <core.p4>
#include <xdp_model.p4>
header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header ipv4_t {
    bit<4> version; bit<4> ihl; bit<8> diffserv; bit<16> len; bit<16> id; bit<3> flags; bit<13> frag;
    bit<8> ttl; bit<8> protocol; bit<16> csum; bit<32> src; bit<32> dst;
}
struct headers_t { ethernet_t ethernet; ipv4_t ipv4; }
parser Parse(packet_in packet, out headers_t h) {
    state start {
        packet.extract(h.ethernet);
        transition select(h.ethernet.type) { 0x800: ipv4; default: accept; }
    }
    state ipv4 { packet.extract(h.ipv4); transition accept; }
}
control Switch(inout headers_t h, in xdp_input xin, out xdp_output xout) {
    action drop() { xout.output_action = xdp_action.XDP_DROP; }
    action route(bit<48> dst, bit<48> src) {
        h.ethernet.dst = dst;
        h.ethernet.src = src;
        h.ipv4.ttl = h.ipv4.ttl - 1;
        xout.output_action = xdp_action.XDP_TX;
    }
    table flows {
        key = { h.ipv4.src: ternary; h.ipv4.dst: lpm; h.ipv4.protocol: ternary; h.ipv4.version: exact; }
        actions = { route; drop; NoAction; }
        default_action = drop;
        size = 4096;
    }
    apply {
        xout.output_port = 0;
        xout.output_action = xdp_action.XDP_PASS;
        if (h.ipv4.isValid()) { flows.apply(); }
    }
}
control Deparse(in headers_t h, packet_out packet) {
    apply { packet.emit(h.ethernet); packet.emit(h.ipv4); }
}
xdp(Parse(), Switch(), Deparse()) main;
