// Checksums of data with the payload behind it: every algorithm, behind whole words, whole bytes, parts of bytes, and behind what is not
// always there. The payload is what the parser has left, also where it gave up.
#include <core.p4>
#include <v1model.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
// The low four bits choose an algorithm, the next two what stands in front; the first bit makes the next header be there.
header ask_t { bit<1> more; bit<1> unused; bit<2> front; bit<4> algorithm; bit<64> result; }
header more_t { bit<3> x; bit<21> y; }

struct headers_t { ethernet_t ethernet; ask_t ask; more_t more; }
struct metadata_t { }

parser Parse(packet_in packet, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start {
        packet.extract(h.ethernet);
        transition select(h.ethernet.type) { 0x1234: ask; default: reject; }
    }
    state ask {
        packet.extract(h.ask);
        transition select(h.ask.more) { 1: more; default: accept; }
    }
    state more { packet.extract(h.more); transition accept; }
}

control Verify(inout headers_t h, inout metadata_t m) {
    apply {
        verify_checksum_with_payload(h.ask.isValid() && h.ask.unused == 1, { h.ethernet.src }, h.ask.result[15:0], HashAlgorithm.csum16);
        verify_checksum_with_payload(!h.ask.isValid(), { h.ethernet.src }, h.ethernet.dst[15:0], HashAlgorithm.csum16);
    }
}

control In(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    apply { sm.egress_spec = 1; if (sm.checksum_error == 1) { h.ethernet.dst[47:47] = 1; } }
}
control Out(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) { apply { } }

#define EACH(number, NAME) \
        update_checksum_with_payload(h.ask.isValid() && h.ask.algorithm == number && h.ask.front == 0, { h.ethernet.src }, h.ask.result, HashAlgorithm.NAME); \
        update_checksum_with_payload(h.ask.isValid() && h.ask.algorithm == number && h.ask.front == 1, { h.ethernet.src, h.ask.front, h.ask.algorithm, 2w1 }, h.ask.result, HashAlgorithm.NAME); \
        update_checksum_with_payload(h.ask.isValid() && h.ask.algorithm == number && h.ask.front == 2, { h.ethernet.src[10:0] }, h.ask.result, HashAlgorithm.NAME); \
        update_checksum_with_payload(h.ask.isValid() && h.ask.algorithm == number && h.ask.front == 3, { h.more.x, h.ask.front, h.more.y }, h.ask.result, HashAlgorithm.NAME);

control Compute(inout headers_t h, inout metadata_t m) {
    apply {
        EACH(0, csum16)
        EACH(1, xor16)
        EACH(2, crc16)
        EACH(3, crc32)
        EACH(4, identity)
    }
}
control Deparse(packet_out packet, in headers_t h) {
    apply { packet.emit(h.ethernet); packet.emit(h.ask); packet.emit(h.more); }
}

V1Switch(Parse(), Verify(), In(), Out(), Compute(), Deparse()) main;
