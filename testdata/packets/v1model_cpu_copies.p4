// Copies for the control plane, behind port 255: clones of ingress and egress, a group that it is in, and a packet that goes there with a clone.
#include <core.p4>
#include <v1model.p4>

const bit<9> CPU = 255;
const bit<32> TO_CPU = 99;

@controller_header("packet_in")
header packet_in_t { bit<9> ingress_port; bit<7> reason; }
header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header deed_t { bit<8> deed; bit<8> seen; }
struct headers_t { packet_in_t packet_in; ethernet_t ethernet; deed_t deed; }
struct meta_t {
    @field_list(1) bit<9> from;
    @field_list(1) bit<7> reason;
}

parser P(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.ethernet);
        packet.extract(headers.deed);
        transition accept;
    }
}
control V(inout headers_t headers, inout meta_t meta) { apply { } }
control I(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        meta.from = sm.ingress_port;
        meta.reason = 1;
        sm.egress_spec = 2;
        if (headers.deed.deed == 1) { clone_preserving_field_list(CloneType.I2E, TO_CPU, 1); }
        if (headers.deed.deed == 3) { sm.mcast_grp = 1; }
        if (headers.deed.deed == 4) { sm.egress_spec = CPU; clone_preserving_field_list(CloneType.I2E, 3, 1); }
        if (headers.deed.deed == 5) { mark_to_drop(sm); clone_preserving_field_list(CloneType.I2E, TO_CPU, 1); }
        if (headers.deed.deed == 6) { sm.egress_spec = CPU; clone_preserving_field_list(CloneType.I2E, 3, 1); truncate(18); }
        headers.deed.seen = 0xbb;
    }
}
control E(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        if (headers.deed.deed == 2 && sm.instance_type == 0) {
            meta.reason = 2;
            clone_preserving_field_list(CloneType.E2E, TO_CPU, 1);
        }
        if (sm.egress_port == CPU) {
            headers.packet_in.setValid();
            headers.packet_in.ingress_port = meta.from;
            headers.packet_in.reason = meta.reason;
        }
    }
}
control C(inout headers_t headers, inout meta_t meta) { apply { } }
control D(packet_out packet, in headers_t headers) { apply { packet.emit(headers); } }

V1Switch(P(), V(), I(), E(), C(), D()) main;
