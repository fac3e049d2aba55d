// Sends every packet back.
#include <core.p4>
#include <v1model.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
struct headers_t { ethernet_t ethernet; }
struct meta_t {  }

parser P(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.ethernet);
        transition accept;
    }
}
control V(inout headers_t headers, inout meta_t meta) { apply { } }
control I(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    counter(1, CounterType.packets) seen;
    apply {
        seen.count(0);
        sm.egress_spec = sm.ingress_port;
    }
}
control E(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control C(inout headers_t headers, inout meta_t meta) { apply { } }
control D(packet_out packet, in headers_t headers) { apply { packet.emit(headers.ethernet); } }

V1Switch(P(), V(), I(), E(), C(), D()) main;
