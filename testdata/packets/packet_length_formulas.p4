// The packet's length in formulas that clang would turn round: the verifier takes differences of pointers only as they are.
#include <core.p4>
#include <v1model.p4>

header ask_t { bit<48> dst; bit<48> src; bit<16> type; bit<32> not; bit<32> minus; bit<32> rest; bit<8> low; }

struct headers_t { ask_t ask; }
struct metadata_t { }

parser Parse(packet_in packet, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start { packet.extract(h.ask); transition accept; }
}
control Verify(inout headers_t h, inout metadata_t m) { apply { } }
control In(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    apply {
        sm.egress_spec = 1;
        if (h.ask.type == 1) { h.ask.not = ~sm.packet_length; }
        h.ask.minus = h.ask.minus - sm.packet_length;
        h.ask.rest = -(sm.packet_length ^ h.ask.rest);
        h.ask.low = (bit<8>)(sm.packet_length - 1) |-| h.ask.low;
    }
}
control Out(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) { apply { } }
control Compute(inout headers_t h, inout metadata_t m) { apply { } }
control Deparse(packet_out packet, in headers_t h) { apply { packet.emit(h.ask); } }
V1Switch(Parse(), Verify(), In(), Out(), Compute(), Deparse()) main;
