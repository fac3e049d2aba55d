// Why a packet is dropped: conditions, a switch, a select, a checksum, an exit.
#include <core.p4>
#include <v1model.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header word_t { bit<16> value; bit<16> sum; }
struct headers_t { ethernet_t ethernet; word_t word; }
struct meta_t { bit<8> kind; }

parser P(packet_in p, out headers_t h, inout meta_t m, inout standard_metadata_t s) {
    state start {
        p.extract(h.ethernet);
        transition select(h.ethernet.type, s.ingress_port) {
            (0x1234, 0 .. 3): word;
            (0x1234, _): reject;
            default: accept;
        }
    }
    state word {
        p.extract(h.word);
        transition accept;
    }
}

control V(inout headers_t h, inout meta_t m) {
    apply { verify_checksum(h.word.isValid(), { h.word.value }, h.word.sum, HashAlgorithm.csum16); }
}

control I(inout headers_t h, inout meta_t m, inout standard_metadata_t s) {
    counter(4, CounterType.packets) seen;
    action drop() { mark_to_drop(s); exit; }
    action to(bit<9> port) { s.egress_spec = port; }
    table mac { key = { h.ethernet.dst : exact; } actions = { to; drop; } default_action = drop(); }
    apply {
        if (s.checksum_error == 1) {
            mark_to_drop(s);
            return;
        }
        seen.count(1);
        switch (mac.apply().action_run) {
            to: { m.kind = 1; }
            default: { m.kind = 2; }
        }
        if (h.word.isValid() && h.word.value > 7) {
            s.egress_spec = 511;
        }
    }
}

control E(inout headers_t h, inout meta_t m, inout standard_metadata_t s) {
    apply {
        switch (m.kind) {
            1: { }
            default: { mark_to_drop(s); }
        }
    }
}

control C(inout headers_t h, inout meta_t m) { apply { } }
control D(packet_out p, in headers_t h) { apply { p.emit(h.ethernet); p.emit(h.word); } }

V1Switch(P(), V(), I(), E(), C(), D()) main;
