// Where packets leave: by a constant port, by one that an entry names, by one that the packet names; and shorter than they came.
#include <core.p4>
#include <v1model.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header way_t { bit<8> how; bit<8> port; }
struct headers_t { ethernet_t ethernet; way_t way; }
struct meta_t { }

parser P(packet_in p, out headers_t h, inout meta_t m, inout standard_metadata_t s) {
    state start {
        p.extract(h.ethernet);
        p.extract(h.way);
        transition accept;
    }
}

control V(inout headers_t h, inout meta_t m) { apply { } }

control I(inout headers_t h, inout meta_t m, inout standard_metadata_t s) {
    action to(bit<9> port) { s.egress_spec = port; }
    table entry { key = { h.way.port : exact; } actions = { to; NoAction; } default_action = NoAction(); }
    apply {
        switch (h.way.how) {
            1: { s.egress_spec = 5; }
            2: { entry.apply(); }
            3: { s.egress_spec = (bit<9>) h.way.port; }
            4: { h.ethernet.setInvalid(); s.egress_spec = 5; }
            default: { mark_to_drop(s); }
        }
    }
}

control E(inout headers_t h, inout meta_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout meta_t m) { apply { } }
control D(packet_out p, in headers_t h) { apply { p.emit(h.ethernet); p.emit(h.way); } }

V1Switch(P(), V(), I(), E(), C(), D()) main;
