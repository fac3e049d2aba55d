// Packets of one type go to group 1, where each copy says by which port it leaves; all others to port 2.
#include "v1model_ethernet.p4"

control I(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        if (headers.ethernet.type == 0x88b5) {
            sm.mcast_grp = 1;
        } else {
            sm.egress_spec = 2;
        }
    }
}
control E(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        if (sm.instance_type == 5) {
            headers.ethernet.src[7:0] = sm.egress_port[7:0];
        }
    }
}

V1Switch(P(), V(), I(), E(), C(), D()) main;
