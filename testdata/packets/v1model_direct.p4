// Direct counters and meters on tables of every kind. The table is told by the first byte; the colour comes out in the second.
#include <v1model.p4>

header op_h {
    bit<8> table_of;
    bit<8> colour;
    bit<32> a;
    bit<32> b;
    bit<64> wide;
}
struct headers_t {
    op_h op;
}
struct meta_t {
    bit<8> colour;
}

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.op);
        transition accept;
    }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    direct_counter(CounterType.packets) exact_count;
    direct_counter(CounterType.bytes) lpm_count;
    direct_counter(CounterType.packets_and_bytes) masked_count;
    direct_counter(CounterType.packets_and_bytes) initial_count;
    direct_counter(CounterType.packets) constant_count;
    direct_counter(CounterType.packets) chained_count;
    direct_meter<bit<8>>(MeterType.packets) exact_meter;
    direct_meter<bit<8>>(MeterType.bytes) lpm_meter;
    direct_meter<bit<8>>(MeterType.packets) masked_meter;
    direct_meter<bit<8>>(MeterType.packets) chained_meter;

    action forward(bit<9> port) { sm.egress_spec = port; }
    action discard() { mark_to_drop(sm); }
    // Whoever calls a counter or none: the match counts, once.
    action counted(bit<9> port) { exact_count.count(); sm.egress_spec = port; }
    action coloured(bit<9> port, bit<64> mark) {
        exact_meter.read(headers.op.colour);
        headers.op.wide = mark;
        sm.egress_spec = port;
    }
    action lpm_coloured(bit<9> port) { lpm_meter.read(meta.colour); sm.egress_spec = port; }
    action masked_coloured(bit<9> port) { masked_meter.read(meta.colour); sm.egress_spec = port; }
    action chained_coloured(bit<9> port) { chained_meter.read(headers.op.colour); sm.egress_spec = port; }
    action missed() { masked_meter.read(meta.colour); sm.egress_spec = 7; }

    table exacts {
        key = { headers.op.a: exact @name("a"); headers.op.b: exact @name("b"); }
        actions = { forward; counted; coloured; discard; }
        default_action = coloured(6, 0xff);
        counters = exact_count;
        meters = exact_meter;
        size = 16;
    }
    table prefixes {
        key = { headers.op.a: lpm @name("a"); }
        actions = { forward; lpm_coloured; discard; }
        const default_action = lpm_coloured(6);
        counters = lpm_count;
        meters = lpm_meter;
    }
    table masks {
        key = { headers.op.a: ternary @name("a"); headers.op.b: optional @name("b"); }
        actions = { forward; masked_coloured; missed; discard; }
        default_action = missed();
        counters = masked_count;
        meters = masked_meter;
    }
    // The control plane may add to these.
    table initials {
        key = { headers.op.a: exact @name("a"); }
        actions = { forward; discard; @defaultonly NoAction; }
        default_action = NoAction();
        entries = { 1: forward(1); 2: discard(); }
        counters = initial_count;
    }
    table constants {
        key = { headers.op.a: exact @name("a"); }
        actions = { forward; discard; @defaultonly NoAction; }
        default_action = NoAction();
        const entries = { 1: forward(1); 2: forward(1); 3: discard(); }
        counters = constant_count;
    }
    table chained {
        key = { headers.op.a: ternary @name("a"); headers.op.b: range @name("b"); }
        actions = { forward; chained_coloured; discard; }
        default_action = chained_coloured(6);
        const entries = {
            (1, 1..5): chained_coloured(1);
            (1 &&& 1, _): chained_coloured(2);
            (_, 9): discard();
        }
        counters = chained_count;
        meters = chained_meter;
    }
    apply {
        meta.colour = 0x77;
        if (headers.op.table_of == 0) {
            exacts.apply();
        } else if (headers.op.table_of == 1) {
            if (prefixes.apply().miss) { headers.op.b = 0xdead; }
            headers.op.colour = meta.colour;
        } else if (headers.op.table_of == 2) {
            masks.apply();
            headers.op.colour = meta.colour;
        } else if (headers.op.table_of == 3) {
            if (initials.apply().hit) { headers.op.colour = 1; }
        } else if (headers.op.table_of == 4) {
            if (constants.apply().hit) { headers.op.colour = 1; }
        } else {
            chained.apply();
        }
    }
}

control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.op); } }

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
