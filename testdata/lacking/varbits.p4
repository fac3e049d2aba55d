// Values of type varbit.
#include <core.p4>
#include <v1model.p4>
header h_t { bit<8> a; bit<16> sum; varbit<320> v; }
struct hs { h_t h; }
struct m_t { }
parser p(packet_in b, out hs h, inout m_t m, inout standard_metadata_t s) { state start { b.extract(h.h, 32w16); transition accept; } }
control ig(inout hs h, inout m_t m, inout standard_metadata_t s) {
    table t { key = { h.h.v: exact @name("v"); } actions = { NoAction; } default_action = NoAction; }
    apply { t.apply(); log_msg("{}", { h.h.v }); s.egress_spec = 1; }
}
control vc(inout hs h, inout m_t m) { apply { } }
control eg(inout hs h, inout m_t m, inout standard_metadata_t s) { apply { } }
control cc(inout hs h, inout m_t m) { apply { } }
control d(packet_out b, in hs h) { apply { b.emit(h.h); } }
V1Switch(p(), vc(), ig(), eg(), cc(), d()) main;
