// A list of one value that is known at compile time is that number in whole bytes, as p4c hands it to bmv2; where it is known on one way
// only, it is laid bit after bit like all others.
#include <core.p4>
#include <v1model.p4>
header eth_h { bit<48> dst; bit<48> src; bit<16> type; }
header k_h { bit<8> kind; bit<16> r1; bit<16> r2; bit<16> r3; }
struct hs { eth_h eth; k_h k; }
struct meta {}
parser P(packet_in p, out hs h, inout meta m, inout standard_metadata_t sm) { state start { p.extract(h.eth); p.extract(h.k); transition accept; } }
control V(inout hs h, inout meta m) { apply { } }
control I(inout hs h, inout meta m, inout standard_metadata_t sm) {
    bit<12> a = 0x456;
    bit<12> b;
    apply {
        sm.egress_spec = 1;
        hash(h.k.r1, HashAlgorithm.crc16, 32w0, { a }, 32w0x10000);
        hash(h.k.r2, HashAlgorithm.crc16, 32w0, { 12w0x456 }, 32w0x10000);
        if (h.k.kind == 1) { b = 0x456; } else if (h.k.kind == 3) { b = 0x789; }
        hash(h.k.r3, HashAlgorithm.crc16, 32w0, { b }, 32w0x10000);
    }
}
control E(inout hs h, inout meta m, inout standard_metadata_t sm) { apply { } }
control C(inout hs h, inout meta m) { apply { } }
control D(packet_out p, in hs h) { apply { p.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
