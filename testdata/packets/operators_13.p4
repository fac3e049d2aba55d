// Operators on bit<13> and int<13>; results stand at odd offsets in one header.
#include <xdp_model.p4>

header operands_h {
    bit<13> a;
    bit<13> b;
    bit<6> padding;
    bit<8> n;
}
header results_h {
    bit<13> sum;
    bit<13> difference;
    bit<13> product;
    bit<13> negated;
    bit<13> bits;
    bit<13> sat_sum;
    bit<13> sat_difference;
    bit<13> quotient;
    bit<13> remainder;
    int<13> signed_sat_sum;
    int<13> signed_sat_difference;
    bit<13> left;
    bit<13> right;
    int<13> signed_right;
    bit<13> chosen;
    bit<8> compared;
    bit<13> joined;
    int<21> extended;
    bit<5> narrowed;
    bit<6> padding;
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
        bit<13> a = headers.operands.a;
        bit<13> b = headers.operands.b;
        bit<8> n = headers.operands.n;
        int<13> x = (int<13>) a;
        int<13> y = (int<13>) b;
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
        headers.results.joined = a[3:0] ++ b[12:4];
        headers.results.extended = (int<21>) x;
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
