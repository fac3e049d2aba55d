// All packets go to group 1, and each copy says by which port it leaves.
#include "v1model_ethernet.p4"

control I(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply { sm.mcast_grp = 1; }
}
control E(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply { headers.ethernet.src[7:0] = sm.egress_port[7:0]; }
}

V1Switch(P(), V(), I(), E(), C(), D()) main;
