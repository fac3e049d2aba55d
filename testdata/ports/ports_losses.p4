// One type of packets for each way to be lost.
#include <core.p4>
#include <v1model.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header long_t { bit<1920> bytes; }
struct headers_t { long_t front; ethernet_t ethernet; }
struct meta_t {  }

parser P(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.ethernet);
        transition accept;
    }
}
control V(inout headers_t headers, inout meta_t meta) { apply { } }
control I(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        sm.egress_spec = sm.ingress_port;
        if (headers.ethernet.type == 0x1111) {
            resubmit_preserving_field_list(0);
        } else if (headers.ethernet.type == 0x2222) {
            headers.front.setValid();
        } else if (headers.ethernet.type == 0x3333) {
            sm.egress_spec = 300;
        } else if (headers.ethernet.type == 0x4444) {
            assert(headers.ethernet.dst == 0);
        }
    }
}
control E(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control C(inout headers_t headers, inout meta_t meta) { apply { } }
control D(packet_out packet, in headers_t headers) { apply { packet.emit(headers.front); packet.emit(headers.ethernet); } }

V1Switch(P(), V(), I(), E(), C(), D()) main;
