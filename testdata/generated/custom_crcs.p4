// Custom CRCs of whole bytes and of part bytes, which go by parameters that a control plane may change.
#include <core.p4>
#include <v1model.p4>
header h_t { bit<32> a; bit<12> b; bit<4> c; bit<32> r1; bit<16> r2; }
struct headers_t { h_t h; }
struct meta_t {}
parser P(packet_in p, out headers_t h, inout meta_t m, inout standard_metadata_t s) {
    state start { p.extract(h.h); transition accept; }
}
control V(inout headers_t h, inout meta_t m) { apply {} }
control I(inout headers_t h, inout meta_t m, inout standard_metadata_t s) {
    apply {
        s.egress_spec = 1;
        hash(h.h.r1, HashAlgorithm.crc32_custom, 33w0, { h.h.a }, 33w0x100000000);
        hash(h.h.r2, HashAlgorithm.crc16_custom, 33w0, { h.h.b, h.h.a, h.h.c }, 33w0x100000000);
    }
}
control E(inout headers_t h, inout meta_t m, inout standard_metadata_t s) { apply {} }
control C(inout headers_t h, inout meta_t m) { apply {} }
control D(packet_out p, in headers_t h) { apply { p.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
