// A program for wrong packet tests: tables of every kind, and externs.
#include <v1model.p4>

header key_h {
    bit<8> a;
    bit<16> b;
}
struct headers_t { key_h key; }
struct meta_t { bit<1> unused; }

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    value_set<bit<8>>(2) special;
    state start {
        packet.extract(headers.key);
        transition select(headers.key.a) {
            special: reject;
            default: accept;
        }
    }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    counter(4, CounterType.packets) seen;
    register<bit<8>>(4) last;
    meter(4, MeterType.packets) rate;
    action_profile(2) profile;
    action set(bit<8> v, bit<9> port) {
        headers.key.a = v;
        sm.egress_spec = port;
    }
    action fall() { mark_to_drop(sm); }
    table exact_one {
        key = { headers.key.a: exact; }
        actions = { set; @defaultonly fall; }
        default_action = fall();
        size = 1;
    }
    table lpm_one {
        key = { headers.key.b: lpm; }
        actions = { @tableonly set; fall; }
        default_action = fall();
    }
    table ternary_one {
        key = {
            headers.key.a: ternary;
            headers.key.b: range;
        }
        actions = { set; fall; }
        const default_action = fall();
    }
    table range_one {
        key = { headers.key.a: range; }
        actions = { fall; }
        default_action = fall();
    }
    table fixed {
        key = { headers.key.a: exact; }
        actions = { set; fall; }
        default_action = fall();
        const entries = { 1: set(1, 1); }
    }
    table members {
        key = { headers.key.a: exact; }
        actions = { set; }
        implementation = profile;
    }
    apply {
        exact_one.apply();
        lpm_one.apply();
        ternary_one.apply();
        range_one.apply();
        fixed.apply();
        members.apply();
        seen.count(0);
        last.write(0, 1);
        bit<2> colour;
        rate.execute_meter(0, colour);
    }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.key); } }

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
