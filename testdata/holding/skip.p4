// Bytes are skipped whose number the packet says; what is in front and behind is emitted in another order.
// packet 03 aaaaaa 11111111 22222222222222222222222222222222
// packet 00 11111111 22222222222222222222222222222222
// packet 05 aaaaaaaaaa 11111111 22222222222222222222222222222222
// packet 90 aaaaaaaaaa 11111111 22222222222222222222222222222222
#include <core.p4>
#include <xdp_model.p4>
header count_t { bit<8> n; }
header body_t { bit<32> x; }
struct headers_t { count_t count; body_t body; body_t extra; }
parser parse_packet(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.count);
        packet.advance((bit<32>)headers.count.n * 8);
        packet.extract(headers.body);
        transition select(headers.body.x[7:0]) { 0x11: accept; default: reject; }
    }
}
control work(inout headers_t headers, in xdp_input i, out xdp_output o) {
    apply {
        o.output_action = xdp_action.XDP_PASS;
        o.output_port = 0;
        headers.body.x = headers.body.x + 1;
        if (headers.count.n == 5) {
            headers.extra.setValid();
            headers.extra.x = 0xdeadbeef;
            headers.count.setInvalid();
        }
    }
}
control deparse(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers.extra);
        packet.emit(headers.body);
        packet.emit(headers.count);
    }
}
xdp(parse_packet(), work(), deparse()) main;
