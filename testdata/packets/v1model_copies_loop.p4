// A loop of many rounds in egress, which copies run in a section of their own, and one in ingress.
#include <core.p4>
#include <v1model.p4>

header count_t { bit<48> dst; bit<48> src; bit<16> rounds; bit<32> sum; bit<16> of; }

struct headers_t { count_t count; }
struct metadata_t { @field_list(1) bit<32> sum; }

parser Parse(packet_in packet, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start { packet.extract(h.count); transition accept; }
}
control Verify(inout headers_t h, inout metadata_t m) { apply { } }
control In(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    apply {
        m.sum = 0;
        for (bit<16> i = 0; i < h.count.rounds; i = i + 1) { m.sum = m.sum + (bit<32>)i; }
        sm.mcast_grp = 1;
        if (h.count.of == 1) { clone_preserving_field_list(CloneType.I2E, 1, 1); }
    }
}
control Out(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    apply {
        h.count.sum = m.sum;
        for (bit<16> i = 0; i < h.count.rounds; i = i + 1) {
            if (i == 1000) { break; }
            h.count.sum = h.count.sum + (bit<32>)sm.egress_rid + 1;
        }
        h.count.of = sm.egress_rid;
    }
}
control Compute(inout headers_t h, inout metadata_t m) { apply { } }
control Deparse(packet_out packet, in headers_t h) { apply { packet.emit(h.count); } }
V1Switch(Parse(), Verify(), In(), Out(), Compute(), Deparse()) main;
