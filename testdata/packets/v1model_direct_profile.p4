// Entries that name a member of a profile, or a group of a selector, have cells of their own in the table's direct counter and meter.
#include <v1model.p4>

header op_h {
    bit<8> table_of;
    bit<8> colour;
    bit<32> a;
    bit<64> wide;
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
    direct_counter(CounterType.packets_and_bytes) profile_count;
    direct_meter<bit<8>>(MeterType.packets) profile_meter;
    direct_counter(CounterType.packets) selector_count;
    action_profile(8) members;
    action_selector(HashAlgorithm.crc16, 8, 16) groups;
    action forward(bit<9> port) { sm.egress_spec = port; }
    action coloured(bit<9> port) { profile_meter.read(headers.op.colour); sm.egress_spec = port; }
    table profiled {
        key = { headers.op.a: exact @name("a"); }
        actions = { forward; coloured; @defaultonly NoAction; }
        default_action = NoAction();
        implementation = members;
        counters = profile_count;
        meters = profile_meter;
    }
    table selected {
        key = { headers.op.a: lpm @name("a"); headers.op.wide: selector; }
        actions = { forward; @defaultonly NoAction; }
        default_action = NoAction();
        implementation = groups;
        counters = selector_count;
    }
    apply {
        if (headers.op.table_of == 0) {
            profiled.apply();
        } else {
            selected.apply();
        }
    }
}

control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.op); } }

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
