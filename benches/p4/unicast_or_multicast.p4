// Packets of one type go to group 1, all others to port 2.
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
control E(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }

V1Switch(P(), V(), I(), E(), C(), D()) main;
