// Every hash algorithm of v1model over the nine bytes `123456789`, whose CRCs everybody knows; base and max; random numbers.
#include <v1model.p4>

header data_h {
    bit<8> op;
    bit<72> text;
    bit<32> result;
}
struct headers_t { data_h data; }
struct meta_t { bit<1> unused; }

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.data);
        transition accept;
    }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    const bit<64> ALL = 0x1_0000_0000;
    apply {
        bit<32> result = 0;
        bit<72> text = headers.data.text;
        if (headers.data.op == 0) {
            hash(result, HashAlgorithm.crc32, 32w0, { text }, ALL);
        } else if (headers.data.op == 1) {
            hash(result, HashAlgorithm.crc16, 32w0, { text }, ALL);
        } else if (headers.data.op == 2) {
            hash(result, HashAlgorithm.csum16, 32w0, { text }, ALL);
        } else if (headers.data.op == 3) {
            hash(result, HashAlgorithm.xor16, 32w0, { text }, ALL);
        } else if (headers.data.op == 4) {
            hash(result, HashAlgorithm.identity, 32w0, { text[31:0] }, ALL);
        } else if (headers.data.op == 5) {
            // base + hash % max
            hash(result, HashAlgorithm.crc16, 32w0x1000, { text }, 32w100);
        } else if (headers.data.op == 6) {
            // A max of 0 gives the base.
            hash(result, HashAlgorithm.crc16, 32w0x1000, { text }, 32w0);
        } else if (headers.data.op == 7) {
            // Until the control plane sets a polynomial, the custom ones are the others.
            hash(result, HashAlgorithm.crc32_custom, 32w0, { text }, ALL);
        } else if (headers.data.op == 8) {
            hash(result, HashAlgorithm.crc16_custom, 32w0, { text }, ALL);
        } else if (headers.data.op == 9) {
            hash(result, HashAlgorithm.random, 32w7, { text }, 32w1);
        } else if (headers.data.op == 10) {
            bit<32> low = 5;
            random(result, low, 32w5);
        } else if (headers.data.op == 11) {
            // Both bounds are included, and nothing else comes.
            random(result, 32w6, 32w7);
            result = (bit<32>) (bit<1>) (result == 6 || result == 7);
        } else if (headers.data.op == 12) {
            // No whole bytes: bit after bit, zeros behind, as bytes 0e 00.
            hash(result, HashAlgorithm.csum16, 32w0, { text[9:8], text[15:8] }, ALL);
        }
        headers.data.result = result;
        sm.egress_spec = 1;
    }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.data); } }

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
