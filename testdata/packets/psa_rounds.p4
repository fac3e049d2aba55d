// Resubmission and recirculation, with what they hand over.
#include <psa.p4>
header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header note_t { bit<8> op; bit<8> note; bit<8> times; }
struct headers_t { ethernet_t ethernet; note_t note; }
struct meta_t { bit<8> brought; bit<8> port; }
struct resubmit_t { bit<8> label; bool set; }
struct recirculate_t { bit<8> label; bit<128> wide; }
struct none_t {}

parser IngressParserImpl(packet_in b, out headers_t h, inout meta_t m, in psa_ingress_parser_input_metadata_t i,
                         in resubmit_t resubmit, in recirculate_t recirculate) {
    state start {
        b.extract(h.ethernet);
        b.extract(h.note);
        m.port = (bit<8>) (PortIdUint_t) i.ingress_port;
        transition select(i.packet_path) {
            PSA_PacketPath_t.RESUBMIT: resubmitted;
            PSA_PacketPath_t.RECIRCULATE: recirculated;
            default: accept;
        }
    }
    state resubmitted {
        m.brought = h.note.op == 5 ? recirculate.label + (bit<8>) (recirculate.wide >> 120) : resubmit.label + (resubmit.set ? 8w1 : 0);
        transition accept;
    }
    state recirculated {
        m.brought = h.note.op == 4 ? resubmit.label + (resubmit.set ? 8w1 : 0) : recirculate.label + (bit<8>) (recirculate.wide >> 120);
        transition accept;
    }
}

control IngressControl(inout headers_t h, inout meta_t m, in psa_ingress_input_metadata_t i,
                inout psa_ingress_output_metadata_t o) {
    apply {
        send_to_port(o, (PortId_t) 2);
        if (i.packet_path == PSA_PacketPath_t.NORMAL) {
            h.ethernet.src = 0x0a;
            if (h.note.op == 1) {
                o.resubmit = true;
            } else if (h.note.op == 2) {
                // Dropping wins.
                o.resubmit = true;
                ingress_drop(o);
            } else if (h.note.op == 5) {
                o.resubmit = true;
            } else if (h.note.op == 3 || h.note.op == 4) {
                send_to_port(o, PSA_PORT_RECIRCULATE);
            }
        } else {
            h.note.note = m.brought;
            h.note.times = h.note.op >= 4 ? 0 : m.port;
        }
    }
}

control IngressDeparserImpl(packet_out b, out none_t clone, out resubmit_t resubmit, out none_t normal, inout headers_t h,
                            in meta_t m, in psa_ingress_output_metadata_t i) {
    apply {
        if (i.resubmit) {
            resubmit.label = h.note.op + 0x40;
            resubmit.set = true;
        }
        b.emit(h);
    }
}

parser EgressParserImpl(packet_in b, out headers_t h, inout meta_t m, in psa_egress_parser_input_metadata_t i,
                    in none_t normal, in none_t from_ingress, in none_t from_egress) {
    state start {
        b.extract(h.ethernet);
        b.extract(h.note);
        transition accept;
    }
}

control EgressControl(inout headers_t h, inout meta_t m, in psa_egress_input_metadata_t i,
               inout psa_egress_output_metadata_t o) {
    apply { m.brought = h.note.op; }
}

control EgressDeparserImpl(packet_out b, out none_t clone, out recirculate_t recirculate, inout headers_t h, in meta_t m,
                           in psa_egress_output_metadata_t i, in psa_egress_deparser_input_metadata_t d) {
    apply {
        recirculate.label = m.brought + 0x20;
        recirculate.wide = 128w3 << 120;
        b.emit(h);
    }
}

IngressPipeline(IngressParserImpl(), IngressControl(), IngressDeparserImpl()) ingress;
EgressPipeline(EgressParserImpl(), EgressControl(), EgressDeparserImpl()) egress;
PSA_Switch(ingress, PacketReplicationEngine(), egress, BufferingQueueingEngine()) main;
