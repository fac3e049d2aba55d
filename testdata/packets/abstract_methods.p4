// An extern of which the program calls nothing but the abstract methods that it implements itself: all that they do is known. One uses
// what is around it and keeps state there, one writes its argument.
#include <v1model.p4>

extern Chooser {
    Chooser(bit<8> bias);
    abstract bit<8> choose(in bit<8> v);
    abstract void mark(inout bit<8> v);
}

header frame_t {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
    bit<8> a;
    bit<8> b;
}
struct headers_t { frame_t frame; }
struct meta_t { bit<1> unused; }

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.frame);
        transition accept;
    }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    register<bit<8>>(2) last;
    Chooser(3) chooser = {
        bit<8> choose(in bit<8> v) {
            bit<8> before;
            last.read(before, 0);
            last.write(0, v);
            if (v > 5) {
                return before;
            }
            return v + 1;
        }
        void mark(inout bit<8> v) { v = v | 0x80; }
    };
    apply {
        sm.egress_spec = 1;
        headers.frame.a = chooser.choose(headers.frame.a);
        // The register that the method wrote.
        last.read(headers.frame.b, 0);
        chooser.mark(headers.frame.b);
    }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.frame); } }

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
