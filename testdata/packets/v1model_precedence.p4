// What wins at the end of ingress and of egress, and what is kept of metadata: clones first, then resubmission, multicast, drop, unicast;
// behind egress clones, drop, recirculation. `op` says what is done, in the order of the bits from the lowest on.
#include <v1model.p4>

header op_h {
    bit<8> op;
    bit<8> done;    // what the second round of ingress saw
    bit<8> seen;    // what the parser of a packet that goes round saw
    bit<8> type;    // instance_type in egress
    bit<8> port;
}
struct headers_t { op_h op; }
// The id of a list may have a name.
enum bit<8> Lists { First = 1, Second = 2 }
const bit<8> SECOND = 2;
struct inner_t {
    @field_list(Lists.First, 8w0x2)
    bit<8> deep;
}
struct meta_t {
    @field_list(1)
    bit<8> note;
    @field_list(SECOND)
    bit<8> other;
    bit<8> lost;
    inner_t inner;
}

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.op);
        // What a field list keeps is there already.
        headers.op.seen = meta.note + meta.other + meta.lost + meta.inner.deep;
        transition select(sm.instance_type) {
            0: accept;
            default: again;
        }
    }
    state again {
        headers.op.seen = headers.op.seen | 0x80;
        transition accept;
    }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        bit<8> op = headers.op.op;
        bool first = sm.instance_type == 0;
        sm.egress_spec = 2;
        headers.op.done = (bit<8>) sm.instance_type;
        meta.note = 0x10;
        meta.other = 0x20;
        meta.lost = 0x40;
        meta.inner.deep = 0x01;
        if (op[7:7] == 1) {
            // Egress has its turn.
        } else if (first) {
            if (op[0:0] == 1) {
                clone_preserving_field_list(CloneType.I2E, 6, 1);
                // The last call counts.
                clone_preserving_field_list(CloneType.I2E, 7, 2);
            }
            if (op[1:1] == 1) {
                resubmit_preserving_field_list(2);
                resubmit_preserving_field_list(1);
            }
            if (op[2:2] == 1) {
                sm.mcast_grp = 5;
            }
            if (op[3:3] == 1) {
                mark_to_drop(sm);
            }
            if (op[4:4] == 1) {
                // Whatever came before: the value is all that counts.
                sm.egress_spec = 3;
            }
            if (op[5:5] == 1) {
                sm.egress_spec = 511;
            }
            if (op[6:6] == 1) {
                sm.mcast_grp = 9;
            }
        }
    }
}

control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        bit<8> op = headers.op.op;
        headers.op.type = (bit<8>) sm.instance_type;
        headers.op.port = (bit<8>) sm.egress_port + (bit<8>) sm.egress_rid;
        if (sm.egress_spec != 0) {
            headers.op.port = 0xff;
        }
        // The port is decided.
        sm.egress_spec = 4;
        if (op[7:7] == 1 && headers.op.done == 0 && sm.instance_type == 0) {
            if (op[0:0] == 1) {
                clone_preserving_field_list(CloneType.E2E, 7, 1);
            }
            if (op[1:1] == 1) {
                recirculate_preserving_field_list(SECOND);
            }
            if (op[2:2] == 1) {
                mark_to_drop();
            }
            if (op[3:3] == 1) {
                sm.egress_spec = 5;
            }
            // Copies of egress carry the headers as they are at its end.
            headers.op.seen = meta.note + meta.other + meta.lost + meta.inner.deep;
        } else if (sm.instance_type == 2) {
            headers.op.seen = headers.op.seen + meta.note + meta.other + meta.lost + meta.inner.deep;
        }
    }
}
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.op); } }

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
