// Numbers of more than 128 bits where no field and no variable has as many.
#include <core.p4>
#include <v1model.p4>

header pair_t { bit<96> x; bit<8> a; bit<8> b; bit<8> found; }
struct headers_t { pair_t pair; }
struct meta_t { }

parser Prs(packet_in packet, out headers_t h, inout meta_t m, inout standard_metadata_t s) {
    state start {
        packet.extract(h.pair);
        transition select(((bit<200>)h.pair.a << 190) == ((bit<200>)h.pair.b << 190)) {
            true: same;
            false: accept;
        }
    }
    state same {
        h.pair.x[7:0] = 1;
        transition accept;
    }
}

control Ver(inout headers_t h, inout meta_t m) { apply { } }

control Ing(inout headers_t h, inout meta_t m, inout standard_metadata_t s) {
    apply {
        s.egress_spec = 1;
        h.pair.found = 0;
        if (((bit<1024>)h.pair.a ^ 1024w1 << 1000) < (bit<1024>)h.pair.b) { h.pair.found[0:0] = 1; }
        if (((bit<256>)h.pair.a + (256w1 << 200)) == (bit<256>)h.pair.b) { h.pair.found[1:1] = 1; }
        if (((bit<256>)h.pair.a << 200) >= ((bit<256>)h.pair.b << 200)) { h.pair.found[2:2] = 1; }
        if ((h.pair.x ++ h.pair.a ++ h.pair.b ++ 32w0) == (h.pair.x ++ h.pair.b ++ h.pair.a ++ 32w0)) { h.pair.found[3:3] = 1; }
        h.pair.found[7:4] = ((bit<160>)h.pair.b << 150)[153:150];
    }
}

control Egr(inout headers_t h, inout meta_t m, inout standard_metadata_t s) { apply { } }
control Com(inout headers_t h, inout meta_t m) { apply { } }
control Dep(packet_out packet, in headers_t h) { apply { packet.emit(h); } }

V1Switch(Prs(), Ver(), Ing(), Egr(), Com(), Dep()) main;
