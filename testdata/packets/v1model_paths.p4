// The ways of a packet through v1model: unicast, drop, multicast, clones, resubmission, recirculation, truncation, and what
// of the metadata is kept.
#include <v1model.p4>

header op_h {
    bit<8> op;
    bit<8> note;
}
struct headers_t {
    op_h op;
}
enum bit<8> FieldLists {
    sum_of_both = 3,
    kept = 1
}
const bit<8> LOST = (bit<8>) FieldLists.kept + 1;
struct meta_t {
    @field_list(FieldLists.kept, 8w3)
    bit<8> kept;
    @field_list(LOST, FieldLists.sum_of_both)
    bit<8> lost;
    bit<8> unlisted;
}

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.op);
        transition accept;
    }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        sm.egress_spec = 2;
        if (sm.instance_type != 0) {
            // Second time round.
            headers.op.note = meta.kept + meta.lost + meta.unlisted + (bit<8>) sm.instance_type;
        } else if (headers.op.op == 1) {
            mark_to_drop(sm);
        } else if (headers.op.op == 2) {
            sm.mcast_grp = 5;
        } else if (headers.op.op == 3) {
            meta.kept = 0x30;
            meta.lost = 0x0f;
            headers.op.note = 0xbb;
            clone_preserving_field_list(CloneType.I2E, 7, 1);
        } else if (headers.op.op == 4) {
            meta.kept = 0x40;
            meta.lost = 0x0f;
            headers.op.note = 0xbb;
            resubmit_preserving_field_list(1);
        }
        if (headers.op.op == 9 && sm.instance_type == 0) {
            meta.kept = 0x40;
            meta.lost = 0x0f;
            meta.unlisted = 0x30;
            resubmit_preserving_field_list((bit<8>) FieldLists.sum_of_both);
        }
        if (headers.op.op == 7) {
            truncate(15);
        }
    }
}

control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        if (headers.op.op == 2) {
            headers.op.note = (bit<8>) sm.egress_rid;
        } else if (headers.op.op == 3 && sm.instance_type == 1) {
            headers.op.note = meta.kept + meta.lost + headers.op.note;
        } else if (headers.op.op == 5 && meta.kept == 0) {
            meta.kept = 0x50;
            meta.lost = 0x0f;
            headers.op.note = 0x11;
            recirculate_preserving_field_list(1);
        } else if (headers.op.op == 6 && sm.instance_type == 0) {
            headers.op.note = 0x66;
            clone(CloneType.E2E, 7);
        } else if (headers.op.op == 6) {
            headers.op.note = headers.op.note + 1;
        } else if (headers.op.op == 8 && sm.instance_type == 0) {
            meta.kept = 0x70;
            meta.lost = 0x0f;
            meta.unlisted = 0x0f;
            clone_preserving_field_list(CloneType.E2E, 7, 1);
        } else if (headers.op.op == 8) {
            headers.op.note = meta.kept + meta.lost + meta.unlisted;
        }
    }
}
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.op); } }

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
