// Headers with varbits in packets that are copied: of a group, cloned in egress, and cloned in ingress as they came.
#include <core.p4>
#include <v1model.p4>

header base_t { bit<48> dst; bit<48> src; bit<16> type; bit<8> deed; bit<8> first; bit<8> second; }
header options_t { varbit<96> data; }
header trailer_t { bit<8> mark; varbit<320> data; bit<16> sum; }
struct headers_t { base_t base; options_t options; trailer_t trailer; }
struct meta_t { @field_list(1) bit<8> mark; }

parser P(packet_in packet, out headers_t h, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(h.base);
        packet.extract(h.options, (bit<32>)h.base.first << 3);
        transition select(h.base.second) { 0: accept; default: trailer; }
    }
    state trailer {
        packet.extract(h.trailer, (bit<32>)h.base.second << 3);
        transition accept;
    }
}
control V(inout headers_t h, inout meta_t meta) { apply { } }
control I(inout headers_t h, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        sm.egress_spec = 1;
        meta.mark = 0x44;
        if (h.base.deed == 1) { sm.mcast_grp = 1; }
        if (h.base.deed == 2) { clone_preserving_field_list(CloneType.I2E, 1, 1); }
        if (h.base.deed == 4) { h.options.setInvalid(); sm.mcast_grp = 1; }
        h.trailer.mark = 0x33;
    }
}
control E(inout headers_t h, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        if (h.base.deed == 3 && sm.instance_type == 0) { clone_preserving_field_list(CloneType.E2E, 1, 1); }
        if (sm.egress_port == 2) { h.trailer.sum = h.trailer.sum + 1; }
        if (sm.egress_port == 3) { h.base.first = meta.mark; h.trailer.setInvalid(); }
    }
}
control C(inout headers_t h, inout meta_t meta) { apply { } }
control D(packet_out packet, in headers_t h) { apply { packet.emit(h); } }

V1Switch(P(), V(), I(), E(), C(), D()) main;
