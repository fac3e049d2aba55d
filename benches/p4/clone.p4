// All packets go to port 2 with another source, and a clone of each, as it came, to session 1.
#include "v1model_ethernet.p4"

control I(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        sm.egress_spec = 2;
        clone(CloneType.I2E, 1);
        headers.ethernet.src = 0x020000000002;
    }
}
control E(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }

V1Switch(P(), V(), I(), E(), C(), D()) main;
