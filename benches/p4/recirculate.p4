// Packets of one type go round once; all go to port 2 then.
#include "v1model_ethernet.p4"

control I(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply { sm.egress_spec = 2; }
}
control E(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        if (headers.ethernet.type == 0x88b5 && sm.instance_type == 0) {
            recirculate_preserving_field_list(0);
        }
    }
}

V1Switch(P(), V(), I(), E(), C(), D()) main;
