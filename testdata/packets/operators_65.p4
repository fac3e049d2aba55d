// Operators on bit<65> and int<65>; results stand at odd offsets in one header.
#include <xdp_model.p4>

header operands_h {
    bit<65> a;
    bit<65> b;
    bit<6> padding;
    bit<8> n;
}
header results_h {
    bit<65> sum;
    bit<65> difference;
    bit<65> product;
    bit<65> negated;
    bit<65> bits;
    bit<65> left;
    bit<65> right;
    int<65> signed_right;
    bit<65> chosen;
    bit<8> compared;
    bit<65> joined;
    int<73> extended;
    bit<5> narrowed;
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
        bit<65> a = headers.operands.a;
        bit<65> b = headers.operands.b;
        bit<8> n = headers.operands.n;
        int<65> x = (int<65>) a;
        int<65> y = (int<65>) b;
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
        headers.results.joined = a[20:0] ++ b[64:21];
        headers.results.extended = (int<73>) x;
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
