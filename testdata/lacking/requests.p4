// Copies of packets that v1model has and XDP does not.
#include <core.p4>
#include <v1model.p4>
header h_t { bit<8> a; bit<16> sum; varbit<320> v; }
header w_t { bit<12> b; }
struct hs { h_t h; w_t w; }
struct m_t { bit<8> x; }
parser p(packet_in b, out hs h, inout m_t m, inout standard_metadata_t s) {
    state start { b.extract(h.h, 32w16); transition select(h.h.a) { 1: more; default: accept; } }
    state more { b.extract(h.w); transition accept; }
}
control ig(inout hs h, inout m_t m, inout standard_metadata_t s) {
    apply {
        s.mcast_grp = 1;
    }
}
control vc(inout hs h, inout m_t m) { apply { } }
control eg(inout hs h, inout m_t m, inout standard_metadata_t s) { apply { h.h.a = 2; } }
control cc(inout hs h, inout m_t m) { apply { } }
control d(packet_out b, in hs h) { apply { b.emit(h.h); b.emit(h.w); } }
V1Switch(p(), vc(), ig(), eg(), cc(), d()) main;
