// Recirculation as the last word, and the number of the pass.
#include <pna.p4>
header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header note_t { bit<8> wanted; bit<8> passes; }
struct headers_t { ethernet_t ethernet; note_t note; }
struct meta_t { bit<8> lost; }

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
    apply {
        h.note.passes = h.note.passes + 1 + m.lost;
        m.lost = 0x40;
        send_to_port((PortId_t) 1);
        if ((bit<8>) (PassNumberUint_t) i.pass < h.note.wanted) {
            recirculate();
        }
        if (h.note.wanted == 0xff) {
            drop_packet();
        }
    }
}
control MainDeparserImpl(packet_out p, in headers_t h, in meta_t m, in pna_main_output_metadata_t o) {
    apply { p.emit(h); }
}
PNA_NIC(MainParserImpl(), PreControlImpl(), MainControlImpl(), MainDeparserImpl()) main;
