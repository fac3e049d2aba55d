// Spreads what goes to the network stack over two processors, by the last bit of the IPv4 address that it is for.
#include <core.p4>
#include <ebpf_model.p4>
#include <xdp_ext.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header ipv4_t { bit<128> rest; bit<32> dst; }
struct headers_t { ethernet_t ethernet; ipv4_t ipv4; }

parser parse_ip(packet_in packet, out headers_t hdr) {
    state start {
        packet.extract(hdr.ethernet);
        transition select(hdr.ethernet.type) { 0x0800: ipv4; default: accept; }
    }
    state ipv4 { packet.extract(hdr.ipv4); transition accept; }
}

control spread(inout headers_t hdr, out bool pass) {
    apply {
        pass = hdr.ipv4.isValid();
        xdp_pass_on_cpu(hdr.ipv4.dst & 1);
    }
}

ebpfFilter(parse_ip(), spread()) main;
