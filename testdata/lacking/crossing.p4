// A header that ingress hands to egress in the metadata.
#include <psa.p4>
header h_t { bit<8> a; }
struct headers_t { h_t h; }
struct meta_t {}
struct none_t {}
struct normal_t { h_t copy; }
parser IP(packet_in b, out headers_t h, inout meta_t m, in psa_ingress_parser_input_metadata_t i, in none_t r, in none_t c) {
    state start { b.extract(h.h); transition accept; }
}
control IG(inout headers_t h, inout meta_t m, in psa_ingress_input_metadata_t i, inout psa_ingress_output_metadata_t o) {
    apply { send_to_port(o, (PortId_t) 1); }
}
control ID(packet_out b, out none_t clone, out none_t resubmit, out normal_t normal, inout headers_t h, in meta_t m,
           in psa_ingress_output_metadata_t i) {
    apply { normal.copy = h.h; b.emit(h.h); }
}
parser EP(packet_in b, out headers_t h, inout meta_t m, in psa_egress_parser_input_metadata_t i, in normal_t normal, in none_t x,
          in none_t y) {
    state start { b.extract(h.h); h.h.a = normal.copy.a; transition accept; }
}
control EG(inout headers_t h, inout meta_t m, in psa_egress_input_metadata_t i, inout psa_egress_output_metadata_t o) { apply {} }
control ED(packet_out b, out none_t clone, out none_t recirculate, inout headers_t h, in meta_t m,
           in psa_egress_output_metadata_t i, in psa_egress_deparser_input_metadata_t d) {
    apply { b.emit(h.h); }
}
IngressPipeline(IP(), IG(), ID()) ingress;
EgressPipeline(EP(), EG(), ED()) egress;
PSA_Switch(ingress, PacketReplicationEngine(), egress, BufferingQueueingEngine()) main;
