#include <pna.p4>
header h_t { bit<8> a; }
struct headers_t { h_t h; }
struct meta_t {}
parser MyParser(packet_in p, out headers_t h, inout meta_t m, in pna_main_parser_input_metadata_t i) {
    state start { p.extract(h.h); transition accept; }
}
control MyPre(in headers_t h, inout meta_t m, in pna_pre_input_metadata_t i, inout pna_pre_output_metadata_t o) {
    apply {}
}
control MyControl(inout headers_t h, inout meta_t m, in pna_main_input_metadata_t i, inout pna_main_output_metadata_t o) {
    apply {}
}
control MyDeparser(packet_out p, in headers_t h, in meta_t m, in pna_main_output_metadata_t o) {
    apply { p.emit(h.h); }
}
PNA_NIC(MyParser(), MyPre(), MyControl(), MyDeparser()) main;
