// What a trace shows of whole headers: copies, stacks that are shifted; and of copies of packets, digests and packets that go round.
#include <v1model.p4>

header op_h {
    bit<8> op;
    bit<8> note;
}
header item_h {
    bit<8> a;
    varbit<16> b;
}
struct headers_t {
    op_h op;
    op_h copy;
    item_h[3] items;
}
struct meta_t {
    @field_list(1)
    bit<8> kept;
}
struct learn_t {
    bit<8> note;
    bit<9> port;
}

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.op);
        packet.extract(headers.items.next, 8);
        packet.extract(headers.items.next, 16);
        transition accept;
    }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        sm.egress_spec = 1;
        if (headers.op.op == 1) {
            headers.copy = headers.op;
            headers.copy.note = 7;
            headers.items.push_front(1);
            headers.items.pop_front(2);
        } else if (headers.op.op == 2 && sm.instance_type == 0) {
            digest<learn_t>(5, { headers.op.note, sm.ingress_port });
            meta.kept = 3;
            clone_preserving_field_list(CloneType.I2E, 7, 1);
            resubmit_preserving_field_list(1);
        } else if (headers.op.op == 2) {
            sm.mcast_grp = 4;
        }
    }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers); } }

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
