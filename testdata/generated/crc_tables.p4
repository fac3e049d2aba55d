// CRCs over many fields, whose tables are indexed by what the packet holds.
#include <core.p4>
#include <v1model.p4>
header h_t { bit<48> a; bit<16> b; bit<32> c; bit<128> d; bit<12> e; bit<4> f; }
header r_t { bit<32> r1; bit<32> r2; bit<32> r3; bit<32> r4; }
struct headers_t { r_t r; h_t h; }
struct meta_t {}
parser P(packet_in p, out headers_t h, inout meta_t m, inout standard_metadata_t s) {
    state start { p.extract(h.r); transition select(h.r.r1) { 0: more; default: accept; } }
    state more { p.extract(h.h); transition accept; }
}
control V(inout headers_t h, inout meta_t m) { apply {} }
control I(inout headers_t h, inout meta_t m, inout standard_metadata_t s) {
    apply {
        s.egress_spec = 1;
        hash(h.r.r1, HashAlgorithm.crc16, 33w0, { h.r.r4, h.h.a, h.h.b, h.h.d }, 33w0x100000000);
        hash(h.r.r2, HashAlgorithm.crc32, 33w0, { h.r.r4, h.h.c, h.h.d, h.h.a }, 33w0x100000000);
        hash(h.r.r3, HashAlgorithm.crc16, 33w0, { h.h.e, h.r.r4, h.h.f }, 33w0x100000000);
        hash(h.r.r4, HashAlgorithm.crc32, 33w0, { h.h.e, h.r.r1, h.h.f }, 33w0x100000000);
    }
}
control E(inout headers_t h, inout meta_t m, inout standard_metadata_t s) { apply {} }
control C(inout headers_t h, inout meta_t m) { apply {} }
control D(packet_out p, in headers_t h) { apply { p.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
