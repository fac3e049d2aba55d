// Emitted in another order, emitted under conditions, left out; bytes skipped between; headers copied.
// packet 01 1111111111 000000 2222 333333333333333333 4444444444444444444444
// packet 02 1111111111 000000 2222 333333333333333333 4444444444444444444444
// packet 03 1111111111 000000 2222 333333333333333333 4444444444444444444444
// packet 04 1111111111 000000 2222 333333333333333333 4444444444444444444444
// packet 09 1111111111 000000 2222 333333333333333333 4444444444444444444444
#include <core.p4>
#include <xdp_model.p4>
header one_t { bit<8> kind; bit<40> rest; }
header two_t { bit<16> x; }
header three_t { bit<72> x; }
struct headers_t { one_t one; two_t two; two_t copy; three_t three; }
parser parse_packet(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.one);
        verify(headers.one.kind < 8, error.HeaderTooShort);
        packet.advance(24);
        transition select(packet.lookahead<bit<4>>(), headers.one.kind) { (2, 4): three; (2, _): two; default: reject; }
    }
    state two { packet.extract(headers.two); transition three; }
    state three { packet.extract(headers.three); transition accept; }
}
control work(inout headers_t headers, in xdp_input i, out xdp_output o) {
    apply {
        o.output_action = xdp_action.XDP_PASS;
        o.output_port = 0;
        headers.copy = headers.two;
        headers.copy.x = headers.copy.x + 1;
        if (headers.one.kind == 2) {
            headers.two.setInvalid();
        }
        headers.three.x[7:0] = 0x99;
    }
}
control deparse(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers.three);
        if (headers.one.kind == 3) {
            packet.emit(headers.copy);
        }
        packet.emit(headers.two);
        packet.emit(headers.one);
    }
}
xdp(parse_packet(), work(), deparse()) main;
