// Registers, hashes and checksums of ubpf_model, and the functions that p4c's samples declare themselves.
#include <ubpf_model.p4>

extern bit<16> compute_hash(in bit<32> srcAddr, in bit<32> dstAddr);
extern bit<16> incremental_checksum(in bit<16> csum, in bit<32> old, in bit<32> new);

header op_h {
    bit<8> op;
    bit<8> index;
    bit<32> a;
    bit<32> b;
    bit<32> result;
}
struct headers_t { op_h op; }
struct meta_t { }

parser Parse(packet_in p, out headers_t h, inout meta_t m, inout standard_metadata s) {
    state start {
        p.extract(h.op);
        transition accept;
    }
}

control Pipeline(inout headers_t h, inout meta_t m, inout standard_metadata s) {
    Register<bit<32>, bit<8>>(4) seen;
    Register<bool, bit<32>>(4) flags;
    apply {
        if (h.op.op == 0) {
            h.op.result = seen.read(h.op.index);
            seen.write(h.op.index, h.op.result + h.op.a);
        } else if (h.op.op == 1) {
            h.op.result = flags.read((bit<32>) h.op.index) ? 32w1 : 0;
            flags.write((bit<32>) h.op.index, true);
        } else if (h.op.op == 2) {
            hash(h.op.result, HashAlgorithm.lookup3, { h.op.a, h.op.b });
        } else if (h.op.op == 3) {
            hash(h.op.result, HashAlgorithm.lookup3, { h.op.a[31:8], h.op.index, h.op.b[3:0] });
        } else if (h.op.op == 4) {
            h.op.result = (bit<32>) compute_hash(h.op.a, h.op.b);
        } else if (h.op.op == 5) {
            h.op.result = (bit<32>) incremental_checksum(16w0x1234, h.op.a, h.op.b);
        } else if (h.op.op == 6) {
            h.op.result = csum_replace2(16w0x1234, h.op.a[15:0], h.op.b[15:0]) ++ csum_replace4(16w0x1234, h.op.a, h.op.b);
        } else {
            bit<48> before = ubpf_time_get_ns();
            bit<48> later = ubpf_time_get_ns();
            h.op.result = before != 0 && later - before < 1000000000 ? 32w1 : 0;
        }
    }
}

control Deparse(packet_out p, in headers_t h) {
    apply { p.emit(h.op); }
}

ubpf(Parse(), Pipeline(), Deparse()) main;
