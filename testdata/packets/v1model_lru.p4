// A table that forgets: when it is full, a new entry displaces the one that has not been used for longest.
#include <v1model.p4>

header op_h {
    bit<32> a;
    bit<96> padding;
}
struct headers_t {
    op_h op;
}
struct meta_t { }

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.op);
        transition accept;
    }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    direct_counter(CounterType.packets) counted;
    action forward(bit<9> port) { sm.egress_spec = port; }
    @lru
    table flows {
        key = { headers.op.a: exact; }
        actions = { forward; }
        default_action = forward(7);
        entries = { 1: forward(1); }
        counters = counted;
        size = 4;
    }
    apply { flows.apply(); }
}

control Eg(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Cks(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.op); } }

V1Switch(Prs(), Vrf(), Ing(), Eg(), Cks(), Dep()) main;
