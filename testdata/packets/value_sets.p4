// Value sets of every match kind that tables are filled by: one key and several, keys of 128 bits, keys that are computed, a set beside
// other keysets, a set that two selects ask for, and one that the passes leave nothing of.
#include <core.p4>
#include <v1model.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header ask_t { bit<8> kind; bit<8> answer; bit<32> a; bit<16> b; bit<8> c; bit<128> wide; }
struct Headers { ethernet_t ethernet; ask_t ask; }
struct Meta {}

struct prefix_t { @match(lpm) bit<32> a; }
struct flow_t { @match(ternary) bit<32> a; @match(exact) bit<16> b; @match(optional) bit<8> c; }
struct inner_t { bit<16> b; @match(lpm) bit<128> wide; }
struct nested_t { bit<8> c; inner_t rest; }
struct two_prefixes_t { @match(lpm) bit<32> a; @match(lpm) bit<16> b; }
enum bit<8> Small { One = 1, Two = 2 }

parser P(packet_in packet, out Headers headers, inout Meta meta, inout standard_metadata_t standard) {
    value_set<bit<16>>(2) types;
    value_set<prefix_t>(4) prefixes;
    value_set<flow_t>(4) flows;
    value_set<nested_t>(4) nested;
    value_set<two_prefixes_t>(4) pairs;
    value_set<bit<8>>(2) small;
    value_set<bit<128>>(4) whole;
    value_set<tuple<bit<9>, bit<8>>>(4) computed;

    state start {
        packet.extract(headers.ethernet);
        transition select(headers.ethernet.type) {
            0x1000: ask;
            types: ask;
            default: accept;
        }
    }
    state ask {
        packet.extract(headers.ask);
        transition select(headers.ask.kind) {
            0: exact;
            1: lpm;
            2: ternary;
            3: structure;
            4: mixed;
            5: two;
            6: wide;
            7: sums;
            default: accept;
        }
    }
    state exact {
        transition select(headers.ask.c) { small: yes; 7: other; default: accept; }
    }
    state lpm {
        transition select(headers.ask.a) { prefixes: yes; default: accept; }
    }
    state ternary {
        transition select(headers.ask.a, headers.ask.b, headers.ask.c) { flows: yes; (1, 1, 1): other; default: accept; }
    }
    state structure {
        transition select(headers.ask.c, headers.ask.b, headers.ask.wide) { nested: yes; default: accept; }
    }
    state mixed {
        // A set beside others.
        transition select(headers.ethernet.type, headers.ask.c) {
            (types, 1 .. 4): yes;
            (_, small): other;
            (0x1000, 9): yes;
            default: accept;
        }
    }
    state two {
        transition select(headers.ask.a, headers.ask.b) { pairs: yes; default: accept; }
    }
    state wide {
        transition select(headers.ask.wide) { whole: yes; default: accept; }
    }
    state sums {
        transition select(headers.ask.b[8:0] + 1, headers.ask.c ^ 0xff) { computed: yes; (_, 0xf0 .. 0xff): other; }
    }
    state yes { headers.ask.answer = 1; transition accept; }
    state other { headers.ask.answer = 2; transition accept; }
}

control Verify(inout Headers headers, inout Meta meta) { apply {} }
control In(inout Headers headers, inout Meta meta, inout standard_metadata_t standard) {
    apply {
        standard.egress_spec = 1;
        if (standard.parser_error != error.NoError) { standard.egress_spec = 2; }
    }
}
control Out(inout Headers headers, inout Meta meta, inout standard_metadata_t standard) { apply {} }
control Compute(inout Headers headers, inout Meta meta) { apply {} }
control D(packet_out packet, in Headers headers) { apply { packet.emit(headers.ethernet); packet.emit(headers.ask); } }

V1Switch(P(), Verify(), In(), Out(), Compute(), D()) main;
