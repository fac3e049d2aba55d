// Routers by the kernel's table, which has no routes here: what it says is for the network stack.
#include <core.p4>
#include <xdp_model.p4>
#include <xdp_ext.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header ipv4_t {
    bit<4> version; bit<4> ihl; bit<8> tos; bit<16> length; bit<16> id; bit<3> flags; bit<13> offset;
    bit<8> ttl; bit<8> protocol; bit<16> checksum; bit<32> src; bit<32> dst;
}
header ipv6_t {
    bit<4> version; bit<8> traffic_class; bit<20> flow_label; bit<16> length; bit<8> next; bit<8> hops; bit<128> src; bit<128> dst;
}
struct headers_t { ethernet_t ethernet; ipv4_t ipv4; ipv6_t ipv6; }

parser parse_ip(packet_in packet, out headers_t hdr) {
    state start {
        packet.extract(hdr.ethernet);
        transition select(hdr.ethernet.type) { 0x0800: ipv4; 0x86dd: ipv6; default: accept; }
    }
    state ipv4 { packet.extract(hdr.ipv4); transition accept; }
    state ipv6 { packet.extract(hdr.ipv6); transition accept; }
}

control route(inout headers_t hdr, in xdp_input input, out xdp_output output) {
    xdp_fib_status status = xdp_fib_status.not_forwarded;
    bit<48> src = 0;
    bit<48> dst = 0;
    apply {
        output.output_port = 0;
        output.output_action = xdp_action.XDP_PASS;
        if (hdr.ipv4.isValid() && hdr.ipv4.ttl > 1) {
            status = xdp_fib_lookup_ipv4(hdr.ipv4.src, hdr.ipv4.dst, hdr.ipv4.tos, hdr.ipv4.length, output.output_port, src, dst);
        } else if (hdr.ipv6.isValid() && hdr.ipv6.hops > 1) {
            status = xdp_fib_lookup_ipv6(hdr.ipv6.src, hdr.ipv6.dst, hdr.ipv6.traffic_class, 0, output.output_port, src, dst);
        }
        if (status == xdp_fib_status.success) {
            hdr.ethernet.src = src;
            hdr.ethernet.dst = dst;
            if (hdr.ipv4.isValid()) {
                hdr.ipv4.ttl = hdr.ipv4.ttl - 1;
                hdr.ipv4.checksum = csum_replace2(hdr.ipv4.checksum, hdr.ipv4.ttl ++ hdr.ipv4.protocol + 0x100, hdr.ipv4.ttl ++ hdr.ipv4.protocol);
            } else {
                hdr.ipv6.hops = hdr.ipv6.hops - 1;
            }
            output.output_action = xdp_action.XDP_REDIRECT;
        } else if (status == xdp_fib_status.blackhole || status == xdp_fib_status.unreachable || status == xdp_fib_status.prohibit) {
            output.output_action = xdp_action.XDP_DROP;
        }
    }
}

control deparse_ip(in headers_t hdr, packet_out packet) {
    apply { packet.emit(hdr.ethernet); packet.emit(hdr.ipv4); packet.emit(hdr.ipv6); }
}

xdp(parse_ip(), route(), deparse_ip()) main;
