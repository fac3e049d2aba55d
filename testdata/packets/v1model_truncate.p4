// Packets that are cut when they leave: what was asked for last counts, in egress too, and what the deparser has put in front counts.
#include <core.p4>
#include <v1model.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header ask_t { bit<8> deed; bit<8> unused; bit<32> first; bit<32> second; }
header tag_t { bit<32> tag; }

struct headers_t { ethernet_t ethernet; tag_t tag; ask_t ask; }
struct metadata_t { }

parser Parse(packet_in packet, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start { packet.extract(h.ethernet); packet.extract(h.ask); transition accept; }
}
control Verify(inout headers_t h, inout metadata_t m) { apply { } }
control In(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    action cut() { truncate(h.ask.first); }
    table cuts { key = { h.ask.deed: exact; } actions = { cut; NoAction; } default_action = NoAction; const entries = { 1: cut(); 2: cut(); } }
    apply {
        sm.egress_spec = 1;
        if (h.ask.deed == 5) { sm.egress_spec = sm.ingress_port; }
        cuts.apply();
        if (h.ask.deed >= 3) { truncate(h.ask.first); h.tag.setValid(); h.tag.tag = h.ask.second; }
        if (h.ask.deed == 6) { mark_to_drop(sm); }
    }
}
control Out(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    apply { if (h.ask.deed == 2) { truncate(h.ask.second); } }
}
control Compute(inout headers_t h, inout metadata_t m) { apply { } }
control Deparse(packet_out packet, in headers_t h) {
    apply { packet.emit(h.ethernet); packet.emit(h.tag); packet.emit(h.ask); }
}
V1Switch(Parse(), Verify(), In(), Out(), Compute(), Deparse()) main;
