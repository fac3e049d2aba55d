// Hashes of nothing: an empty list, and selectors without selector keys.
#include <core.p4>
#include <v1model.p4>

header out_h {
    bit<8> op;
    bit<8> crc32;
    bit<8> crc16;
    bit<8> csum16;
    bit<8> xor16;
    bit<8> identity;
    bit<8> custom32;
    bit<8> custom16;
    bit<16> hash_crc32;
    bit<16> hash_csum16;
    bit<16> hash_custom32;
}
struct headers_t { out_h o; }
struct meta_t { }

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.o);
        transition accept;
    }
}
control None(inout headers_t headers, inout meta_t meta) { apply { } }

#define SELECT(name, algorithm) \
    action_selector(HashAlgorithm.algorithm, 16, 16) name##_members; \
    action name##_is(bit<8> number) { headers.o.name = number; } \
    table name##_table { \
        key = { headers.o.op: exact; } \
        actions = { name##_is; NoAction; } \
        implementation = name##_members; \
    }

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    SELECT(crc32, crc32)
    SELECT(crc16, crc16)
    SELECT(csum16, csum16)
    SELECT(xor16, xor16)
    SELECT(identity, identity)
    SELECT(custom32, crc32_custom)
    SELECT(custom16, crc16_custom)
    apply {
        sm.egress_spec = 1;
        crc32_table.apply();
        crc16_table.apply();
        csum16_table.apply();
        xor16_table.apply();
        identity_table.apply();
        custom32_table.apply();
        custom16_table.apply();
        hash(headers.o.hash_crc32, HashAlgorithm.crc32, 16w0, {}, 32w0x10000);
        hash(headers.o.hash_csum16, HashAlgorithm.csum16, 16w0, {}, 32w0x10000);
        hash(headers.o.hash_custom32, HashAlgorithm.crc32_custom, 16w0, {}, 32w0x10000);
    }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Dep(packet_out packet, in headers_t headers) {
    apply {
        packet.emit(headers.o);
    }
}

V1Switch(Prs(), None(), Ing(), Egr(), None(), Dep()) main;
