// Varbits that are worked with: assigned, exchanged, compared and chosen; of headers that are copied, made valid, pushed and popped, with a field behind;
// of elements that are known at run time only; in the data of checksums and hashes. What is asked for is in the packet.
#include <core.p4>
#include <v1model.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header ask_t { bit<8> deed; bit<8> index; bit<32> result; }
header long_t { bit<8> length; varbit<64> data; bit<4> low; bit<12> high; }
header piece_t { bit<8> last; bit<8> length; varbit<40> data; }

struct headers_t { ethernet_t ethernet; ask_t ask; long_t a; long_t b; piece_t[3] pieces; }
struct metadata_t { varbit<64> kept; }

parser Parse(packet_in packet, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start {
        packet.extract(h.ethernet);
        packet.extract(h.ask);
        packet.extract(h.a, (bit<32>) packet.lookahead<bit<8>>() << 3);
        packet.extract(h.b, (bit<32>) packet.lookahead<bit<8>>() << 3);
        transition select(h.ethernet.type) { 0: accept; default: pieces; }
    }
    state pieces {
        packet.extract(h.pieces.next, (bit<32>) packet.lookahead<bit<16>>()[7:0] << 3);
        transition select(h.pieces.last.last) { 0: pieces; default: accept; }
    }
}
control Verify(inout headers_t h, inout metadata_t m) { apply { } }

control In(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    action assign() { h.a.data = h.b.data; h.a.length = h.b.length; }
    action exchange() {
        varbit<64> data = h.a.data;
        h.a.data = h.b.data;
        h.b.data = data;
    }
    apply {
        sm.egress_spec = 1;
        switch (h.ask.deed) {
            1: { assign(); }
            2: { exchange(); }
            3: { h.ask.result = (h.a.data == h.b.data ? 16w1 : 0) ++ (h.a.data != h.b.data ? 16w1 : 0); }
            4: { h.a = h.b; }
            5: { h.a.setInvalid(); }
            6: {
                h.a.setInvalid();
                h.a.setValid();
                h.a.length = 0x77;
                h.a.high = 0xabc;
                if (h.ask.index == 1) { h.a.data = h.b.data; }
            }
            7: {
                h.pieces.push_front(1);
                h.pieces[0].setValid();
                h.pieces[0].length = 0x55;
                h.pieces[0].data = h.pieces[1].data;
            }
            8: { h.pieces.pop_front(1); }
            9: {
                m.kept = h.ask.result == 0 ? h.a.data : h.b.data;
                h.a.data = m.kept;
                h.b.data = m.kept;
            }
            10: { h.pieces[h.ask.index].data = h.pieces[0].data; }
            11: { h.pieces[0].data = h.pieces[h.ask.index].data; }
            12: { long_t c = h.a; h.a = h.b; h.b = c; }
            13: { h.a.high = h.a.high + h.b.high; h.b.low = h.b.low + 1; }
            14: { h.ask.result = h.a == h.b ? 32w1 : 2; }
            15: {
                // Of a header that is not valid it is empty.
                h.b.setInvalid();
                h.a.data = h.b.data;
                if (h.b.data == h.a.data) { h.ask.result = 1; }
            }
            16: { hash(h.ask.result, HashAlgorithm.crc32, 32w0, { h.a.data, h.pieces[1].data, h.b.high }, 64w0x1_0000_0000); }
            17: { hash(h.ask.result, HashAlgorithm.crc16, 32w0, { h.a.data, h.a.low, h.pieces[1].data }, 64w0x1_0000_0000); }
            18: { bit<64> r; hash(r, HashAlgorithm.identity, 64w0, { h.a.data, h.pieces[1].data }, 64w0xffffffffffffffff); h.ask.result = r[63:32]; }
            19: { hash(h.ask.result, HashAlgorithm.xor16, 32w0, { h.a.data, h.b.length, h.pieces[h.ask.index].data }, 64w0x10000); }
            default: { }
        }
    }
}
control Out(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) { apply { } }
control Compute(inout headers_t h, inout metadata_t m) {
    apply { update_checksum(h.ask.deed == 20, { h.a.length, h.a.data, h.b.data, h.pieces[0] }, h.ask.result, HashAlgorithm.csum16); }
}
control Deparse(packet_out packet, in headers_t h) {
    apply { packet.emit(h.ethernet); packet.emit(h.ask); packet.emit(h.b); packet.emit(h.a); packet.emit(h.pieces); }
}

V1Switch(Parse(), Verify(), In(), Out(), Compute(), Deparse()) main;
