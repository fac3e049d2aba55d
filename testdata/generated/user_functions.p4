// Extern functions that the user defines, in the C file beside this one.
#include <core.p4>
#include <xdp_model.p4>
header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header tag_t { bit<16> kind; bit<16> rest; }
struct headers_t { ethernet_t ethernet; tag_t tag; }
struct pair_t { bit<8> a; int<8> b; }
extern bit<16> mix(in bit<32> a, inout bit<16> b, in bool c, in pair_t pair);
extern bool swap(inout ethernet_t ethernet, in tag_t tag);
extern void seen(in bit<9> port);
parser Parse(packet_in packet, out headers_t h) {
    state start {
        packet.extract(h.ethernet);
        transition select(h.ethernet.type) { 0x1111: tag; default: accept; }
    }
    state tag { packet.extract(h.tag); transition accept; }
}
control Switch(inout headers_t h, in xdp_input xin, out xdp_output xout) {
    pair_t pair;
    apply {
        xout.output_port = 0;
        xout.output_action = xdp_action.XDP_PASS;
        pair.a = 3;
        pair.b = -2;
        if (h.tag.isValid()) {
            h.tag.kind = mix(0x10000, h.tag.rest, true, pair);
        }
        if (swap(h.ethernet, h.tag)) { xout.output_action = xdp_action.XDP_TX; }
        seen(5);
    }
}
control Deparse(in headers_t h, packet_out packet) { apply { packet.emit(h.ethernet); packet.emit(h.tag); } }
xdp(Parse(), Switch(), Deparse()) main;
