// A wire with a tap: what comes by port 1 leaves by port 2 and the other way around, with the time to live one less as a router would; and what is
// watched is cloned to a monitor, as it came.
#include <core.p4>
#include <v1model.p4>

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
}
header ipv4_t {
    bit<4> version;
    bit<4> ihl;
    bit<8> tos;
    bit<16> length;
    bit<16> id;
    bit<16> fragment;
    bit<8> ttl;
    bit<8> protocol;
    bit<16> checksum;
    bit<32> src;
    bit<32> dst;
}
// Stands in front of a mirrored packet.
header mirrored_t {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
    bit<16> port;
    bit<32> length;
}
struct headers_t {
    mirrored_t mirrored;
    ethernet_t ethernet;
    ipv4_t ipv4;
}

// The field list of clones; their `instance_type`.
const bit<8> MIRRORED = 1;
const bit<32> CLONE = 1;

struct meta_t {
    // What clones keep.
    @field_list(MIRRORED)
    bit<16> port;
    @field_list(MIRRORED)
    bit<32> length;
}

parser parse(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.ethernet);
        transition select(headers.ethernet.type) {
            0x0800: ipv4;
            default: accept;
        }
    }
    state ipv4 {
        packet.extract(headers.ipv4);
        transition accept;
    }
}

control nothing(inout headers_t headers, inout meta_t meta) { apply { } }

control wire(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    direct_counter(CounterType.packets_and_bytes) watched;

    action mirror(bit<32> session) {
        watched.count();
        meta.port = (bit<16>) sm.ingress_port;
        meta.length = sm.packet_length;
        clone_preserving_field_list(CloneType.I2E, session, MIRRORED);
    }
    action ignore() { watched.count(); }
    table watch {
        key = {
            headers.ipv4.src: ternary @name("src");
            headers.ipv4.dst: ternary @name("dst");
            headers.ipv4.protocol: ternary @name("protocol");
        }
        actions = { mirror; ignore; }
        default_action = ignore();
        counters = watched;
    }

    apply {
        if (headers.ipv4.isValid()) {
            watch.apply();
            headers.ipv4.ttl = headers.ipv4.ttl |-| 1;
        }
        sm.egress_spec = sm.ingress_port == 1 ? 9w2 : 1;
    }
}

control tap(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        if (sm.instance_type == CLONE) {
            headers.mirrored = { headers.ethernet.dst, headers.ethernet.src, 0x88B5, meta.port, meta.length };
        }
    }
}

control checksum(inout headers_t headers, inout meta_t meta) {
    apply {
        update_checksum(headers.ipv4.isValid(), {
            headers.ipv4.version, headers.ipv4.ihl, headers.ipv4.tos, headers.ipv4.length, headers.ipv4.id,
            headers.ipv4.fragment, headers.ipv4.ttl, headers.ipv4.protocol, headers.ipv4.src, headers.ipv4.dst
        }, headers.ipv4.checksum, HashAlgorithm.csum16);
    }
}

control deparse(packet_out packet, in headers_t headers) {
    apply {
        packet.emit(headers.mirrored);
        packet.emit(headers.ethernet);
        packet.emit(headers.ipv4);
    }
}

V1Switch(parse(), nothing(), wire(), tap(), checksum(), deparse()) main;
