// Tables of several kinds and counters: a C program fills them through the generated header.
#include <core.p4>
#include <xdp_model.p4>
header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header ipv4_t {
    bit<4> version; bit<4> ihl; bit<8> diffserv; bit<16> len; bit<16> id; bit<3> flags; bit<13> frag;
    bit<8> ttl; bit<8> protocol; bit<16> csum; bit<32> src; bit<32> dst;
}
struct headers_t { ethernet_t ethernet; ipv4_t ipv4; }
parser Parse(packet_in packet, out headers_t h) {
    state start { packet.extract(h.ethernet); packet.extract(h.ipv4); transition accept; }
}
control Switch(inout headers_t h, in xdp_input xin, out xdp_output xout) {
    CounterArray(7, false) seen;
    CounterArray(10, true) senders;
    action drop() { xout.output_action = xdp_action.XDP_DROP; }
    action route(bit<48> dst, int<16> less) {
        h.ethernet.dst = dst;
        h.ipv4.len = (bit<16>)((int<16>)h.ipv4.len + less);
        xout.output_action = xdp_action.XDP_TX;
    }
    action tag(bit<3> kind) { seen.increment((bit<32>)kind); }
    table routes { key = { h.ipv4.diffserv: exact; h.ipv4.dst: lpm; } actions = { route; drop; } default_action = drop; }
    table hosts { key = { h.ethernet.src: exact; h.ipv4.src: exact; } actions = { tag; NoAction; } size = 1; }
    table protocols { key = { h.ipv4.protocol: exact; } actions = { tag; NoAction; } }
    apply {
        xout.output_port = 0;
        xout.output_action = xdp_action.XDP_PASS;
        senders.increment(h.ipv4.src);
        hosts.apply();
        protocols.apply();
        routes.apply();
    }
}
control Deparse(in headers_t h, packet_out packet) { apply { packet.emit(h.ethernet); packet.emit(h.ipv4); } }
xdp(Parse(), Switch(), Deparse()) main;
