// Copies of a group know whether a checksum of the packet was wrong; a clone that is parsed again does not.
#include <core.p4>
#include <v1model.p4>

header sum_t { bit<48> dst; bit<48> src; bit<16> data; bit<16> sum; bit<8> wrong; }

struct headers_t { sum_t sum; }
struct metadata_t { }

parser Parse(packet_in packet, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start { packet.extract(h.sum); transition accept; }
}
control Verify(inout headers_t h, inout metadata_t m) {
    apply { verify_checksum(true, { h.sum.data }, h.sum.sum, HashAlgorithm.csum16); }
}
control In(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    apply {
        sm.mcast_grp = 1;
        clone(CloneType.I2E, 1);
    }
}
control Out(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    apply { h.sum.wrong = (bit<8>) sm.checksum_error; }
}
control Compute(inout headers_t h, inout metadata_t m) { apply { } }
control Deparse(packet_out packet, in headers_t h) { apply { packet.emit(h.sum); } }
V1Switch(Parse(), Verify(), In(), Out(), Compute(), Deparse()) main;
