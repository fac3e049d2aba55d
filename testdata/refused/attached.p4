// What a table's externs do takes no statement: they are refused where the table is.
#include <core.p4>
#include <v1model.p4>
extern cache { cache(bit<32> size); }
header h_t { bit<8> a; }
struct hs { h_t h; }
struct m_t { }
parser p(packet_in b, out hs h, inout m_t m, inout standard_metadata_t s) { state start { b.extract(h.h); transition accept; } }
control vc(inout hs h, inout m_t m) { apply { } }
control ig(inout hs h, inout m_t m, inout standard_metadata_t s) {
    cache(4) c;
    action fwd(bit<9> port) { s.egress_spec = port; }
    table t {                               // error[E0516]
        key = { h.h.a : exact; }
        actions = { fwd; NoAction; }
        implementation = c;
        default_action = NoAction();
    }
    apply { t.apply(); }
}
control eg(inout hs h, inout m_t m, inout standard_metadata_t s) { apply { } }
control cc(inout hs h, inout m_t m) { apply { } }
control d(packet_out b, in hs h) { apply { b.emit(h.h); } }
V1Switch(p(), vc(), ig(), eg(), cc(), d()) main;
