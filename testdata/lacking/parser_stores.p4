#include <ubpf_model.p4>
header h_t { bit<8> a; }
struct headers_t { h_t h; }
struct meta_t {}
parser MyParser(packet_in p, out headers_t h, inout meta_t m, inout standard_metadata s) {
    state start { p.extract(h.h); h.h.a = 1; transition accept; }
}
control MyControl(inout headers_t h, inout meta_t m, inout standard_metadata s) { apply {} }
control MyDeparser(packet_out p, in headers_t h) { apply { p.emit(h.h); } }
ubpf(MyParser(), MyControl(), MyDeparser()) main;
