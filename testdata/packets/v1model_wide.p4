// Numbers of more than 128 bits: sums, differences, bits, shifts, comparisons, casts, slices and variables of them, and a hash.
#include <core.p4>
#include <v1model.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header ask_t { bit<8> deed; bit<32> result; }
header wide_t { bit<256> a; bit<256> b; bit<4> x; bit<200> c; bit<4> y; int<136> d; int<136> e; }

struct headers_t { ethernet_t ethernet; ask_t ask; wide_t w; }
struct metadata_t { bit<256> kept; }

parser Parse(packet_in packet, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start {
        packet.extract(h.ethernet);
        packet.extract(h.ask);
        m.kept = packet.lookahead<bit<256>>();
        packet.extract(h.w);
        transition accept;
    }
}
control Verify(inout headers_t h, inout metadata_t m) { apply { } }
control In(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    action shifted() { h.w.a = h.w.b << 70; }
    apply {
        sm.egress_spec = 1;
        bit<6> r = 0;
        switch (h.ask.deed) {
            1: { h.w.a = h.w.b; }
            2: { h.w.a = h.w.a + h.w.b; }
            3: { h.w.a = h.w.a - h.w.b; }
            4: { h.w.a = -h.w.b; h.w.d = h.w.d + h.w.e; }
            5: { h.w.a = h.w.a & ~h.w.b | (h.w.a ^ (h.w.b + 1)); }
            6: { shifted(); }
            7: { h.w.a = h.w.b >> 3; h.w.c = h.w.c >> 130; }
            8: { h.w.a = h.w.a[191:0] ++ h.w.b[255:192]; }
            9: { h.w.c = (bit<200>) h.w.a; h.ask.result = (bit<32>) h.w.b; }
            10: { h.w.a = (bit<256>) h.w.c; h.w.b = (bit<256>) h.ask.result; }
            11: {
                if (h.w.a == h.w.b) { r = r | 1; }
                if (h.w.a != h.w.b) { r = r | 2; }
                if (h.w.a < h.w.b) { r = r | 4; }
                if (h.w.a <= h.w.b) { r = r | 8; }
                if (h.w.a > h.w.b) { r = r | 16; }
                if (h.w.a >= h.w.b) { r = r | 32; }
                h.ask.result = (bit<32>) r;
            }
            12: { h.ask.result = (h.w.d < h.w.e ? 16w1 : 0) ++ (h.w.d >= 0 ? 16w1 : 0); }
            13: {
                bit<300> x = (bit<300>) h.w.a;
                x = x + 1;
                x[299:290] = 0x3ff;
                h.w.a = x[299:44];
            }
            14: { h.w.b[130:3] = (bit<128>) h.w.c; h.w.x = (bit<4>) h.w.b; }
            15: { h.w.a = (h.w.c[0:0] == 1 ? h.w.a : h.w.b) + 0x1_0000_0000_0000_0000_0000_0000_0000_0001; }
            16: { hash(h.ask.result, HashAlgorithm.crc32, 32w0, { h.w.a, h.w.x, h.w.c, h.w.y }, 64w0x1_0000_0000); }
            17: { h.w.a[255:64] = h.w.b[191:0]; h.w.b = m.kept; }
            18: { h.w.a = h.w.a * h.w.b; h.w.d = h.w.d * h.w.e; }
            19: { h.w.a = h.w.a << h.ask.result; h.w.b = h.w.b >> h.ask.result[8:0]; }
            20: { h.w.d = h.w.d >> h.ask.result[7:0]; h.w.e = h.w.e >> 7; }
            21: { h.w.a = h.w.a |+| h.w.b; h.w.d = h.w.d |+| h.w.e; }
            22: { h.w.a = h.w.a |-| h.w.b; h.w.d = h.w.d |-| h.w.e; }
            23: { h.w.d = (int<136>) (int<200>) h.w.e; h.w.c = (bit<200>) (int<200>) h.w.d; }
            default: { }
        }
    }
}
control Out(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) { apply { } }
control Compute(inout headers_t h, inout metadata_t m) { apply { } }
control Deparse(packet_out packet, in headers_t h) { apply { packet.emit(h); } }

V1Switch(Parse(), Verify(), In(), Out(), Compute(), Deparse()) main;
