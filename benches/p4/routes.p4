// A large routing table, for control planes to fill.
#include <core.p4>
#include <v1model.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header ipv4_t {
    bit<96> before;
    bit<32> src;
    bit<32> dst;
}
struct headers_t { ethernet_t ethernet; ipv4_t ipv4; }
struct meta_t { }

parser P(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.ethernet);
        packet.extract(headers.ipv4);
        transition accept;
    }
}
control V(inout headers_t headers, inout meta_t meta) { apply { } }
control I(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    action forward(bit<9> port) { sm.egress_spec = port; }
    action drop() { mark_to_drop(sm); }
    table routes {
        key = { headers.ipv4.dst: lpm; }
        actions = { forward; drop; }
        default_action = drop();
        size = 1048576;
    }
    apply { routes.apply(); }
}
control E(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control C(inout headers_t headers, inout meta_t meta) { apply { } }
control D(packet_out packet, in headers_t headers) { apply { packet.emit(headers); } }

V1Switch(P(), V(), I(), E(), C(), D()) main;
