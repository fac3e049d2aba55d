// A direct counter counts the packets of its table's entries; no statement calls it.
#include <v1model.p4>

header op_h {
    bit<8> op;
    bit<8> note;
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
    action forward(bit<9> port) { sm.egress_spec = port; }
    action discard() { mark_to_drop(sm); }
    @name(".counted") direct_counter(CounterType.packets_and_bytes) counted;
    table to {
        key = { headers.op.op: exact @name("op.op"); }
        actions = { forward; discard; @defaultonly NoAction; }
        default_action = NoAction();
        counters = counted;
    }
    apply { to.apply(); }
}

control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.op); } }

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
