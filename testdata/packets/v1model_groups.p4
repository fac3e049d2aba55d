// Multicast where nothing is done with copies behind ingress: they are what it has made of the packet.
#include <core.p4>
#include <v1model.p4>

header op_h { bit<8> op; bit<8> group; }
header tag_h { bit<32> label; }
struct headers_t { tag_h tag; op_h op; }
struct meta_t { }

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
        sm.mcast_grp = (bit<16>) headers.op.group;
        if (headers.op.op == 1) {
            // A group goes before it.
            sm.egress_spec = 511;
        } else if (headers.op.op == 2) {
            headers.tag = { 0xc0ffee00 };
        } else if (headers.op.op == 3) {
            headers.op.setInvalid();
        } else if (headers.op.op == 4) {
            truncate(20);
        } else if (headers.op.op == 5) {
            // It forgets the group, too.
            mark_to_drop(sm);
        }
    }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Dep(packet_out packet, in headers_t headers) {
    apply {
        packet.emit(headers.tag);
        packet.emit(headers.op);
    }
}

V1Switch(Prs(), None(), Ing(), Egr(), None(), Dep()) main;
