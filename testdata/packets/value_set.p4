// A value set at the top level is one set for all parsers; empty, it matches nothing.
#include <core.p4>
#include <v1model.p4>

header H { bit<8> a; bit<8> b; bit<8> c; }
struct Headers { H h; }
struct Meta {}

value_set<bit<8>>(4) known;

parser Sub(packet_in packet, inout Headers headers) {
    state start {
        packet.extract(headers.h);
        transition select(headers.h.a) { known: accept; _: other; }
    }
    state other { headers.h.b = 1; transition accept; }
}

parser P(packet_in packet, out Headers headers, inout Meta meta, inout standard_metadata_t standard) {
    Sub() sub;
    state start {
        sub.apply(packet, headers);
        transition select(headers.h.a) { known: accept; 2: next; _: accept; }
    }
    state next { headers.h.c = 7; transition accept; }
}

control Verify(inout Headers headers, inout Meta meta) { apply {} }
control In(inout Headers headers, inout Meta meta, inout standard_metadata_t standard) {
    apply { standard.egress_spec = 1; }
}
control Out(inout Headers headers, inout Meta meta, inout standard_metadata_t standard) { apply {} }
control Compute(inout Headers headers, inout Meta meta) { apply {} }
control D(packet_out packet, in Headers headers) { apply { packet.emit(headers.h); } }

V1Switch(P(), Verify(), In(), Out(), Compute(), D()) main;
