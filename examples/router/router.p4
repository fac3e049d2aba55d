// An IPv4 router: longest-prefix match, time to live, incremental checksum (RFC 1624).
#include <core.p4>
#include <xdp_model.p4>

const bit<16> TYPE_IPV4 = 0x0800;

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
}

header ipv4_t {
    bit<4>  version;
    bit<4>  ihl;
    bit<8>  diffserv;
    bit<16> totalLen;
    bit<16> identification;
    bit<3>  flags;
    bit<13> fragOffset;
    bit<8>  ttl;
    bit<8>  protocol;
    bit<16> hdrChecksum;
    bit<32> src;
    bit<32> dst;
}

struct headers_t {
    ethernet_t ethernet;
    ipv4_t     ipv4;
}

// What `packets` counts, by index.
const bit<32> ROUTED = 0;
const bit<32> NO_ROUTE = 1;
const bit<32> TTL_EXPIRED = 2;
const bit<32> NOT_IPV4 = 3;

parser parse_ipv4(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.ethernet);
        transition select(headers.ethernet.type) {
            TYPE_IPV4: ipv4;
            default: accept;
        }
    }
    state ipv4 {
        packet.extract(headers.ipv4);
        transition accept;
    }
}

control router(inout headers_t headers, in xdp_input input, out xdp_output output) {
    CounterArray(4, false) packets;

    action to_kernel(bit<32> reason) {
        output.output_action = xdp_action.XDP_PASS;
        packets.increment(reason);
    }
    action next_hop(bit<48> dst, bit<48> src, bit<32> port) {
        headers.ethernet.dst = dst;
        headers.ethernet.src = src;
        bit<16> before = headers.ipv4.ttl ++ headers.ipv4.protocol;
        headers.ipv4.ttl = headers.ipv4.ttl - 1;
        headers.ipv4.hdrChecksum =
            csum_replace2(headers.ipv4.hdrChecksum, before, headers.ipv4.ttl ++ headers.ipv4.protocol);
        output.output_action = xdp_action.XDP_REDIRECT;
        output.output_port = port;
        packets.increment(ROUTED);
    }
    action drop() {
        output.output_action = xdp_action.XDP_DROP;
        packets.increment(NO_ROUTE);
    }

    table route {
        key = { headers.ipv4.dst: lpm @name("dst"); }
        actions = { next_hop; drop; }
        default_action = drop();
        size = 1024;
    }

    apply {
        output.output_action = xdp_action.XDP_PASS;
        output.output_port = 0;
        if (!headers.ipv4.isValid()) {
            to_kernel(NOT_IPV4);
        } else if (headers.ipv4.ttl <= 1) {
            // The kernel answers with an ICMP message.
            to_kernel(TTL_EXPIRED);
        } else {
            route.apply();
        }
    }
}

control deparse(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers.ethernet);
        packet.emit(headers.ipv4);
    }
}

xdp(parse_ipv4(), router(), deparse()) main;
