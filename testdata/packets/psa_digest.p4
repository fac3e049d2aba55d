// Digests of psa: two objects in the ingress deparser. Otherwise ingress and egress do as in psa_unicast.p4.
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
    action forward(PortId_t port, ClassOfService_t class) {
        send_to_port(o, port);
        o.class_of_service = class;
    }
    action refuse() { ingress_drop(o); }
    table routes {
        key = { h.ethernet.dst: exact; }
        actions = { forward; refuse; NoAction; }
        default_action = NoAction();
    }
    apply {
        routes.apply();
        if (h.tag.isValid()) {
            h.tag.setInvalid();
            h.ethernet.type = 0x0800;
        }
        if (i.parser_error != error.NoError) {
            h.ethernet.src = 0;
        }
    }
}

struct learn_t {
    bit<48> src;
    PortId_t port;
}
struct seen_t {
    bit<16> label;
    bit<1> dropped;
}
control IngressDeparserImpl(packet_out b, out none_t clone, out none_t resubmit, out normal_t normal, inout headers_t h,
                            in ingress_meta_t m, in psa_ingress_output_metadata_t i) {
    Digest<learn_t>() learnt;
    Digest<seen_t>() seen;
    apply {
        normal.label = m.label;
        normal.from = i.egress_port;
        if (h.ethernet.dst[7:0] == 1) {
            learnt.pack({ h.ethernet.src, i.egress_port });
        }
        seen.pack({ (bit<16>) m.label, (bit<1>) i.drop });
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
