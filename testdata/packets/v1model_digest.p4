// Digests: what a message can say, several kinds of them, and several of one packet.
#include <v1model.p4>

enum bit<16> kind_t { plain = 0x800, special = 0x801 }
enum state_t { idle, busy }

header ethernet_h {
    bit<48> dst;
    bit<48> src;
    kind_t type;
}
header extra_h {
    bit<4> high;
    bit<3> middle;
    bool flag;
    int<8> change;
    bit<128> address;
}
header tag_h {
    bit<8> more;
}
struct headers_t {
    ethernet_h ethernet;
    extra_h extra;
    tag_h[2] tags;
}
struct meta_t { bit<1> unused; }

struct learn_t {
    bit<48> src;
    bit<9> port;
}
struct inner_t {
    bit<3> middle;
    bool flag;
}
struct report_t {
    kind_t type;
    state_t state;
    inner_t inner;
    int<8> change;
    bit<128> address;
    bit<33> shifted;
    error failure;
    ethernet_h ethernet;
    tag_h[2] tags;
}

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.ethernet);
        transition select(headers.ethernet.type) {
            kind_t.special: extra;
            default: accept;
        }
    }
    state extra {
        packet.extract(headers.extra);
        transition select(headers.extra.high) {
            1: one;
            2: two;
            default: accept;
        }
    }
    state one {
        packet.extract(headers.tags.next);
        transition accept;
    }
    state two {
        packet.extract(headers.tags.next);
        packet.extract(headers.tags.next);
        transition accept;
    }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    action learn(bit<32> receiver) {
        digest<learn_t>(receiver, { headers.ethernet.src, sm.ingress_port });
        // What is sent are the values at the time of the call.
        headers.ethernet.src = 1;
    }
    table sources {
        key = { headers.ethernet.src: exact; }
        actions = { learn; NoAction; }
        default_action = learn(7);
    }
    apply {
        sm.egress_spec = sm.ingress_port;
        sources.apply();
        state_t state = state_t.idle;
        if (headers.extra.isValid()) {
            state = state_t.busy;
            digest<report_t>(9, {
                headers.ethernet.type, state, { headers.extra.middle, headers.extra.flag }, headers.extra.change,
                headers.extra.address, 1w1 ++ headers.extra.address[31:0], sm.parser_error, headers.ethernet,
                headers.tags });
            if (headers.extra.flag) {
                digest(10, { headers.ethernet.dst, headers.extra.address });
                learn(8);
            }
        }
    }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    action lost() { digest<learn_t>(11, { headers.ethernet.src, sm.ingress_port }); }
    table all {
        actions = { lost; }
        default_action = lost();
    }
    apply {
        // Messages are sent at the end of ingress.
        digest<learn_t>(7, { headers.ethernet.src, sm.ingress_port });
        all.apply();
    }
}
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) {
    apply {
        packet.emit(headers.ethernet);
        packet.emit(headers.extra);
        packet.emit(headers.tags);
    }
}

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
