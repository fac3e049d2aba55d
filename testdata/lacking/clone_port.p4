// Clones that ubpf_model has and XDP does not.
#include <core.p4>
#include <ubpf_model.p4>
header h_t { bit<8> a; }
struct hs { h_t h; }
struct m_t { }
parser p(packet_in b, out hs h, inout m_t m, inout standard_metadata s) {
    state start { b.extract(h.h); transition accept; }
}
control c(inout hs h, inout m_t m, inout standard_metadata s) {
    apply {
        s.clone = true;
        s.clone_port = 2;
    }
}
control d(packet_out b, in hs h) { apply { b.emit(h.h); } }
ubpf(p(), c(), d()) main;
