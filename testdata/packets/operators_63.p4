// Operators on bit<63> and int<63>; results stand at odd offsets in one header.
#include <xdp_model.p4>

header operands_h {
    bit<63> a;
    bit<63> b;
    bit<2> padding;
    bit<8> n;
}
header results_h {
    bit<63> sum;
    bit<63> difference;
    bit<63> product;
    bit<63> negated;
    bit<63> bits;
    bit<63> sat_sum;
    bit<63> sat_difference;
    bit<63> quotient;
    bit<63> remainder;
    int<63> signed_sat_sum;
    int<63> signed_sat_difference;
    bit<63> left;
    bit<63> right;
    int<63> signed_right;
    bit<63> chosen;
    bit<8> compared;
    bit<63> joined;
    int<71> extended;
    bit<5> narrowed;
    bit<4> padding;
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
        bit<63> a = headers.operands.a;
        bit<63> b = headers.operands.b;
        bit<8> n = headers.operands.n;
        int<63> x = (int<63>) a;
        int<63> y = (int<63>) b;
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
        headers.results.joined = a[20:0] ++ b[62:21];
        headers.results.extended = (int<71>) x;
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
