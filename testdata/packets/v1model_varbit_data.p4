// Varbit fields in the data of checksums and hashes: of a header that is there, or not, or made valid with an empty one; with values in front
// and behind, in whole words, whole bytes and parts of bytes; whole headers; the payload behind.
#include <core.p4>
#include <v1model.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
// What is asked for: the kind of data, and what is done to the options.
header ask_t { bit<8> kind; bit<8> deed; bit<64> result; }
header options_t { bit<8> length; bit<8> code; varbit<320> data; }
header trailer_t { bit<4> x; bit<12> y; }

struct headers_t { ethernet_t ethernet; ask_t ask; options_t options; trailer_t trailer; }
struct metadata_t { }

parser Parse(packet_in packet, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start {
        packet.extract(h.ethernet);
        packet.extract(h.ask);
        transition select(h.ethernet.type) { 1: options; default: trailer; }
    }
    state options {
        packet.extract(h.options, (bit<32>) packet.lookahead<bit<8>>() << 3);
        transition trailer;
    }
    state trailer { packet.extract(h.trailer); transition accept; }
}

control Verify(inout headers_t h, inout metadata_t m) {
    apply { verify_checksum(h.options.isValid() && h.ask.deed == 9, { h.options.data }, h.ask.result[15:0], HashAlgorithm.csum16); }
}

control In(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    apply {
        sm.egress_spec = 1;
        if (sm.checksum_error == 1) { h.ethernet.dst[47:47] = 1; }
        if (h.ask.deed == 1) { h.trailer.y = 0; }
        if (h.ask.deed == 2) { h.options.code = 7; }
        if (h.ask.deed == 3) { h.options.setValid(); h.options.code = 8; }
        if (h.ask.kind == 20) { bit<32> r; hash(r, HashAlgorithm.crc32, 32w0, { h.options.data, h.trailer.x }, 64w0x1_0000_0000); h.ask.result = (bit<64>) r; }
        if (h.ask.kind == 21) { bit<32> r; hash(r, HashAlgorithm.crc16, 32w0, { h.options }, 32w0x10000); h.ask.result = (bit<64>) r; }
        if (h.ask.kind == 22) { hash(h.ask.result, HashAlgorithm.identity, 64w0, { h.trailer.x, h.options, h.trailer.y }, 64w0xffffffffffffffff); }
    }
}
control Out(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) { apply { } }

#define EACH(number, NAME) \
        update_checksum(h.ask.kind == number, { h.options.data }, h.ask.result, HashAlgorithm.NAME); \
        update_checksum(h.ask.kind == number + 1, { h.options.data, h.trailer.y, h.ethernet.src }, h.ask.result, HashAlgorithm.NAME); \
        update_checksum_with_payload(h.ask.kind == number + 2, { h.ethernet.src, h.options, h.ask.deed, h.trailer }, h.ask.result, HashAlgorithm.NAME); \
        update_checksum_with_payload(h.ask.kind == number + 3, { h.ask.deed[2:0], h.options.data, h.trailer.x }, h.ask.result, HashAlgorithm.NAME);

control Compute(inout headers_t h, inout metadata_t m) {
    apply {
        EACH(0, csum16)
        EACH(4, xor16)
        EACH(8, crc16)
        EACH(12, crc32)
        EACH(16, identity)
    }
}
control Deparse(packet_out packet, in headers_t h) {
    apply { packet.emit(h.ethernet); packet.emit(h.ask); packet.emit(h.options); packet.emit(h.trailer); }
}

V1Switch(Parse(), Verify(), In(), Out(), Compute(), Deparse()) main;
