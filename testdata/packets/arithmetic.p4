// Operators at machine widths and beyond, by the definitions of the specification's chapter 8.
#include <xdp_model.p4>

header operands_h {
    bit<8> a;
    bit<8> b;
}
header results_h {
    bit<8> add;
    bit<8> sub;
    bit<8> mul;
    bit<8> sat_add;
    bit<8> sat_sub;
    int<8> signed_sat_add;
    int<8> signed_sat_sub;
    bit<8> shift_left;
    bit<8> shift_right;
    int<8> signed_shift;
    bit<8> comparisons;
    bit<16> concatenated;
    bit<8> slice;
    int<16> extended;
    bit<8> negated;
}
header wide_h {
    bit<256> v;
}
struct headers_t {
    operands_h operands;
    results_h results;
    wide_h wide;
}

parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.operands);
        packet.extract(headers.wide);
        transition accept;
    }
}

control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    apply {
        bit<8> a = headers.operands.a;
        bit<8> b = headers.operands.b;
        int<8> x = (int<8>) a;
        int<8> y = (int<8>) b;
        headers.results.setValid();
        headers.results.add = a + b;
        headers.results.sub = a - b;
        headers.results.mul = a * b;
        headers.results.sat_add = a |+| b;
        headers.results.sat_sub = a |-| b;
        headers.results.signed_sat_add = x |+| y;
        headers.results.signed_sat_sub = x |-| y;
        headers.results.shift_left = a << b;
        headers.results.shift_right = a >> b;
        headers.results.signed_shift = x >> b;
        headers.results.comparisons = (bit<1>) (a < b) ++ (bit<1>) (x < y) ++ (bit<1>) (a >= b) ++ (bit<1>) (x >= y)
            ++ (bit<1>) (a == b) ++ (bit<1>) (a != b) ++ 2w0;
        headers.results.concatenated = a ++ b;
        headers.results.slice = a[3:0] ++ b[7:4];
        headers.results.extended = (int<16>) x;
        headers.results.negated = -a;
        headers.wide.v = (headers.wide.v * 3 + (bit<256>) a) ^ (headers.wide.v << 128);
        headers.wide.v[7:0] = headers.wide.v[255:248] ^ b;
        omd.output_action = xdp_action.XDP_TX;
        omd.output_port = 0;
    }
}

control Dep(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers.results);
        packet.emit(headers.wide);
    }
}

xdp(Prs(), Swt(), Dep()) main;
