// Registers of several widths: what one packet writes the next one reads; beyond the end a write does nothing and a read gives 0.
#include <core.p4>
#include <v1model.p4>

header frame_t {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
    bit<32> index;
    bit<64> number;
    bit<16> before;
    bit<8>  flag;
    bit<48> last_src;
    int<32> signed;
    bit<8>  small;
}

struct headers_t {
    frame_t frame;
}

struct metadata_t {}

parser parse(packet_in packet, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start {
        packet.extract(h.frame);
        transition accept;
    }
}

control nothing(inout headers_t h, inout metadata_t m) { apply {} }

control ingress(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    register<bit<64>>(4) sums;
    register<bit<16>>(4) counts;
    register<bool>(2) flags;
    register<bit<48>>(1) addresses;
    register<int<12>>(4) signs;
    register<bit<3>>(4) small;

    apply {
        bit<64> sum;
        sums.read(sum, h.frame.index);
        sum = sum + h.frame.number;
        sums.write(h.frame.index, sum);
        h.frame.number = sum;

        counts.read(h.frame.before, h.frame.index);
        counts.write(h.frame.index, h.frame.before + 1);

        bool flag;
        flags.read(flag, h.frame.index);
        h.frame.flag = flag ? 8w1 : 0;
        flags.write(h.frame.index, !flag);

        addresses.read(h.frame.last_src, 0);
        addresses.write(0, h.frame.src);

        int<12> sign;
        signs.read(sign, h.frame.index);
        h.frame.signed = (int<32>)sign;
        signs.write(h.frame.index, sign - 1000);

        bit<3> three;
        small.read(three, h.frame.index);
        h.frame.small = (bit<8>)three;
        small.write(h.frame.index, three + 5);
        sm.egress_spec = 1;
    }
}

control egress(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) { apply {} }

control deparse(packet_out packet, in headers_t h) {
    apply { packet.emit(h.frame); }
}

V1Switch(parse(), nothing(), ingress(), egress(), nothing(), deparse()) main;
