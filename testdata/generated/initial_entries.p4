// Initial entries: the program holds them itself, since other loaders put nothing into maps.
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
    action forward() { xout.output_action = xdp_action.XDP_TX; }
    action mark(bit<16> id, bit<8> ttl) { h.ipv4.id = id; h.ipv4.ttl = ttl + 1; }
    table hosts {
        key = { h.ipv4.src: exact; }
        actions = { mark; drop; NoAction; }
        entries = { 0x0a000001: mark(0x1234, 6); 0x0a000002: drop(); }
    }
    table routes {
        key = { h.ipv4.dst: lpm; }
        actions = { drop; forward; NoAction; }
        const default_action = NoAction;
        entries = { 0x0b000000 &&& 0xff000000: drop(); 0x0b010000 &&& 0xffff0000: forward(); }
    }
    table protocols { key = { h.ipv4.protocol: exact; } actions = { drop; NoAction; } entries = { 6: drop(); } }
    apply {
        xout.output_port = 0;
        xout.output_action = xdp_action.XDP_PASS;
        if (h.ipv4.isValid()) { hosts.apply(); routes.apply(); protocols.apply(); }
    }
}
control Deparse(in headers_t h, packet_out packet) {
    apply { packet.emit(h.ethernet); packet.emit(h.ipv4); }
}
xdp(Parse(), Switch(), Deparse()) main;
