// PSA: empty groups and what they run, action profiles, and what a direct counter and a direct meter see of misses.
#include <psa.p4>

header op_h {
    bit<8> op;
    bit<8> key;
    bit<8> flow;
    bit<8> run;
    bit<32> result;
}
struct headers_t { op_h op; }
struct empty_t { }

parser IngressParserImpl(packet_in buffer, out headers_t hdr, inout empty_t meta,
                         in psa_ingress_parser_input_metadata_t istd, in empty_t resubmit_meta,
                         in empty_t recirculate_meta) {
    state start {
        buffer.extract(hdr.op);
        transition accept;
    }
}

control IngressImpl(inout headers_t hdr, inout empty_t meta, in psa_ingress_input_metadata_t istd,
                    inout psa_ingress_output_metadata_t ostd) {
    ActionSelector(PSA_HashAlgorithm_t.IDENTITY, 2, 1) named;
    ActionSelector(PSA_HashAlgorithm_t.IDENTITY, 8, 8) implied;
    DirectCounter<bit<32>>(PSA_CounterType_t.PACKETS_AND_BYTES) hits;
    DirectMeter(PSA_MeterType_t.PACKETS) rate;

    action set(bit<32> v) { hdr.op.result = v; }
    action empty(bit<8> v) { hdr.op.result = (bit<32>) v; }
    table named_action {
        key = {
            hdr.op.key: exact;
            hdr.op.flow: selector;
        }
        actions = { set; empty; NoAction; }
        psa_implementation = named;
        psa_empty_group_action = empty(0xee);
    }
    // Without the property it is `NoAction`.
    table no_action {
        key = {
            hdr.op.key: exact;
            hdr.op.flow: selector;
        }
        actions = { set; NoAction; }
        psa_implementation = implied;
    }
    action counting() {
        hits.count();
        PSA_MeterColor_t colour = rate.execute();
        hdr.op.result = colour == PSA_MeterColor_t.GREEN ? 32w1 : colour == PSA_MeterColor_t.YELLOW ? 32w2 : 32w3;
    }
    table direct {
        key = { hdr.op.key: exact; }
        actions = { counting; }
        default_action = counting();
        psa_direct_counter = hits;
        psa_direct_meter = rate;
    }
    apply {
        send_to_port(ostd, (PortId_t) 1);
        if (hdr.op.op == 0) {
            switch (named_action.apply().action_run) {
                set: { hdr.op.run = 1; }
                empty: { hdr.op.run = 2; }
                NoAction: { hdr.op.run = 3; }
            }
        } else if (hdr.op.op == 1) {
            switch (no_action.apply().action_run) {
                set: { hdr.op.run = 1; }
                NoAction: { hdr.op.run = 3; }
            }
        } else if (hdr.op.op == 2) {
            if (no_action.apply().hit) {
                hdr.op.run = 9;
            }
        } else if (hdr.op.op == 3) {
            direct.apply();
        }
    }
}

control IngressDeparserImpl(packet_out buffer, out empty_t clone_i2e_meta, out empty_t resubmit_meta,
                            out empty_t normal_meta, inout headers_t hdr, in empty_t meta,
                            in psa_ingress_output_metadata_t istd) {
    apply { buffer.emit(hdr.op); }
}
parser EgressParserImpl(packet_in buffer, out headers_t hdr, inout empty_t meta,
                        in psa_egress_parser_input_metadata_t istd, in empty_t normal_meta,
                        in empty_t clone_i2e_meta, in empty_t clone_e2e_meta) {
    state start { transition accept; }
}
control EgressImpl(inout headers_t hdr, inout empty_t meta, in psa_egress_input_metadata_t istd,
                   inout psa_egress_output_metadata_t ostd) {
    apply { }
}
control EgressDeparserImpl(packet_out buffer, out empty_t clone_e2e_meta, out empty_t recirculate_meta,
                           inout headers_t hdr, in empty_t meta, in psa_egress_output_metadata_t istd,
                           in psa_egress_deparser_input_metadata_t edstd) {
    apply { }
}

IngressPipeline(IngressParserImpl(), IngressImpl(), IngressDeparserImpl()) ip;
EgressPipeline(EgressParserImpl(), EgressImpl(), EgressDeparserImpl()) ep;
PSA_Switch(ip, PacketReplicationEngine(), ep, BufferingQueueingEngine()) main;
