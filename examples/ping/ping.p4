// Counts IPv4 echo requests and drops IPv6 ones; the counters are read from the control plane.
#include <core.p4>
#include <xdp_model.p4>

const bit<16> TYPE_IPV4 = 0x0800;
const bit<16> TYPE_IPV6 = 0x86DD;
const bit<8> PROTOCOL_ICMP = 1;
const bit<8> PROTOCOL_ICMPV6 = 58;
const bit<8> ICMP_ECHO_REQUEST = 8;
const bit<8> ICMPV6_ECHO_REQUEST = 128;

// What the counters count, by index.
const bit<32> PING4 = 0;
const bit<32> PING6_DROPPED = 1;
const bit<32> OTHER = 2;

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

header ipv6_t {
    bit<4>   version;
    bit<8>   trafficClass;
    bit<20>  flowLabel;
    bit<16>  payloadLength;
    bit<8>   nextHeader;
    bit<8>   hopLimit;
    bit<128> src;
    bit<128> dst;
}

header icmp_t {
    bit<8>  type;
    bit<8>  code;
    bit<16> checksum;
}

struct headers_t {
    ethernet_t ethernet;
    ipv4_t     ipv4;
    ipv6_t     ipv6;
    icmp_t     icmp;
}

parser parse_ping(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.ethernet);
        transition select(headers.ethernet.type) {
            TYPE_IPV4: ipv4;
            TYPE_IPV6: ipv6;
            default: accept;
        }
    }
    state ipv4 {
        packet.extract(headers.ipv4);
        transition select(headers.ipv4.ihl, headers.ipv4.fragOffset, headers.ipv4.protocol) {
            (5, 0, PROTOCOL_ICMP): icmp;
            default: accept;
        }
    }
    state ipv6 {
        packet.extract(headers.ipv6);
        transition select(headers.ipv6.nextHeader) {
            PROTOCOL_ICMPV6: icmp;
            default: accept;
        }
    }
    state icmp {
        packet.extract(headers.icmp);
        transition accept;
    }
}

control count_ping(inout headers_t headers, in xdp_input input, out xdp_output output) {
    CounterArray(3, false) pings;

    apply {
        output.output_action = xdp_action.XDP_PASS;
        output.output_port = input.input_port;
        if (headers.icmp.isValid() && headers.ipv4.isValid() && headers.icmp.type == ICMP_ECHO_REQUEST) {
            pings.increment(PING4);
        } else if (headers.icmp.isValid() && headers.ipv6.isValid() && headers.icmp.type == ICMPV6_ECHO_REQUEST) {
            pings.increment(PING6_DROPPED);
            output.output_action = xdp_action.XDP_DROP;
        } else {
            pings.increment(OTHER);
        }
    }
}

control deparse(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers.ethernet);
        packet.emit(headers.ipv4);
        packet.emit(headers.ipv6);
        packet.emit(headers.icmp);
    }
}

xdp(parse_ping(), count_ping(), deparse()) main;
