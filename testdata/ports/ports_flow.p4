// Parameters and keys named port are ports, the others are not; constants from 4 to 9 are.
#include <core.p4>
#include <v1model.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
struct headers_t { ethernet_t ethernet; }
struct meta_t { bit<9> out_port; bit<32> wide; bit<9> other; }

parser P(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.ethernet);
        transition accept;
    }
}
control V(inout headers_t headers, inout meta_t meta) { apply { } }
control I(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    action direct(bit<9> port, bit<9> weight) {
        sm.egress_spec = port;
        meta.other = weight + 1;
    }
    action by_metadata(bit<32> port_wide, bit<48> address) {
        meta.wide = port_wide;
        headers.ethernet.dst = address;
    }
    action by_choice(bit<9> port_a, bit<9> port_b, bit<1> which) {
        meta.out_port = which == 1 ? port_a : port_b;
    }
    action computed(bit<9> base_number) {
        sm.egress_spec = base_number + 1;
    }
    action drop() {
        mark_to_drop(sm);
    }
    table t {
        key = {
            sm.ingress_port: exact @name("port_in");
            headers.ethernet.type: exact @name("type");
        }
        actions = { direct; by_metadata; by_choice; computed; drop; }
        default_action = direct(4, 100);
    }
    table c {
        key = { headers.ethernet.src: exact @name("source"); }
        actions = { direct; NoAction; }
        const entries = { 1: direct(5, 200); }
        const default_action = NoAction();
    }
    apply {
        t.apply();
        c.apply();
        if (sm.ingress_port == 6) {
            sm.egress_spec = 7;
        }
        if (meta.other == 300) {
            meta.out_port = 8;
        }
        if (meta.wide != 0) {
            sm.egress_spec = (bit<9>) meta.wide;
        }
        if (meta.out_port != 9) {
            sm.egress_spec = meta.out_port;
        }
        if (headers.ethernet.dst == 0) {
            sm.egress_spec = 511;
        }
    }
}
control E(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control C(inout headers_t headers, inout meta_t meta) { apply { } }
control D(packet_out packet, in headers_t headers) { apply { packet.emit(headers.ethernet); } }

V1Switch(P(), V(), I(), E(), C(), D()) main;
