// From port 1 to port 7, from port 7 back; one type of packets to port 2.
#include <core.p4>
#include <v1model.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
struct headers_t { ethernet_t ethernet; }
struct meta_t {  }

parser P(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.ethernet);
        transition select(headers.ethernet.type) {
            0x7777: strange;
            default: accept;
        }
    }
    state strange {
        verify(headers.ethernet.dst == 0, error.NoMatch);
        transition accept;
    }
}
control V(inout headers_t headers, inout meta_t meta) { apply { } }
control I(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    counter(8, CounterType.packets) seen;
    apply {
        seen.count((bit<32>) sm.ingress_port);
        sm.egress_spec = 7;
        if (headers.ethernet.type == 0x5555) {
            sm.egress_spec = 2;
        }
    }
}
control E(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control C(inout headers_t headers, inout meta_t meta) { apply { } }
control D(packet_out packet, in headers_t headers) { apply { packet.emit(headers.ethernet); } }

V1Switch(P(), V(), I(), E(), C(), D()) main;
