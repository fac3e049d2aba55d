// A filter that writes headers: the packet leaves as it came.
// packet 00112233445500aabbccddee0800450000540102030440010000c0a80001c0a80002ffff
// packet 00112233445500aabbccddee0800450000540102030405010000c0a80001c0a80002ffff
// packet 00112233445500aabbccddee08064500
#include <core.p4>
#include <ebpf_model.p4>
header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header ipv4_t { bit<64> a; bit<8> ttl; bit<8> protocol; bit<16> checksum; bit<32> src; bit<32> dst; }
struct headers_t { ethernet_t ethernet; ipv4_t ipv4; }
parser parse_packet(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.ethernet);
        transition select(headers.ethernet.type) { 0x800: ipv4; default: accept; }
    }
    state ipv4 { packet.extract(headers.ipv4); transition accept; }
}
control decide(inout headers_t headers, out bool accept) {
    apply {
        accept = true;
        headers.ethernet.src = headers.ethernet.src + 1;
        headers.ipv4.ttl = headers.ipv4.ttl - 5;
        if (headers.ipv4.isValid() && (headers.ipv4.ttl == 0 || headers.ethernet.src == 0)) {
            accept = false;
        }
    }
}
ebpfFilter(parse_packet(), decide()) main;
