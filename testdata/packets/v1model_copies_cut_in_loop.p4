// A loop of the kernel's cuts a packet and its clone, which goes through egress by itself.
#include <core.p4>
#include <v1model.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header rounds_t { bit<16> n; bit<8> cut; }
struct headers_t { ethernet_t ethernet; rounds_t rounds; }
struct meta_t { @field_list(1) bit<16> more; }

parser Prs(packet_in packet, out headers_t h, inout meta_t m, inout standard_metadata_t s) {
    state start {
        packet.extract(h.ethernet);
        packet.extract(h.rounds);
        transition accept;
    }
}

control Ver(inout headers_t h, inout meta_t m) { apply { } }

control Ing(inout headers_t h, inout meta_t m, inout standard_metadata_t s) {
    apply {
        s.egress_spec = 1;
        m.more = 5;
        clone_preserving_field_list(CloneType.I2E, 1, 1);
    }
}

control Egr(inout headers_t h, inout meta_t m, inout standard_metadata_t s) {
    apply {
        bit<32> cut = 0;
        if (s.instance_type == 0) { m.more = 0; }
        for (bit<32> i = 0; i < (bit<32>)h.rounds.n; i = i + 1) {
            cut = cut + 1;
            truncate(cut + (bit<32>)h.rounds.cut + (bit<32>)m.more);
        }
        h.rounds.cut = cut[7:0];
    }
}

control Com(inout headers_t h, inout meta_t m) { apply { } }
control Dep(packet_out packet, in headers_t h) { apply { packet.emit(h); } }

V1Switch(Prs(), Ver(), Ing(), Egr(), Com(), Dep()) main;
