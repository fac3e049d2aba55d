// Match kinds, precedence, default actions, const entries, hit, miss, action_run.
#include <v1model.p4>

header key_h {
    bit<32> ip;
    bit<8> proto;
    bit<16> port;
}
header out_h {
    bit<8> exact_result;
    bit<8> lpm_result;
    bit<8> ternary_result;
    bit<8> range_result;
    bit<8> optional_result;
    bit<8> const_result;
    bit<8> applied;
}
struct headers_t {
    key_h key;
    out_h result;
}
struct meta_t {
    bit<8> v;
}

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.key);
        transition accept;
    }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    action set(bit<8> v) { meta.v = v; }
    action other(bit<8> v) { meta.v = v + 0x80; }
    table by_exact {
        key = { headers.key.ip : exact; headers.key.proto : exact; }
        actions = { set; other; NoAction; }
        default_action = NoAction();
    }
    table by_lpm {
        key = { headers.key.ip : lpm; }
        actions = { set; }
        default_action = set(0xee);
    }
    table by_ternary {
        key = { headers.key.ip : ternary; headers.key.proto : ternary; }
        actions = { set; }
        default_action = set(0xee);
    }
    table by_range {
        key = { headers.key.port : range; }
        actions = { set; }
        default_action = set(0xee);
    }
    table by_optional {
        key = { headers.key.port : optional; headers.key.proto : optional; }
        actions = { set; }
        default_action = set(0xee);
    }
    table by_const {
        key = { headers.key.port : ternary; }
        actions = { set; other; }
        const entries = {
            0x0050 : set(1);
            0x0040 &&& 0xfff0 : set(2);
            0x0000 &&& 0xff00 : other(3);
            _ : set(4);
        }
    }
    apply {
        headers.result.setValid();
        bit<8> applied = 0;
        meta.v = 0;
        if (by_exact.apply().hit) { applied = applied | 1; }
        headers.result.exact_result = meta.v;
        if (by_lpm.apply().miss) { applied = applied | 2; }
        headers.result.lpm_result = meta.v;
        by_ternary.apply();
        headers.result.ternary_result = meta.v;
        by_range.apply();
        headers.result.range_result = meta.v;
        by_optional.apply();
        headers.result.optional_result = meta.v;
        switch (by_const.apply().action_run) {
            other: { applied = applied | 4; }
            set: { applied = applied | 8; }
        }
        headers.result.const_result = meta.v;
        headers.result.applied = applied;
        sm.egress_spec = 1;
    }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.result); } }

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
