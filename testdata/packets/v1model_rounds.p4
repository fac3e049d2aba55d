// Packets that go round: what they keep, as what they come back, and that one that is resubmitted is as it came although ingress has
// changed it.
#include <v1model.p4>

header op_t {
    bit<8> op;
    bit<8> note;
    bit<96> pad;
}
header tag_t { bit<16> label; }
struct headers_t {
    tag_t tag;
    op_t op;
}
enum bit<8> List { One = 1, Two = 2 }
struct meta_t {
    @field_list(List.One)
    bit<8> first;
    @field_list(List.One, List.Two)
    bit<8> second;
    @field_list(List.Two)
    bool flag;
    @field_list(List.Two)
    bit<80> wide;
    bit<8> lost;
}

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        transition select(packet.lookahead<bit<16>>()) { 0xffff: tag; default: op; }
    }
    state tag {
        packet.extract(headers.tag);
        transition op;
    }
    state op {
        packet.extract(headers.op);
        transition accept;
    }
}
control None(inout headers_t headers, inout meta_t meta) { apply { } }

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        sm.egress_spec = 2;
        if (sm.instance_type == 0) {
            bit<8> op = headers.op.op;
            meta.first = 0x10;
            meta.second = 0x02;
            meta.flag = true;
            meta.wide = 0x40 << 64;
            meta.lost = 1;
            headers.op.note = 0x77;
            if (op == 1) {
                resubmit_preserving_field_list((bit<8>) List.One);
            } else if (op == 2) {
                resubmit_preserving_field_list((bit<8>) List.Two);
            } else if (op == 3) {
                // Wins over dropping.
                resubmit_preserving_field_list(7);
                mark_to_drop(sm);
            } else if (op == 8) {
                sm.egress_spec = 511;
            }
        } else {
            bit<8> sum = meta.first + meta.second + (meta.flag ? 8w0x80 : 0) + (bit<8>) (meta.wide >> 64);
            headers.op.note = headers.op.note + sum + (bit<8>) sm.instance_type + meta.lost;
            if (headers.op.op == 9) {
                resubmit_preserving_field_list(1);
            }
        }
    }
}

control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        if (meta.lost == 1) {
            if (headers.op.op == 4) {
                meta.first = 0x20;
                recirculate_preserving_field_list(1);
            } else if (headers.op.op == 5) {
                // It comes back with a tag.
                headers.tag.setValid();
                headers.tag.label = 0xffff;
                recirculate_preserving_field_list(2);
            } else if (headers.op.op == 6) {
                // It comes back without one.
                headers.tag.setInvalid();
                recirculate_preserving_field_list(0);
            } else if (headers.op.op == 7) {
                // Dropped before it could go round.
                recirculate_preserving_field_list(1);
                mark_to_drop(sm);
            }
        }
    }
}

control Dep(packet_out packet, in headers_t headers) {
    apply { packet.emit(headers); }
}

V1Switch(Prs(), None(), Ing(), Egr(), None(), Dep()) main;
