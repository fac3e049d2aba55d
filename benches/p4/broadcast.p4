// All packets go to group 1; egress does nothing with the copies.
#include "v1model_ethernet.p4"

control I(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply { sm.mcast_grp = 1; }
}
control E(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }

V1Switch(P(), V(), I(), E(), C(), D()) main;
