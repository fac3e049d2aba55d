// Custom CRCs wherever an algorithm is named: hashes of whole and of part bytes, checksums with the payload, of varbits, and the choice of a member.
#include <v1model.p4>

header ask_t {
    bit<8> op;
    bit<72> text;
    bit<32> result;
}
header tail_t { bit<8> length; varbit<128> bytes; }
struct headers_t { ask_t ask; tail_t tail; tail_t again; }
struct meta_t { bit<1> unused; }

parser Prs(packet_in packet, out headers_t h, inout meta_t m, inout standard_metadata_t sm) {
    state start {
        packet.extract(h.ask);
        transition select(h.ask.op) { 0x20 &&& 0xf0: tail; default: accept; }
    }
    state tail {
        packet.extract(h.tail, (bit<32>) (packet.lookahead<bit<8>>() & 0x7f) * 8);
        transition accept;
    }
}
control Vrf(inout headers_t h, inout meta_t m) { apply { } }

control Ing(inout headers_t h, inout meta_t m, inout standard_metadata_t sm) {
    const bit<64> ALL = 0x1_0000_0000;
    action_selector(HashAlgorithm.crc16_custom, 8, 16) by_16;
    action_selector(HashAlgorithm.crc32_custom, 8, 32) by_32;
    action set(bit<32> v) { h.ask.result = v; }

    table chosen_by_16 {
        key = { h.ask.op: exact; h.ask.text: selector; }
        actions = { set; }
        implementation = by_16;
    }
    table chosen_by_32 {
        key = { h.ask.op: exact; h.ask.text: selector; }
        actions = { set; }
        implementation = by_32;
    }
    apply {
        sm.egress_spec = 1;
        bit<32> result = 0;
        if (h.ask.op == 0) {
            // Part bytes, of which some are perhaps not there.
            hash(result, HashAlgorithm.crc32_custom, 32w0, { h.ask.text[2:0], h.tail.length, h.ask.text[71:3] }, ALL);
            h.ask.result = result;
        } else if (h.ask.op == 1) {
            hash(result, HashAlgorithm.crc16_custom, 32w0, { h.ask.text[2:0], h.tail.length, h.ask.text[71:3] }, ALL);
            h.ask.result = result;
        } else if (h.ask.op == 0x20) {
            hash(result, HashAlgorithm.crc32_custom, 32w0, { h.ask.text[3:0], h.tail.length, h.tail.bytes, h.ask.text[7:4] }, ALL);
            h.ask.result = result;
        } else if (h.ask.op == 0x21) {
            hash(result, HashAlgorithm.crc16_custom, 32w0, { h.tail.bytes, h.ask.text }, ALL);
            h.ask.result = result;
        } else if (h.ask.op == 0x22) {
            h.again = h.tail;
            hash(result, HashAlgorithm.crc32_custom, 32w0, { h.again.bytes, h.ask.text }, ALL);
            h.again.setInvalid();
            h.ask.result = result;
        }
        chosen_by_16.apply();
        chosen_by_32.apply();
    }
}
control Egr(inout headers_t h, inout meta_t m, inout standard_metadata_t sm) { apply { } }
control Cmp(inout headers_t h, inout meta_t m) {
    apply {
        update_checksum_with_payload(h.ask.op == 0x30, { h.ask.text }, h.ask.result, HashAlgorithm.crc32_custom);
        update_checksum_with_payload(h.ask.op == 0x31, { h.ask.text[12:0] }, h.ask.result, HashAlgorithm.crc16_custom);
    }
}
control Dep(packet_out packet, in headers_t h) { apply { packet.emit(h.ask); packet.emit(h.tail); } }

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
