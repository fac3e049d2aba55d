// Operators on bit<24> and int<24>; results stand at odd offsets in one header.
#include <xdp_model.p4>

header operands_h {
    bit<24> a;
    bit<24> b;
    bit<8> n;
}
header results_h {
    bit<24> sum;
    bit<24> difference;
    bit<24> product;
    bit<24> negated;
    bit<24> bits;
    bit<24> sat_sum;
    bit<24> sat_difference;
    bit<24> quotient;
    bit<24> remainder;
    int<24> signed_sat_sum;
    int<24> signed_sat_difference;
    bit<24> left;
    bit<24> right;
    int<24> signed_right;
    bit<24> chosen;
    bit<8> compared;
    bit<24> joined;
    int<32> extended;
    bit<5> narrowed;
    bit<3> padding;
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
        bit<24> a = headers.operands.a;
        bit<24> b = headers.operands.b;
        bit<8> n = headers.operands.n;
        int<24> x = (int<24>) a;
        int<24> y = (int<24>) b;
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
        headers.results.joined = a[7:0] ++ b[23:8];
        headers.results.extended = (int<32>) x;
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
