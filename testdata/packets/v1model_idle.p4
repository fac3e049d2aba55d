// Idle timeouts on tables of every kind. The table is told by the first byte.
#include <v1model.p4>

header op_h {
    bit<8> table_of;
    bit<8> small;
    bit<16> a;
    bit<32> b;
    bit<64> padding;
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
    action_profile(8) profile;

    action forward(bit<9> port) { sm.egress_spec = port; }
    action discard() { mark_to_drop(sm); }

    table exacts {
        key = { headers.op.a: exact; headers.op.b: exact; }
        actions = { forward; discard; }
        default_action = discard;
        counters = counted;
        support_timeout = true;
    }
    table small {
        key = { headers.op.small: exact; }
        actions = { forward; discard; }
        default_action = discard;
        support_timeout = true;
    }
    table prefixes {
        key = { headers.op.b: lpm; }
        actions = { forward; discard; }
        default_action = discard;
        support_timeout = true;
    }
    table masks {
        key = { headers.op.a: ternary; headers.op.b: range; }
        actions = { forward; discard; }
        default_action = discard;
        support_timeout = true;
    }
    table profiled {
        key = { headers.op.a: exact; }
        actions = { forward; discard; }
        default_action = discard;
        implementation = profile;
        support_timeout = true;
    }
    // Its actions do nothing, and yet it is known which entries packets use.
    table watched {
        key = { headers.op.small: exact; }
        actions = { NoAction; }
        support_timeout = true;
    }
    table timeless {
        key = { headers.op.a: exact; }
        actions = { forward; discard; }
        default_action = discard;
        support_timeout = false;
    }
    apply {
        switch (headers.op.table_of) {
            0: { exacts.apply(); }
            1: { small.apply(); }
            2: { prefixes.apply(); }
            3: { masks.apply(); }
            4: { profiled.apply(); }
            5: { watched.apply(); sm.egress_spec = 1; }
            default: { timeless.apply(); }
        }
    }
}

control Eg(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Cks(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.op); } }

V1Switch(Prs(), Vrf(), Ing(), Eg(), Cks(), Dep()) main;
