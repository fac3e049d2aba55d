// What C computes in is the type that a load gives: two bytes are an `int`, whose highest bit is a sign; four of which nothing says that
// they are aligned come in 64 bits, of which the upper ones are no part of what is computed.
#include <core.p4>
#include <xdp_model.p4>

header uneven_t {
    bit<9>  nine;
    bit<1>  flag;
    bit<32> wide;
    bit<6>  pad;
}

header odd_t {
    bit<16> kind;
    bit<32> number;
}

header result_t {
    bit<64> inverted;
    bit<64> next;
    bit<64> negated;
    bit<8>  less;
}

struct headers_t {
    uneven_t uneven;
    odd_t    odd;
    result_t result;
}

parser Prs(packet_in packet, out headers_t hdr) {
    state start {
        packet.extract(hdr.uneven);
        transition accept;
    }
}

control Swt(inout headers_t hdr, in xdp_input i, out xdp_output o) {
    apply {
        o.output_action = xdp_action.XDP_TX;
        o.output_port = 0;
        hdr.odd.setValid();
        hdr.odd.kind = 16w0xabcd;
        hdr.odd.number = hdr.uneven.wide;
        hdr.result.setValid();
        hdr.result.inverted = (bit<64>)(~hdr.odd.number);
        hdr.result.next = (bit<64>)(hdr.odd.number + 1);
        hdr.result.negated = (bit<64>)(-hdr.odd.number);
        hdr.result.less = hdr.odd.number + 1 < hdr.odd.number ? 8w1 : 8w0;
        // The nine bits come to the top of 32.
        hdr.uneven.wide = hdr.uneven.nine ++ 23w6;
    }
}

control Dep(in headers_t hdr, packet_out packet) {
    apply {
        packet.emit(hdr.result);
        packet.emit(hdr.odd);
        packet.emit(hdr.uneven);
    }
}

xdp(Prs(), Swt(), Dep()) main;
