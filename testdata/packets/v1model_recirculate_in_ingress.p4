// A recirculation that ingress asks for: remembered until the end of egress, with the field list's values there, for the packet itself
// and not for its copies; egress may ask for another list; a packet that is dropped does not go round. What egress resubmits is lost.
#include <v1model.p4>

header op_h {
    bit<8> op;
    bit<8> note;
}
struct headers_t {
    op_h op;
}
struct meta_t {
    @field_list(1)
    bit<8> first;
    @field_list(2)
    bit<8> second;
}

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.op);
        transition accept;
    }
}
control None(inout headers_t headers, inout meta_t meta) { apply { } }

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        sm.egress_spec = 2;
        if (sm.instance_type != 0) {
            // Second time round.
            headers.op.note = headers.op.note + meta.first + meta.second + (bit<8>) sm.instance_type;
        } else if (headers.op.op != 5) {
            meta.first = 0x10;
            @noWarn("misplaced-extern") {
                recirculate_preserving_field_list(1);
            }
            if (headers.op.op == 1) {
                clone(CloneType.I2E, 7);
            } else if (headers.op.op == 2) {
                sm.mcast_grp = 5;
            } else if (headers.op.op == 3) {
                mark_to_drop(sm);
            }
        }
    }
}

control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        headers.op.note = headers.op.note + 1;
        // First time round.
        if (headers.op.note == 1) {
            meta.first = meta.first + 0x10;
            meta.second = 0x40;
            if (headers.op.op == 4) {
                recirculate_preserving_field_list(2);
            } else if (headers.op.op == 5) {
                @noWarn("misplaced-extern") {
                    resubmit_preserving_field_list(2);
                }
            } else if (headers.op.op == 6) {
                mark_to_drop(sm);
            }
        }
    }
}
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.op); } }

V1Switch(Prs(), None(), Ing(), Egr(), None(), Dep()) main;
