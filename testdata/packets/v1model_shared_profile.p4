// Tables that share an action profile and list other actions, or the same in another order: a member may run where its action is listed.
#include <v1model.p4>

header key_h {
    bit<8> which;
    bit<8> key;
    bit<8> result;
    bit<88> padding;
}
struct headers_t {
    key_h key;
}
struct meta_t { }

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.key);
        transition accept;
    }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    action_profile(8) profile;
    action_selector(HashAlgorithm.identity, 8, 8) selector_;

    action set(bit<8> v) { headers.key.result = v; }
    action twice(bit<4> high, bit<4> low) { headers.key.result = high ++ low; }
    action mark() { headers.key.result = 0xee; }
    action none() { headers.key.result = 0; }

    table first {
        key = { headers.key.key: exact; }
        actions = { set; twice; @defaultonly none; }
        implementation = profile;
        default_action = set(0xd1);
    }
    table second {
        key = { headers.key.key: exact; }
        actions = { mark; set; }
        implementation = profile;
        default_action = mark;
    }
    table third {
        key = { headers.key.key: exact; }
        actions = { twice; none; }
        implementation = profile;
        const default_action = none;
    }
    table flows {
        key = { headers.key.key: lpm; headers.key.result: selector; }
        actions = { set; twice; }
        implementation = selector_;
        default_action = twice(0xd, 4);
    }
    table marks {
        key = { headers.key.key: exact; headers.key.result: selector; }
        actions = { mark; twice; }
        implementation = selector_;
        default_action = mark;
    }
    apply {
        sm.egress_spec = 1;
        switch (headers.key.which) {
            1: { switch (first.apply().action_run) { set: { sm.egress_spec = 2; } none: { sm.egress_spec = 3; } default: { } } }
            2: { switch (second.apply().action_run) { set: { sm.egress_spec = 2; } mark: { sm.egress_spec = 3; } default: { } } }
            3: { switch (third.apply().action_run) { twice: { sm.egress_spec = 2; } none: { sm.egress_spec = 3; } default: { } } }
            4: { flows.apply(); }
            5: { if (marks.apply().hit) { sm.egress_spec = 2; } }
            default: { }
        }
    }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.key); } }

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
