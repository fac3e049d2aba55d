// Values of type varbit.
#include <core.p4>
#include <v1model.p4>
header h_t { bit<8> a; bit<16> sum; varbit<320> v; }
header w_t { bit<8> b; }
struct hs { h_t h; w_t w; h_t[2] stack; }
struct m_t { varbit<320> v; }
parser p(packet_in b, out hs h, inout m_t m, inout standard_metadata_t s) { state start { b.extract(h.h, 32w16); b.extract(h.stack.next, 32w8); transition accept; } }
control ig(inout hs h, inout m_t m, inout standard_metadata_t s) {
    table t { key = { h.h.v: exact @name("v"); } actions = { NoAction; } default_action = NoAction; }
    apply { t.apply(); m.v = h.h.v; if (m.v == h.h.v) { s.egress_spec = 1; } }
}
control vc(inout hs h, inout m_t m) { apply { } }
control eg(inout hs h, inout m_t m, inout standard_metadata_t s) { apply { } }
control cc(inout hs h, inout m_t m) { apply { update_checksum(h.h.isValid(), { h.h.a, h.stack[0].v }, h.h.sum, HashAlgorithm.csum16); } }
control d(packet_out b, in hs h) { apply { b.emit(h.h); b.emit(h.stack); b.emit(h.w); } }
V1Switch(p(), vc(), ig(), eg(), cc(), d()) main;
