// Header stacks: next, last, a loop over them, push_front, pop_front, indices known at run time.
// packet 00112233445500aabbccddee8847 00001000 00002000 00003101 aabbccddeeff0011
// packet 00112233445500aabbccddee8847 00004100 aabbccddeeff0011
// packet 00112233445500aabbccddee8847 00001000 00002000 00003000 00004000 00005100 aabb
// packet 00112233445500aabbccddee8847 00001001 00002002 00003003 00004104 00005100 aabb
// packet 00112233445500aabbccddee8847 00001001 00002102 00003003 00004104 00005100 aabb
// packet 00112233445500aabbccddee0800 4500
#include <core.p4>
#include <xdp_model.p4>
header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header mpls_t { bit<20> label; bit<3> tc; bit<1> bottom; bit<8> ttl; }
struct headers_t { ethernet_t ethernet; mpls_t[4] labels; }
parser parse_packet(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.ethernet);
        transition select(headers.ethernet.type) { 0x8847: label; default: accept; }
    }
    state label {
        packet.extract(headers.labels.next);
        headers.labels[0].tc = 3;
        transition select(headers.labels.last.bottom) { 1: accept; default: label; }
    }
}
control work(inout headers_t headers, in xdp_input i, out xdp_output o) {
    apply {
        o.output_action = xdp_action.XDP_PASS;
        o.output_port = 0;
        bit<32> index = (bit<32>)headers.ethernet.dst[1:0];
        if (headers.labels[0].isValid()) {
            index = (bit<32>)(headers.labels[0].ttl & 7);
        }
        headers.ethernet.src = (bit<48>)headers.labels[index].label;
        headers.labels[index].ttl = 0x77;
        if (headers.labels[1].isValid() && headers.labels[1].label == 2) {
            headers.labels.pop_front(1);
        } else if (headers.labels[0].isValid()) {
            headers.labels.push_front(1);
            headers.labels[0].setValid();
            headers.labels[0].label = 0x12345;
        }
    }
}
control deparse(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers.ethernet);
        packet.emit(headers.labels);
    }
}
xdp(parse_packet(), work(), deparse()) main;
