// Packets pass unless they are dropped or sent elsewhere; what the parser rejects passes as it came.
#include <ubpf_model.p4>
header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header word_t { bit<8> what; bit<8> length; }
struct headers_t { ethernet_t ethernet; word_t word; }
struct meta_t {}

parser Parse(packet_in p, out headers_t h, inout meta_t m, inout standard_metadata s) {
    state start {
        p.extract(h.ethernet);
        p.extract(h.word);
        transition select(h.word.what) { 0xff: reject; default: accept; }
    }
}

control Pipeline(inout headers_t h, inout meta_t m, inout standard_metadata s) {
    action send(bit<32> port) {
        s.output_action = ubpf_action.REDIRECT;
        s.output_port = port;
    }
    table routes {
        key = { h.ethernet.dst: exact; }
        actions = { send; NoAction; }
        default_action = NoAction();
    }
    apply {
        routes.apply();
        h.word.length = (bit<8>) s.packet_length;
        if (h.word.what == 1) {
            mark_to_drop();
        } else if (h.word.what == 2) {
            mark_to_drop();
            mark_to_pass();
        } else if (h.word.what == 3) {
            s.output_action = ubpf_action.DROP;
        } else if (h.word.what == 4) {
            s.output_action = ubpf_action.ABORT;
        }
    }
}

control Deparse(packet_out p, in headers_t h) {
    apply {
        p.emit(h.ethernet);
        p.emit(h.word);
    }
}

ubpf(Parse(), Pipeline(), Deparse()) main;
