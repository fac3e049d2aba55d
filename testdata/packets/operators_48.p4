// Operators on bit<48> and int<48>; results stand at odd offsets in one header.
#include <xdp_model.p4>

header operands_h {
    bit<48> a;
    bit<48> b;
    bit<8> n;
}
header results_h {
    bit<48> sum;
    bit<48> difference;
    bit<48> product;
    bit<48> negated;
    bit<48> bits;
    bit<48> sat_sum;
    bit<48> sat_difference;
    bit<48> quotient;
    bit<48> remainder;
    int<48> signed_sat_sum;
    int<48> signed_sat_difference;
    bit<48> left;
    bit<48> right;
    int<48> signed_right;
    bit<48> chosen;
    bit<8> compared;
    bit<48> joined;
    int<56> extended;
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
        bit<48> a = headers.operands.a;
        bit<48> b = headers.operands.b;
        bit<8> n = headers.operands.n;
        int<48> x = (int<48>) a;
        int<48> y = (int<48>) b;
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
        headers.results.joined = a[15:0] ++ b[47:16];
        headers.results.extended = (int<56>) x;
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
