// Action profiles and selectors of PSA: tables that share one, behind prefixes, what ran and whether there was an entry, several selector
// keys, and what an empty group runs.
#include <psa.p4>

header frame_h {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
    bit<8> op;
    bit<8> ran;
}
struct headers_t { frame_h frame; }
struct empty_t { }

parser IngressParserImpl(packet_in buffer, out headers_t hdr, inout empty_t meta, in psa_ingress_parser_input_metadata_t istd,
                         in empty_t resubmit_meta, in empty_t recirculate_meta) {
    state start {
        buffer.extract(hdr.frame);
        transition accept;
    }
}

control IngressImpl(inout headers_t hdr, inout empty_t meta, in psa_ingress_input_metadata_t istd,
                    inout psa_ingress_output_metadata_t ostd) {
    ActionProfile(1024) rewrites;
    ActionSelector(PSA_HashAlgorithm_t.CRC32, 1024, 16) links;
    ActionSelector(PSA_HashAlgorithm_t.CRC16, 64, 16) spares;

    action retype(bit<16> type) { hdr.frame.type = type; }
    action readdress(bit<48> dst) { hdr.frame.dst = dst; }
    action forward(PortId_t port) { send_to_port(ostd, port); }

    table by_source {
        key = { hdr.frame.src: exact; }
        actions = { NoAction; readdress; retype; }
        psa_implementation = rewrites;
    }
    table by_source_again {
        key = { hdr.frame.src: exact; }
        actions = { NoAction; readdress; retype; }
        psa_implementation = rewrites;
    }
    table by_prefix {
        key = { hdr.frame.src: lpm; }
        actions = { NoAction; readdress; retype; }
        psa_implementation = rewrites;
    }
    // Of two tables one has other keys, and all have the same selector keys in the same order.
    table linked {
        key = {
            hdr.frame.src: exact;
            hdr.frame.dst: selector;
            hdr.frame.src: selector;
            hdr.frame.type: selector;
        }
        actions = { NoAction; forward; }
        psa_implementation = links;
    }
    table linked_by_type {
        key = {
            hdr.frame.type: exact;
            hdr.frame.dst: selector;
            hdr.frame.src: selector;
            hdr.frame.type: selector;
        }
        actions = { NoAction; forward; }
        psa_implementation = links;
    }
    table linked_by_prefix {
        key = {
            hdr.frame.src: lpm;
            hdr.frame.dst: selector;
            hdr.frame.src: selector;
            hdr.frame.type: selector;
        }
        actions = { NoAction; forward; }
        psa_implementation = links;
    }
    table spare {
        key = {
            hdr.frame.src: exact;
            hdr.frame.dst: selector;
        }
        actions = { NoAction; forward; }
        psa_implementation = spares;
        psa_empty_group_action = forward((PortId_t) 1);
    }
    apply {
        if (hdr.frame.op == 0) {
            send_to_port(ostd, (PortId_t) 1);
            by_source.apply();
            by_source_again.apply();
        } else if (hdr.frame.op == 1) {
            send_to_port(ostd, (PortId_t) 1);
            by_prefix.apply();
        } else if (hdr.frame.op == 2) {
            switch (by_source.apply().action_run) {
                readdress: { send_to_port(ostd, (PortId_t) 1); }
                retype: { send_to_port(ostd, (PortId_t) 2); }
                default: { ingress_drop(ostd); }
            }
        } else if (hdr.frame.op == 3) {
            if (by_source.apply().hit) {
                send_to_port(ostd, (PortId_t) 1);
            }
        } else if (hdr.frame.op == 4) {
            linked.apply();
            linked_by_type.apply();
        } else if (hdr.frame.op == 5) {
            linked_by_prefix.apply();
        } else if (hdr.frame.op == 6) {
            spare.apply();
        } else if (hdr.frame.op == 7) {
            switch (linked.apply().action_run) {
                forward: { hdr.frame.ran = 1; }
                NoAction: { send_to_port(ostd, (PortId_t) 1); }
            }
        } else if (hdr.frame.op == 8) {
            if (linked.apply().miss) {
                hdr.frame.ran = 2;
                send_to_port(ostd, (PortId_t) 1);
            }
        }
    }
}

control IngressDeparserImpl(packet_out buffer, out empty_t clone_i2e_meta, out empty_t resubmit_meta, out empty_t normal_meta,
                            inout headers_t hdr, in empty_t meta, in psa_ingress_output_metadata_t istd) {
    apply { buffer.emit(hdr.frame); }
}

parser EgressParserImpl(packet_in buffer, out headers_t hdr, inout empty_t meta, in psa_egress_parser_input_metadata_t istd,
                        in empty_t normal_meta, in empty_t clone_i2e_meta, in empty_t clone_e2e_meta) {
    state start { transition accept; }
}
control EgressImpl(inout headers_t hdr, inout empty_t meta, in psa_egress_input_metadata_t istd,
                   inout psa_egress_output_metadata_t ostd) {
    apply { }
}
control EgressDeparserImpl(packet_out buffer, out empty_t clone_e2e_meta, out empty_t recirculate_meta, inout headers_t hdr,
                           in empty_t meta, in psa_egress_output_metadata_t istd, in psa_egress_deparser_input_metadata_t edstd) {
    apply { }
}

IngressPipeline(IngressParserImpl(), IngressImpl(), IngressDeparserImpl()) ip;
EgressPipeline(EgressParserImpl(), EgressImpl(), EgressDeparserImpl()) ep;
PSA_Switch(ip, PacketReplicationEngine(), ep, BufferingQueueingEngine()) main;
