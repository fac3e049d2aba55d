// Headers of any number of bits: extracted and looked at within a byte, in a stack, made and removed, so that the payload stays or moves by some
// bits; and packets that end within them.
#include <core.p4>
#include <v1model.p4>

header ethernet_t { bit<48> dst; bit<40> src; bit<8> fault; bit<16> type; }
header ask_t { bit<3> kind; bit<13> rest; bit<4> deed; }
header wide_t { bit<4> y; bit<128> z; bool f; int<7> s; }
header whole_t { bit<16> w; bit<8> v; }
header piece_t { bit<1> last; bit<16> v; }
header bits_t { bit<5> b; }

struct headers_t { ethernet_t ethernet; ask_t ask; wide_t wide; whole_t whole; piece_t[3] pieces; bits_t bits; }
struct metadata_t { bit<3> seen; }

parser Parse(packet_in packet, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start {
        packet.extract(h.ethernet);
        transition select(h.ethernet.type) { 0: accept; default: ask; }
    }
    state ask {
        packet.extract(h.ask);
        transition select(h.ask.kind) { 1: wide; 2: whole; 3: pieces; 4: passed; 5: bad; default: accept; }
    }
    state wide { packet.extract(h.wide); transition whole; }
    state whole { packet.extract(h.whole); transition accept; }
    state pieces {
        packet.extract(h.pieces.next);
        m.seen = packet.lookahead<bit<3>>();
        transition select(h.pieces.last.last) { 1: accept; default: pieces; }
    }
    state passed { packet.advance(16); transition whole; }
    state bad { verify(h.ask.rest != 0, error.NoMatch); packet.extract(h.bits); transition accept; }
}
control Verify(inout headers_t h, inout metadata_t m) { apply { } }
control In(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    apply {
        sm.egress_spec = 1;
        switch (sm.parser_error) {
            error.NoError: { h.ethernet.fault = 0; }
            error.PacketTooShort: { h.ethernet.fault = 1; }
            error.NoMatch: { h.ethernet.fault = 2; }
            error.StackOutOfBounds: { h.ethernet.fault = 3; }
            default: { h.ethernet.fault = 0xff; }
        }
        switch (h.ask.deed) {
            1: { h.wide.setInvalid(); }
            2: { h.whole.setValid(); h.whole.w = 0xabcd; h.whole.v = 0xef; }
            3: { h.bits.setValid(); h.bits.b = 0x15; }
            4: { h.wide.z = h.wide.z + 1; h.wide.s = -h.wide.s; h.wide.f = !h.wide.f; }
            5: { h.pieces.pop_front(1); }
            6: { h.pieces.push_front(1); h.pieces[0].setValid(); h.pieces[0].v = (bit<16>) m.seen; }
            7: { h.ask.setInvalid(); }
            8: { h.ask.setInvalid(); h.pieces[1].setInvalid(); h.ethernet.setInvalid(); h.whole.setValid(); }
            9: { h.ask.rest = h.ask.rest + 1; h.whole.w = h.whole.w + 1; }
            default: { }
        }
    }
}
control Out(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) { apply { } }
control Compute(inout headers_t h, inout metadata_t m) { apply { } }
control Deparse(packet_out packet, in headers_t h) { apply { packet.emit(h); } }

V1Switch(Parse(), Verify(), In(), Out(), Compute(), Deparse()) main;
