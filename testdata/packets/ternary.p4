// Tables whose entries say at run time which bits of the keys matter: ternary, optional, exact and several lpm keys.
#include <core.p4>
#include <v1model.p4>

header key_t {
    bit<32> src;
    bit<32> dst;
    bit<16> port;
    bit<8> proto;
    bit<8> flags;
}

header wide_t {
    bit<128> from;
    bit<48> mac;
    int<16> level;
}

header result_t {
    bit<8> acl;
    bit<8> route;
    bit<8> wide;
    bit<8> hits;
}

struct headers_t {
    key_t key;
    wide_t wide;
    result_t result;
}

struct metadata_t {
    bit<4> zone;
}

parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.key);
        packet.extract(hdr.wide);
        packet.extract(hdr.result);
        transition accept;
    }
}

control V(inout headers_t hdr, inout metadata_t meta) {
    apply { }
}

control I(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard) {
    action permit(bit<8> by) {
        hdr.result.acl = by;
        standard.egress_spec = 1;
    }
    action deny() {
        mark_to_drop(standard);
    }
    action route(bit<8> by) {
        hdr.result.route = by;
    }
    action note(bit<8> by, bit<48> mac) {
        hdr.result.wide = by;
        hdr.wide.mac = mac;
    }

    table acl {
        key = {
            hdr.key.src: ternary;
            hdr.key.dst: lpm;
            hdr.key.port: optional;
            hdr.key.proto: exact;
            meta.zone: ternary;
        }
        actions = { permit; deny; }
        default_action = permit(0xee);
        size = 64;
    }

    // The sum of the prefixes' lengths decides.
    table routes {
        key = {
            hdr.key.src: lpm;
            hdr.key.dst: lpm;
        }
        actions = { route; NoAction; }
        default_action = NoAction();
    }

    // Initial entries stand among those of the control plane.
    table wide {
        key = {
            hdr.wide.from: ternary;
            hdr.wide.mac: ternary;
            hdr.wide.level: ternary;
        }
        actions = { note; NoAction; }
        default_action = NoAction();
        entries = {
            priority = 20: (0x20010db8000000000000000000000000 &&& 0xffffffff000000000000000000000000, _, _) : note(0x20, 1);
            priority = 10: (_, 0x010000000000 &&& 0x010000000000, _) : note(0x10, 2);
        }
    }

    apply {
        meta.zone = hdr.key.flags[3:0];
        hdr.result.hits = 0;
        acl.apply();
        if (routes.apply().hit) {
            hdr.result.hits = hdr.result.hits + 1;
        }
        if (wide.apply().hit) {
            hdr.result.hits = hdr.result.hits + 2;
        }
    }
}

control E(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard) {
    apply { }
}

control C(inout headers_t hdr, inout metadata_t meta) {
    apply { }
}

control D(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.key);
        packet.emit(hdr.wide);
        packet.emit(hdr.result);
    }
}

V1Switch(P(), V(), I(), E(), C(), D()) main;
