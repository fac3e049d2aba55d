// Keys and parameters of more than 64 bits.
#include <core.p4>
#include <xdp_model.p4>
header ipv6_t { bit<64> rest; bit<128> src; bit<128> dst; bit<100> odd; bit<4> pad; bit<24> tag; }
struct headers_t { ipv6_t ipv6; }
parser Parse(packet_in packet, out headers_t h) {
    state start { packet.extract(h.ipv6); transition accept; }
}
control Switch(inout headers_t h, in xdp_input xin, out xdp_output xout) {
    action drop() { xout.output_action = xdp_action.XDP_DROP; }
    action nat(bit<128> src, bit<24> tag) { h.ipv6.src = src; h.ipv6.tag = tag; xout.output_action = xdp_action.XDP_TX; }
    table hosts { key = { h.ipv6.dst: exact; h.ipv6.odd: exact; h.ipv6.tag: exact; } actions = { nat; drop; } default_action = drop; }
    table nets { key = { h.ipv6.src: lpm; } actions = { drop; NoAction; } }
    apply {
        xout.output_port = 0;
        xout.output_action = xdp_action.XDP_PASS;
        nets.apply();
        hosts.apply();
    }
}
control Deparse(in headers_t h, packet_out packet) { apply { packet.emit(h.ipv6); } }
xdp(Parse(), Switch(), Deparse()) main;
