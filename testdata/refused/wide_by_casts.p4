// Where no words of them can be made, numbers of more than 128 bits are refused, also where no field and no variable has as many.
#include <core.p4>
#include <v1model.p4>

header pair_t { bit<8> a; bit<8> b; bit<16> sum; }
struct headers_t { pair_t pair; }
struct meta_t { }

parser Prs(packet_in packet, out headers_t h, inout meta_t m, inout standard_metadata_t s) {
    state start {
        packet.extract(h.pair);
        transition select((bit<256>)h.pair.a << 100) { // error[E0512]
            256w7 << 100: reject;
            default: accept;
        }
    }
}

control Ver(inout headers_t h, inout meta_t m) { apply { } }

control Ing(inout headers_t h, inout meta_t m, inout standard_metadata_t s) {
    action set(bit<8> v) { h.pair.b = v; }
    table pairs {
        key = { ((bit<256>)h.pair.a << 200)[207:200] : exact @name("a"); } // error[E0512]
        actions = { set; NoAction; }
        default_action = NoAction;
    }
    apply {
        pairs.apply();
        hash(h.pair.sum, HashAlgorithm.csum16, 16w0, { ((bit<256>)h.pair.a << 200)[207:200] }, 32w0x10000); // error[E0512]
    }
}

control Egr(inout headers_t h, inout meta_t m, inout standard_metadata_t s) { apply { } }
control Com(inout headers_t h, inout meta_t m) { apply { } }
control Dep(packet_out packet, in headers_t h) { apply { packet.emit(h); } }

V1Switch(Prs(), Ver(), Ing(), Egr(), Com(), Dep()) main;
