// Counters: dense ones in an array, sparse ones in a hash map.
#include <core.p4>
#include <ebpf_model.p4>
header Ethernet_h { bit<48> dst; bit<48> src; bit<16> type; }
header IPv4_h {
    bit<4> version; bit<4> ihl; bit<8> diffserv; bit<16> totalLen; bit<16> identification; bit<3> flags;
    bit<13> fragOffset; bit<8> ttl; bit<8> protocol; bit<16> hdrChecksum; bit<32> srcAddr; bit<32> dstAddr;
}
header Tcp_h {
    bit<16> srcPort; bit<16> dstPort; bit<32> seq; bit<32> ackNo; bit<4> offset; bit<3> res; bit<3> ecn;
    bit<1> urgent; bit<1> ack; bit<1> psh; bit<1> rst; bit<1> syn; bit<1> fin; bit<16> window;
    bit<16> checksum; bit<16> urgentPtr;
}
struct Headers_t { Ethernet_h ethernet; IPv4_h ipv4; Tcp_h tcp; }
parser prs(packet_in p, out Headers_t headers) {
    state start {
        p.extract(headers.ethernet);
        transition select(headers.ethernet.type) { 0x800: ip; default: accept; }
    }
    state ip {
        p.extract(headers.ipv4);
        transition select(headers.ipv4.protocol) { 6: tcp; default: accept; }
    }
    state tcp { p.extract(headers.tcp); transition accept; }
}
control pipe(inout Headers_t headers, out bool pass) {
    CounterArray(3, false) dense;
    CounterArray(2, true) sparse;
    apply {
        pass = true;
        dense.increment((bit<32>)headers.ipv4.ttl);
        sparse.add(headers.ipv4.srcAddr, (bit<32>)headers.ipv4.totalLen);
    }
}
ebpfFilter(prs(), pipe()) main;
