// Steps one behind the other, which read what the one before has written: `cargo bench --bench packets -- split` cuts it between them.
#include <core.p4>
#include <xdp_model.p4>

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
}
header ipv4_t {
    bit<8> version_ihl;
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
struct headers_t {
    ethernet_t ethernet;
    ipv4_t ipv4;
}

parser p(packet_in packet, out headers_t hdr) {
    state start {
        packet.extract(hdr.ethernet);
        packet.extract(hdr.ipv4);
        transition accept;
    }
}

#define STEP(n) if (hdr.ipv4.id[n:n] == 1) { sum = sum + (bit<32>) hdr.ipv4.ttl; hdr.ipv4.tos = hdr.ipv4.tos ^ n; } else { sum = sum ^ hdr.ipv4.src; }
#define STEPS(n) STEP(n) STEP(n + 1) STEP(n + 2) STEP(n + 3)

control c(inout headers_t hdr, in xdp_input input, out xdp_output output) {
    apply {
        bit<32> sum = 0;
        output.output_port = 0;
        output.output_action = xdp_action.XDP_PASS;
        STEPS(0) STEPS(4) STEPS(8) STEPS(12)
        hdr.ipv4.dst = sum;
    }
}

control d(in headers_t hdr, packet_out packet) {
    apply {
        packet.emit(hdr.ethernet);
        packet.emit(hdr.ipv4);
    }
}

xdp(p(), c(), d()) main;
