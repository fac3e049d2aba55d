// Packets with clones of two sessions: of ingress and of egress, of two rounds of ingress, and of ingress and a group.
#include <core.p4>
#include <v1model.p4>

header ask_t {
    bit<48> dst;
    bit<48> src;
    bit<16> mark;
    bit<8>  flags;
    bit<8>  stages;
}
header body_t { bit<32> bytes; }

struct headers_t { ask_t ask; body_t body; }
struct metadata_t { @field_list(1) bit<8> stages; }

const bit<8> I2E = 1;
const bit<8> E2E = 2;
const bit<8> RESUBMIT = 4;
const bit<8> I2E_AGAIN = 8;
const bit<8> MULTICAST = 16;
const bit<8> DROP = 32;
const bit<8> RECIRCULATE = 64;

parser Parse(packet_in packet, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start {
        packet.extract(h.ask);
        packet.extract(h.body);
        transition accept;
    }
}
control Verify(inout headers_t h, inout metadata_t m) { apply { } }
control In(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    apply {
        bool again = sm.instance_type != 0;
        m.stages = m.stages + 1;
        sm.egress_spec = 4;
        h.body.bytes = h.body.bytes + 1;
        if (h.ask.flags & (again ? I2E_AGAIN : I2E) != 0) {
            clone_preserving_field_list(CloneType.I2E, again ? 32w3 : 32w1, 1);
        }
        if (!again && h.ask.flags & RESUBMIT != 0) { resubmit_preserving_field_list(1); }
        if (h.ask.flags & MULTICAST != 0) { sm.mcast_grp = 1; }
    }
}
control Out(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    apply {
        h.ask.src = (bit<48>) sm.egress_port;
        h.ask.mark = (bit<8>) sm.instance_type ++ m.stages;
        h.ask.stages = h.ask.stages + 16;
        if (sm.instance_type == 0) {
            if (h.ask.flags & E2E != 0) { clone_preserving_field_list(CloneType.E2E, 2, 1); }
            if (h.ask.flags & DROP != 0) { mark_to_drop(sm); }
            if (h.ask.flags & RECIRCULATE != 0 && h.ask.stages == 16) { recirculate_preserving_field_list(1); }
            h.body.setInvalid();
        }
    }
}
control Compute(inout headers_t h, inout metadata_t m) { apply { } }
control Deparse(packet_out packet, in headers_t h) { apply { packet.emit(h.ask); packet.emit(h.body); } }
V1Switch(Parse(), Verify(), In(), Out(), Compute(), Deparse()) main;
