// A table that packets fill: the first packet of a flow adds its entry, with an action and parameters of its own.
#include <pna.p4>
header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header note_t { bit<8> wish; bit<8> label; bit<8> hit; bit<8> added; }
struct headers_t { ethernet_t ethernet; note_t note; }
struct meta_t { }
struct send_params_t { PortId_t port; bit<8> label; }
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
    bool added = false;
    action send(PortId_t port, bit<8> label) {
        send_to_port(port);
        h.note.label = label;
    }
    action refuse() { drop_packet(); }
    action learn() {
        send_to_port((PortId_t) 3);
        if (h.note.wish == 1) {
            added = add_entry("send", (send_params_t) { port = (PortId_t) 2, label = h.note.label }, (ExpireTimeProfileId_t) 0);
        } else if (h.note.wish == 2) {
            added = add_entry("refuse", (none_t) { }, (ExpireTimeProfileId_t) 0);
        } else if (h.note.wish == 3) {
            // No action of the table's.
            added = add_entry("nothing", (none_t) { }, (ExpireTimeProfileId_t) 0);
        }
    }
    table flows {
        key = {
            h.ethernet.dst: exact;
            h.ethernet.src: exact;
        }
        actions = { @tableonly send; @tableonly refuse; @defaultonly learn; }
        add_on_miss = true;
        const default_action = learn();
        size = 3;
    }
    apply {
        h.note.hit = flows.apply().hit ? 8w1 : 0;
        h.note.added = added ? 8w1 : 0;
    }
}

control MainDeparserImpl(packet_out p, in headers_t h, in meta_t m, in pna_main_output_metadata_t o) {
    apply { p.emit(h); }
}

PNA_NIC(MainParserImpl(), PreControlImpl(), MainControlImpl(), MainDeparserImpl()) main;
