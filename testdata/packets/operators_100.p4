// Operators on bit<100> and int<100>; results stand at odd offsets in one header.
#include <xdp_model.p4>

header operands_h {
    bit<100> a;
    bit<100> b;
    bit<8> n;
}
header results_h {
    bit<100> sum;
    bit<100> difference;
    bit<100> product;
    bit<100> negated;
    bit<100> bits;
    bit<100> left;
    bit<100> right;
    int<100> signed_right;
    bit<100> chosen;
    bit<8> compared;
    bit<100> joined;
    int<108> extended;
    bit<5> narrowed;
    bit<7> padding;
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
        bit<100> a = headers.operands.a;
        bit<100> b = headers.operands.b;
        bit<8> n = headers.operands.n;
        int<100> x = (int<100>) a;
        int<100> y = (int<100>) b;
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
        headers.results.joined = a[32:0] ++ b[99:33];
        headers.results.extended = (int<108>) x;
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
