// The last word about the packet holds; without any it is dropped.
#include <pna.p4>
header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header note_t { bit<8> words; bit<8> direction; }
struct headers_t { ethernet_t ethernet; note_t note; }
struct meta_t { bit<8> pre; }

parser MainParserImpl(packet_in p, out headers_t h, inout meta_t m, in pna_main_parser_input_metadata_t i) {
    state start {
        p.extract(h.ethernet);
        p.extract(h.note);
        transition accept;
    }
}

control PreControlImpl(in headers_t h, inout meta_t m, in pna_pre_input_metadata_t i, inout pna_pre_output_metadata_t o) {
    apply { m.pre = h.note.words; }
}

control MainControlImpl(inout headers_t h, inout meta_t m, in pna_main_input_metadata_t i, inout pna_main_output_metadata_t o) {
    action to_one() { send_to_port((PortId_t) 1); }
    action to_two() { send_to_port((PortId_t) 2); }
    action refuse() { drop_packet(); }
    table routes {
        key = { h.ethernet.dst: exact; }
        actions = { to_one; to_two; refuse; NoAction; }
        default_action = NoAction();
    }
    apply {
        routes.apply();
        if (m.pre == 1) {
            drop_packet();
        } else if (m.pre == 2) {
            drop_packet();
            send_to_port((PortId_t) 3);
        }
        h.note.direction = i.direction == PNA_Direction_t.HOST_TO_NET ? 8w1 : 0;
    }
}

control MainDeparserImpl(packet_out p, in headers_t h, in meta_t m, in pna_main_output_metadata_t o) {
    apply { p.emit(h); }
}

PNA_NIC(MainParserImpl(), PreControlImpl(), MainControlImpl(), MainDeparserImpl()) main;
