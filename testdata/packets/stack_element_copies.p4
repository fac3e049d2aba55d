// An element of a stack by an index of the packet, copied as a whole. What is beyond the stack is an invalid header, whatever was in its place.
#include <core.p4>
#include <v1model.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header ask_t { bit<8> way; bit<8> i; bit<8> j; }
header item_t { bit<16> n; }
header left_t { bit<8> l; }
header right_t { bit<16> r; }
header_union pair_t { left_t left; right_t right; }
struct headers_t { ethernet_t ethernet; ask_t ask; item_t[4] items; pair_t[3] pairs; item_t last; }
struct meta_t { bit<8> valid; bit<16> sum; }

parser Prs(packet_in packet, out headers_t h, inout meta_t m, inout standard_metadata_t s) {
    state start {
        packet.extract(h.ethernet);
        packet.extract(h.ask);
        packet.extract(h.items.next);
        packet.extract(h.items.next);
        packet.extract(h.items.next);
        packet.extract(h.pairs[0].left);
        packet.extract(h.pairs[1].right);
        packet.extract(h.last);
        transition accept;
    }
}

control Verify(inout headers_t h, inout meta_t m) { apply { } }

void note(in item_t item, inout meta_t m) {
    m.valid = m.valid << 1;
    if (item.isValid()) {
        m.valid[0:0] = 1;
        m.sum = m.sum + item.n;
    }
}

control Ing(inout headers_t h, inout meta_t m, inout standard_metadata_t s) {
    action own_index() { h.items[1] = h.items[(bit<8>)h.items[1].n]; }
    apply {
        s.egress_spec = 1;
        switch (h.ask.way) {
            0: { h.last = h.items[h.ask.i]; }
            1: { h.items[h.ask.j] = h.items[h.ask.i]; }
            2: { own_index(); }
            3: {
                item_t copy;
                for (bit<8> at in h.ask.i..h.ask.j) {
                    copy = h.items[at];
                    note(copy, m);
                    note(h.items[at], m);
                }
                h.ethernet.type = m.sum;
                h.ask.i = m.valid;
            }
            4: { h.pairs[1] = h.pairs[h.ask.i]; }
            5: { h.items = (item_t[4]) { h.items[h.ask.i], h.items[h.ask.j], h.last, {#} }; }
        }
    }
}

control Egr(inout headers_t h, inout meta_t m, inout standard_metadata_t s) { apply { } }
control Compute(inout headers_t h, inout meta_t m) { apply { } }
control Dep(packet_out packet, in headers_t h) { apply { packet.emit(h); } }

V1Switch(Prs(), Verify(), Ing(), Egr(), Compute(), Dep()) main;
