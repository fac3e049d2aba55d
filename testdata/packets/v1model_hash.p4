// hash() with each algorithm over values that are no whole bytes, in the order of their bits.
#include <core.p4>
#include <v1model.p4>

header frame_t {
    bit<48> a;
    bit<48> unused;
    bit<16> type;
    bit<13> b;
    bit<3>  e;
    bit<32> c;
    bit<8>  f;
    bit<128> d;
}

header results_t {
    bit<32> crc32;
    bit<32> crc16_modulo;
    bit<32> crc16;
    bit<32> csum16;
    bit<32> xor16;
    bit<32> xor16_even;
    bit<32> identity;
    bit<32> variable;
    bit<32> random;
}

struct headers_t {
    frame_t   frame;
    results_t results;
}

struct metadata_t {}

parser parse(packet_in packet, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start {
        packet.extract(h.frame);
        packet.extract(h.results);
        transition accept;
    }
}

control nothing(inout headers_t h, inout metadata_t m) { apply {} }

control ingress(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    apply {
        frame_t f = h.frame;
        const bit<33> all = 0x100000000;
        hash(h.results.crc32, HashAlgorithm.crc32, 33w0, { f.a, f.c, f.f }, all);
        hash(h.results.crc16_modulo, HashAlgorithm.crc16, 16w1000, { f.b, f.c, f.d, f.e }, 16w77);
        hash(h.results.crc16, HashAlgorithm.crc16, 32w0, { f.d }, 32w0x10000);
        hash(h.results.csum16, HashAlgorithm.csum16, 32w0, { f.f, f.d }, 32w0x10000);
        hash(h.results.xor16, HashAlgorithm.xor16, 32w0, { f.b, f.d, f.f }, 32w0x10000);
        hash(h.results.xor16_even, HashAlgorithm.xor16, 32w0, { f.f, f.a }, 32w0x10000);
        hash(h.results.identity, HashAlgorithm.identity, 33w0, { f.b, f.c, f.e }, all);
        hash(h.results.variable, HashAlgorithm.crc32, 32w0, { f.d, f.b, f.f }, (bit<32>)(f.f | 1));
        // Nothing modulo 0 is the base; a range of one number has no choice.
        hash(h.results.random, HashAlgorithm.crc16, 32w5, { f.d }, 32w0);
        bit<32> number;
        random(number, 2, 2);
        assert(number == 2);
        h.results.random = h.results.random + number;
        log_msg("type {}, number {}", { f.type, number });
        sm.egress_spec = 2;
    }
}

control egress(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) { apply {} }

control deparse(packet_out packet, in headers_t h) {
    apply {
        packet.emit(h.frame);
        packet.emit(h.results);
    }
}

V1Switch(parse(), nothing(), ingress(), egress(), nothing(), deparse()) main;
