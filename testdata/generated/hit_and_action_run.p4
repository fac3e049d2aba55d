// What `apply` tells: `hit` and `action_run`.
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
    action nothing() { }
    table one { key = { h.ipv4.dst: exact; } actions = { nothing; drop; } default_action = drop; }
    table two { key = { h.ipv4.src: exact; } actions = { drop; nothing; } const default_action = nothing; }
    apply {
        xout.output_port = 0;
        xout.output_action = xdp_action.XDP_PASS;
        if (one.apply().hit) {{ xout.output_action = xdp_action.XDP_TX; }}
        switch (two.apply().action_run) {
            drop: { h.ethernet.type = 0x1111; }
            nothing: { h.ethernet.type = 0x2222; }
        }
    }
}
control Deparse(in headers_t h, packet_out packet) {
    apply { packet.emit(h.ethernet); packet.emit(h.ipv4); }
}
xdp(Parse(), Switch(), Deparse()) main;
