// Two ports: what comes in at 1 leaves by 2, and all else by 1.
#include <core.p4>
#include <v1model.p4>

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
}
struct headers_t { ethernet_t ethernet; }
struct meta_t { }

parser P(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.ethernet);
        transition accept;
    }
}
control V(inout headers_t headers, inout meta_t meta) { apply { } }
control I(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        if (sm.ingress_port == 1) {
            sm.egress_spec = 2;
        } else {
            sm.egress_spec = 1;
        }
    }
}
control E(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control C(inout headers_t headers, inout meta_t meta) { apply { } }
control D(packet_out packet, in headers_t headers) { apply { packet.emit(headers.ethernet); } }

V1Switch(P(), V(), I(), E(), C(), D()) main;
