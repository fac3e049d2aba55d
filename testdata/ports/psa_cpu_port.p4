// Packets of one type go to the control plane, of another type a clone does, and what comes from there goes out of port 1.
#include <psa.p4>
header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header tag_t { bit<8> label; bit<8> path; }
struct headers_t { ethernet_t ethernet; tag_t tag; }
struct ingress_meta_t { bit<8> label; }
struct egress_meta_t { bit<8> seen; }
struct normal_t { bit<8> label; PortId_t from; }
struct none_t {}

parser IngressParserImpl(packet_in b, out headers_t h, inout ingress_meta_t m, in psa_ingress_parser_input_metadata_t i,
                     in none_t resubmit, in none_t recirculate) {
    state start {
        b.extract(h.ethernet);
        transition select(h.ethernet.type) { 0x88b5: tag; default: accept; }
    }
    state tag {
        b.extract(h.tag);
        m.label = h.tag.label;
        transition accept;
    }
}

control IngressControl(inout headers_t h, inout ingress_meta_t m, in psa_ingress_input_metadata_t i,
                inout psa_ingress_output_metadata_t o) {
    apply {
        send_to_port(o, (PortId_t) 2);
        if (i.ingress_port == PSA_PORT_CPU) {
            send_to_port(o, (PortId_t) 1);
        } else if (h.ethernet.type == 0x1234) {
            send_to_port(o, PSA_PORT_CPU);
        }
        if (h.ethernet.type == 0x4321) {
            o.clone = true;
            o.clone_session_id = PSA_CLONE_SESSION_TO_CPU;
        }
        if (h.tag.isValid()) {
            h.tag.setInvalid();
            h.ethernet.type = 0x0800;
        }
        if (i.parser_error != error.NoError) {
            h.ethernet.src = 0;
        }
    }
}

control IngressDeparserImpl(packet_out b, out none_t clone, out none_t resubmit, out normal_t normal, inout headers_t h,
                            in ingress_meta_t m, in psa_ingress_output_metadata_t i) {
    apply {
        normal.label = m.label;
        normal.from = i.egress_port;
        b.emit(h);
    }
}

parser EgressParserImpl(packet_in b, out headers_t h, inout egress_meta_t m, in psa_egress_parser_input_metadata_t i,
                    in normal_t normal, in none_t from_ingress, in none_t from_egress) {
    state start {
        b.extract(h.ethernet);
        m.seen = normal.label;
        transition accept;
    }
}

control EgressControl(inout headers_t h, inout egress_meta_t m, in psa_egress_input_metadata_t i,
               inout psa_egress_output_metadata_t o) {
    apply {
        if (m.seen != 0) {
            h.tag.setValid();
            h.tag.label = m.seen + 1;
            h.tag.path = 0;
            if (i.packet_path == PSA_PacketPath_t.NORMAL_UNICAST) {
                h.tag.path = 1;
            }
            h.ethernet.type = 0x88b6;
        }
        if (i.packet_path == PSA_PacketPath_t.CLONE_I2E) {
            h.ethernet.src = 0x2a;
        }
        if (i.egress_port == (PortId_t) 9 || i.class_of_service == (ClassOfService_t) 7) {
            egress_drop(o);
        }
    }
}

control EgressDeparserImpl(packet_out b, out none_t clone, out none_t recirculate, inout headers_t h, in egress_meta_t m,
                           in psa_egress_output_metadata_t i, in psa_egress_deparser_input_metadata_t d) {
    apply { b.emit(h); }
}

IngressPipeline(IngressParserImpl(), IngressControl(), IngressDeparserImpl()) ingress;
EgressPipeline(EgressParserImpl(), EgressControl(), EgressDeparserImpl()) egress;
PSA_Switch(ingress, PacketReplicationEngine(), egress, BufferingQueueingEngine()) main;
