// Round and round: the packet goes round as often as its first byte says.
#include <v1model.p4>
header left_t { bit<8> left; bit<8> rounds; bit<96> pad; }
struct headers_t { left_t left; }
struct meta_t {}
parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.left);
        transition accept;
    }
}
control None(inout headers_t headers, inout meta_t meta) { apply { } }
control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply { sm.egress_spec = 2; }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        if (headers.left.left != 0) {
            headers.left.left = headers.left.left - 1;
            headers.left.rounds = headers.left.rounds + 1;
            recirculate_preserving_field_list(0);
        }
    }
}
control Dep(packet_out packet, in headers_t headers) {
    apply { packet.emit(headers); }
}
V1Switch(Prs(), None(), Ing(), Egr(), None(), Dep()) main;
