// Members of groups that watch a port: they are chosen only while it is up.
#include <v1model.p4>

header key_h {
    bit<8> key;
    bit<8> flow;
    bit<8> result;
    bit<88> rest;
}
struct headers_t { key_h key; }
struct meta_t { }

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start { packet.extract(headers.key); transition accept; }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    // The flow itself, so that it is seen which place of a group is chosen.
    action_selector(HashAlgorithm.identity, 8, 8) flows;
    action_selector(HashAlgorithm.identity, 8, 8) others;

    action forward(bit<9> port, bit<8> v) { sm.egress_spec = port; headers.key.result = v; }

    table routes {
        key = { headers.key.key: exact; headers.key.flow: selector; }
        actions = { forward; }
        implementation = flows;
    }
    table more {
        key = { headers.key.key: lpm; headers.key.flow: selector; }
        actions = { forward; @defaultonly NoAction; }
        implementation = others;
        default_action = NoAction();
    }
    apply {
        sm.egress_spec = 8;
        if (!routes.apply().hit) {
            more.apply();
        }
    }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.key); } }

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
