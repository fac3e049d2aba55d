// Packets beside copies, and copies, that are as long as a device takes, as short as it takes, or begin with any bytes.
#include <core.p4>
#include <v1model.p4>

header op_h { bit<32> first; bit<8> op; }
struct headers_t { op_h op; }
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
        if (headers.op.op == 1) {
            sm.mcast_grp = 7;
        } else if (headers.op.op == 2) {
            clone(CloneType.I2E, 5);
            headers.op.op = 0x22;
        }
    }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        if (sm.instance_type == 5) {
            headers.op.op = 0x10 + (bit<8>) sm.egress_port + (bit<8>) sm.egress_rid;
        }
    }
}
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.op); } }

V1Switch(Prs(), None(), Ing(), Egr(), None(), Dep()) main;
