// The data of hashes and checksums: bit after bit, whether or not what stands in front is there. Fields of headers that are not valid are
// left out, as are such headers themselves.
#include <core.p4>
#include <v1model.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
// Bit i of `there` says whether the packet has the header of that number.
header kind_t { bit<8> there; bit<8> number; }
header a_t { bit<12> x; bit<4> y; }
header b_t { bit<24> p; }
header c_t { bit<3> q; bit<5> r; bit<32> s; }
header d_t { bit<16> t; bit<80> u; }
header results_t {
    bit<32> crc16;
    bit<32> crc32;
    bit<32> csum16;
    bit<32> xor16;
    bit<64> identity;
    bit<32> bytes_crc32;
    bit<32> words_xor16;
    bit<32> single_crc16;
    bit<32> headers_crc32;
    bit<64> headers_identity;
    bit<32> copied_crc16;
    bit<16> csum;
    bit<16> crc;
    bit<8>  wrong;
}

struct headers_t {
    ethernet_t ethernet;
    kind_t kind;
    a_t a;
    b_t b;
    c_t c;
    d_t d;
    results_t results;
}
struct metadata_t { bit<12> x; }

parser parse(packet_in packet, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start {
        packet.extract(h.ethernet);
        packet.extract(h.kind);
        transition select(h.kind.there[0:0]) { 1: a; default: no_a; }
    }
    state a { packet.extract(h.a); transition no_a; }
    state no_a { transition select(h.kind.there[1:1]) { 1: b; default: no_b; } }
    state b { packet.extract(h.b); transition no_b; }
    state no_b { transition select(h.kind.there[2:2]) { 1: c; default: no_c; } }
    state c { packet.extract(h.c); transition no_c; }
    state no_c { transition select(h.kind.there[3:3]) { 1: d; default: no_d; } }
    state d { packet.extract(h.d); transition no_d; }
    state no_d { packet.extract(h.results); transition accept; }
}

control verify_it(inout headers_t h, inout metadata_t m) {
    apply {
        verify_checksum(true, { h.a.x, h.b.p, h.kind.number }, h.results.csum, HashAlgorithm.csum16);
    }
}

control ingress(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    apply {
        const bit<33> ALL = 0x100000000;
        sm.egress_spec = 1;
        h.results.wrong = (bit<8>)sm.checksum_error;
        // Where a value begins is known only when the packet is there.
        hash(h.results.crc16, HashAlgorithm.crc16, 33w0, { h.a.x, h.kind.number, h.b.p, h.c.q, h.d.u, h.c.s, h.a.y }, ALL);
        hash(h.results.crc32, HashAlgorithm.crc32, 33w0, { h.a.x, h.kind.number, h.b.p, h.c.q, h.d.u, h.c.s, h.a.y }, ALL);
        hash(h.results.csum16, HashAlgorithm.csum16, 33w0, { h.a.x, h.kind.number, h.b.p, h.c.q, h.d.u, h.c.s, h.a.y }, ALL);
        hash(h.results.xor16, HashAlgorithm.xor16, 33w0, { h.a.x, h.kind.number, h.b.p, h.c.q, h.d.u, h.c.s, h.a.y }, ALL);
        hash(h.results.identity, HashAlgorithm.identity, 64w0, { h.a.x, h.b.p, h.c.q, h.kind.number, h.d.u }, 64w0xffff_ffff_ffff_ffff);
        // Whole bytes, and whole words, may be missing.
        hash(h.results.bytes_crc32, HashAlgorithm.crc32, 33w0, { h.b.p, h.kind.number, h.c.s, h.c.q }, ALL);
        hash(h.results.words_xor16, HashAlgorithm.xor16, 33w0, { h.kind.number, h.d.t, h.c.s, h.kind.there, h.a.x }, ALL);
        hash(h.results.single_crc16, HashAlgorithm.crc16, 33w0, h.b.p, ALL);
        hash(h.results.headers_crc32, HashAlgorithm.crc32, 33w0, { h.d, h.kind.number, h.a, h.c }, ALL);
        hash(h.results.headers_identity, HashAlgorithm.identity, 64w0, { h.b, h.c, h.ethernet }, 64w0xffff_ffff_ffff_ffff);
        // A copy is a value like any other.
        m.x = h.a.x;
        hash(h.results.copied_crc16, HashAlgorithm.crc16, 33w0, { m.x, h.kind.number }, ALL);
    }
}

control egress(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) { apply {} }

control compute_it(inout headers_t h, inout metadata_t m) {
    apply {
        update_checksum(h.b.isValid(), { h.b.p, h.c.q }, h.results.csum, HashAlgorithm.csum16);
        update_checksum(true, { h.c, h.kind.number }, h.results.crc, HashAlgorithm.crc16);
    }
}

control deparse(packet_out packet, in headers_t h) { apply { packet.emit(h); } }

V1Switch(parse(), verify_it(), ingress(), egress(), compute_it(), deparse()) main;
