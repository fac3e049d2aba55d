// What programs for v1model share: Ethernet, and blocks that do nothing.
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
control C(inout headers_t headers, inout meta_t meta) { apply { } }
control D(packet_out packet, in headers_t headers) { apply { packet.emit(headers.ethernet); } }
