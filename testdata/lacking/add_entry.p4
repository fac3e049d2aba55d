// Entries that packets add to a table that is no hash table.
#include <pna.p4>
header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header note_t { bit<8> wish; bit<8> label; bit<8> hit; bit<8> added; }
struct headers_t { ethernet_t ethernet; note_t note; }
struct meta_t { }
struct none_t { }

parser MainParserImpl(packet_in p, out headers_t h, inout meta_t m, in pna_main_parser_input_metadata_t i) {
    state start {
        p.extract(h.ethernet);
        p.extract(h.note);
        transition accept;
    }
}

control PreControlImpl(in headers_t h, inout meta_t m, in pna_pre_input_metadata_t i, inout pna_pre_output_metadata_t o) {
    apply { }
}

control MainControlImpl(inout headers_t h, inout meta_t m, in pna_main_input_metadata_t i, inout pna_main_output_metadata_t o) {
    action send() { send_to_port((PortId_t) 1); }
    action learn() { add_entry("send", (none_t) { }, (ExpireTimeProfileId_t) 0); }
    table prefixes {
        key = { h.ethernet.dst: lpm; }
        actions = { send; learn; }
        const default_action = learn();
    }
    apply { prefixes.apply(); }
}

control MainDeparserImpl(packet_out p, in headers_t h, in meta_t m, in pna_main_output_metadata_t o) {
    apply { p.emit(h); }
}

PNA_NIC(MainParserImpl(), PreControlImpl(), MainControlImpl(), MainDeparserImpl()) main;
