// A packet that ingress has cut goes to a group, and a clone of it as it came, which is whole.
#include <core.p4>
#include <v1model.p4>

header ask_t { bit<48> dst; bit<48> src; bit<16> type; bit<8> length; }

struct headers_t { ask_t ask; }
struct metadata_t { }

parser Parse(packet_in packet, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start { packet.extract(h.ask); transition accept; }
}
control Verify(inout headers_t h, inout metadata_t m) { apply { } }
control In(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    apply {
        sm.egress_spec = 4;
        if (h.ask.type[0:0] == 1) { sm.mcast_grp = 1; }
        if (h.ask.type[1:1] == 1) { clone(CloneType.I2E, 1); }
        truncate((bit<32>) h.ask.length);
    }
}
control Out(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) { apply { } }
control Compute(inout headers_t h, inout metadata_t m) { apply { } }
control Deparse(packet_out packet, in headers_t h) { apply { packet.emit(h.ask); } }
V1Switch(Parse(), Verify(), In(), Out(), Compute(), Deparse()) main;
