// A router on v1model: checksums verified and computed, counters, drops behind ingress and egress, parser errors.
#include <core.p4>
#include <v1model.p4>

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
}

header ipv4_t {
    bit<4>  version;
    bit<4>  ihl;
    bit<8>  tos;
    bit<16> len;
    bit<16> id;
    bit<3>  flags;
    bit<13> frag;
    bit<8>  ttl;
    bit<8>  protocol;
    bit<16> checksum;
    bit<32> src;
    bit<32> dst;
}

header ipv6_t {
    bit<4>   version;
    bit<8>   traffic_class;
    bit<20>  flow;
    bit<16>  len;
    bit<8>   next;
    bit<8>   hops;
    bit<128> src;
    bit<128> dst;
}

struct headers_t {
    ethernet_t ethernet;
    ipv4_t     ipv4;
    ipv6_t     ipv6;
}

struct metadata_t {
    bit<1> seen;
}

parser parse(packet_in packet, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start {
        packet.extract(h.ethernet);
        transition select(h.ethernet.type) {
            0x0800: ipv4;
            0x86DD: ipv6;
            default: accept;
        }
    }
    state ipv4 {
        packet.extract(h.ipv4);
        verify(h.ipv4.version == 4, error.ParserInvalidArgument);
        transition accept;
    }
    state ipv6 {
        packet.extract(h.ipv6);
        transition accept;
    }
}

control verify_checksums(inout headers_t h, inout metadata_t m) {
    apply {
        verify_checksum(h.ipv4.isValid(),
            { h.ipv4.version, h.ipv4.ihl, h.ipv4.tos, h.ipv4.len, h.ipv4.id, h.ipv4.flags, h.ipv4.frag,
              h.ipv4.ttl, h.ipv4.protocol, h.ipv4.src, h.ipv4.dst },
            h.ipv4.checksum, HashAlgorithm.csum16);
    }
}

control ingress(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    counter(8, CounterType.packets_and_bytes) received;
    counter(8, CounterType.packets) wrong;
    counter(8, CounterType.bytes) amount;

    action drop() { mark_to_drop(sm); }
    action forward(bit<9> port, bit<48> next_hop) {
        sm.egress_spec = port;
        h.ethernet.src = h.ethernet.dst;
        h.ethernet.dst = next_hop;
        h.ipv4.ttl = h.ipv4.ttl - 1;
    }
    table route {
        key = { h.ipv4.dst: lpm; }
        actions = { forward; drop; }
        default_action = drop();
        size = 64;
    }

    apply {
        received.count((bit<32>)sm.ingress_port);
        amount.count((bit<32>)sm.ingress_port);
        if (sm.parser_error == error.ParserInvalidArgument) {
            wrong.count(1);
            // What was extracted before the error is there.
            h.ethernet.type = 0xBAD1;
            sm.egress_spec = 3;
        } else if (sm.parser_error != error.NoError) {
            wrong.count(2);
            h.ethernet.type = 0xBAD2;
            sm.egress_spec = sm.ingress_port;
        } else if (sm.checksum_error == 1) {
            wrong.count(3);
            drop();
        } else if (h.ipv4.isValid()) {
            route.apply();
        } else if (h.ipv6.isValid()) {
            h.ipv6.hops = h.ipv6.hops - 1;
            sm.egress_spec = 2;
            m.seen = 1;
        } else {
            drop();
        }
    }
}

control egress(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    apply {
        // egress_spec is 0 again, and may drop once more.
        if (sm.egress_port == 4) {
            sm.egress_spec = 511;
        }
    }
}

control compute_checksums(inout headers_t h, inout metadata_t m) {
    apply {
        update_checksum(h.ipv4.isValid(),
            { h.ipv4.version, h.ipv4.ihl, h.ipv4.tos, h.ipv4.len, h.ipv4.id, h.ipv4.flags, h.ipv4.frag,
              h.ipv4.ttl, h.ipv4.protocol, h.ipv4.src, h.ipv4.dst },
            h.ipv4.checksum, HashAlgorithm.csum16);
        // Fields that do not end at words' ends, and wide ones.
        update_checksum(m.seen == 1,
            { h.ipv6.src, h.ipv6.dst, h.ipv6.flow, h.ipv6.hops, h.ipv6.traffic_class, h.ipv6.next },
            h.ipv6.len, HashAlgorithm.csum16);
    }
}

control deparse(packet_out packet, in headers_t h) {
    apply { packet.emit(h); }
}

V1Switch(parse(), verify_checksums(), ingress(), egress(), compute_checksums(), deparse()) main;
