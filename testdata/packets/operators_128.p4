// Operators on bit<128> and int<128>; results stand at odd offsets in one header.
#include <xdp_model.p4>

header operands_h {
    bit<128> a;
    bit<128> b;
    bit<8> n;
}
header results_h {
    bit<128> sum;
    bit<128> difference;
    bit<128> product;
    bit<128> negated;
    bit<128> bits;
    bit<128> left;
    bit<128> right;
    int<128> signed_right;
    bit<128> chosen;
    bit<8> compared;
    bit<128> joined;
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
        bit<128> a = headers.operands.a;
        bit<128> b = headers.operands.b;
        bit<8> n = headers.operands.n;
        int<128> x = (int<128>) a;
        int<128> y = (int<128>) b;
        headers.results.setValid();
        headers.results.sum = a + b;
        headers.results.difference = a - b;
        headers.results.product = a * b;
        headers.results.negated = -a;
        headers.results.bits = (a & b) ^ (a | ~b);
        headers.results.left = a << n;
        headers.results.right = a >> n;
        headers.results.signed_right = x >> n;
        headers.results.chosen = x < y ? a : b;
        headers.results.compared = (bit<1>) (a < b) ++ (bit<1>) (a <= b) ++ (bit<1>) (a > b) ++ (bit<1>) (a >= b)
            ++ (bit<1>) (x < y) ++ (bit<1>) (x <= y) ++ (bit<1>) (a == b) ++ (bit<1>) (x != y);
        headers.results.joined = a[41:0] ++ b[127:42];
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
