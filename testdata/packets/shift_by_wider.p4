// Numbers that are shifted by wider ones, and then stand beside others: what is shifted keeps its width.
#include <core.p4>
#include <v1model.p4>

header op_t { bit<28> a; bit<36> b; bit<40> by; bit<64> up; bit<64> down; bit<8> small; int<20> c; bit<4> pad; bit<64> signs; }

struct headers_t { op_t op; }
struct metadata_t { }

parser Parse(packet_in packet, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start { packet.extract(h.op); transition accept; }
}
control Verify(inout headers_t h, inout metadata_t m) { apply { } }
control In(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    apply {
        sm.egress_spec = 1;
        h.op.up = (h.op.a << h.op.by) ++ h.op.b;
        h.op.down = (h.op.a >> h.op.by) ++ h.op.b;
        h.op.signs = (bit<20>)(h.op.c >> h.op.by) ++ (44w1 << h.op.small);
    }
}
control Out(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) { apply { } }
control Compute(inout headers_t h, inout metadata_t m) { apply { } }
control Deparse(packet_out packet, in headers_t h) { apply { packet.emit(h.op); } }
V1Switch(Parse(), Verify(), In(), Out(), Compute(), Deparse()) main;
