// Action profiles and selectors: entries name members, or groups of which a hash of the selector keys picks one.
#include <v1model.p4>

header key_h {
    bit<8> which;
    bit<8> key;
    bit<8> flow;
    bit<8> result;
}
struct headers_t { key_h key; }
struct meta_t { bit<1> unused; }

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.key);
        transition accept;
    }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    action_profile(8) profile;
    @name("by_flow") action_selector(HashAlgorithm.identity, 8, 8) flows;
    @name("by_crc") action_selector(HashAlgorithm.crc16, 8, 4) crc;

    action set(bit<8> v) { headers.key.result = v; }
    action twice(bit<4> high, bit<4> low) { headers.key.result = high ++ low; }

    table members {
        key = { headers.key.key: exact; }
        actions = { set; twice; @defaultonly NoAction; }
        implementation = profile;
        default_action = NoAction();
    }
    table again {
        key = { headers.key.flow: exact; }
        actions = { set; twice; @defaultonly NoAction; }
        implementation = profile;
        default_action = NoAction();
    }
    table groups {
        key = {
            headers.key.key: lpm;
            headers.key.flow: selector;
        }
        actions = { set; twice; }
        implementation = flows;
    }
    table hashed {
        key = {
            headers.key.key: exact;
            headers.key.flow: selector;
        }
        actions = { set; }
        implementation = crc;
    }
    apply {
        sm.egress_spec = 1;
        if (headers.key.which == 0) {
            if (!members.apply().hit) {
                again.apply();
            }
        } else if (headers.key.which == 1) {
            switch (groups.apply().action_run) {
                twice: { sm.egress_spec = 2; }
                default: { }
            }
        } else if (headers.key.which == 2) {
            hashed.apply();
        }
    }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.key); } }

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
