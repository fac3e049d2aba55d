// Operators on bit<33> and int<33>; results stand at odd offsets in one header.
#include <xdp_model.p4>

header operands_h {
    bit<33> a;
    bit<33> b;
    bit<6> padding;
    bit<8> n;
}
header results_h {
    bit<33> sum;
    bit<33> difference;
    bit<33> product;
    bit<33> negated;
    bit<33> bits;
    bit<33> sat_sum;
    bit<33> sat_difference;
    bit<33> quotient;
    bit<33> remainder;
    int<33> signed_sat_sum;
    int<33> signed_sat_difference;
    bit<33> left;
    bit<33> right;
    int<33> signed_right;
    bit<33> chosen;
    bit<8> compared;
    bit<33> joined;
    int<41> extended;
    bit<5> narrowed;
    bit<2> padding;
}
struct headers_t {
    operands_h operands;
    results_h results;
}

parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.operands);
        transition accept;
    }
}

control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    apply {
        bit<33> a = headers.operands.a;
        bit<33> b = headers.operands.b;
        bit<8> n = headers.operands.n;
        int<33> x = (int<33>) a;
        int<33> y = (int<33>) b;
        headers.results.setValid();
        headers.results.sum = a + b;
        headers.results.difference = a - b;
        headers.results.product = a * b;
        headers.results.negated = -a;
        headers.results.bits = (a & b) ^ (a | ~b);
        headers.results.sat_sum = a |+| b;
        headers.results.sat_difference = a |-| b;
        headers.results.quotient = a / b;
        headers.results.remainder = a % b;
        headers.results.signed_sat_sum = x |+| y;
        headers.results.signed_sat_difference = x |-| y;
        headers.results.left = a << n;
        headers.results.right = a >> n;
        headers.results.signed_right = x >> n;
        headers.results.chosen = x < y ? a : b;
        headers.results.compared = (bit<1>) (a < b) ++ (bit<1>) (a <= b) ++ (bit<1>) (a > b) ++ (bit<1>) (a >= b)
            ++ (bit<1>) (x < y) ++ (bit<1>) (x <= y) ++ (bit<1>) (a == b) ++ (bit<1>) (x != y);
        headers.results.joined = a[10:0] ++ b[32:11];
        headers.results.extended = (int<41>) x;
        headers.results.narrowed = (bit<5>) a;
        omd.output_action = xdp_action.XDP_TX;
        omd.output_port = 0;
    }
}

control Dep(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers.results);
    }
}

xdp(Prs(), Swt(), Dep()) main;
