// Direct counters and meters of PSA together: several of a table, one of several tables, one that an action calls in a table that has it not, and
// indirect ones in the same action.
#include <psa.p4>

header op_h {
    bit<8> op;
    bit<8> key;
    bit<8> before;
    bit<8> first;       // 1 green, 2 yellow, 3 red
    bit<8> second;
    bit<80> padding;
}
struct headers_t { op_h op; }
struct empty_t { }

bit<8> number(in PSA_MeterColor_t colour) {
    return colour == PSA_MeterColor_t.GREEN ? 8w1 : colour == PSA_MeterColor_t.YELLOW ? 8w2 : 8w3;
}

parser IngressParserImpl(packet_in buffer, out headers_t hdr, inout empty_t meta, in psa_ingress_parser_input_metadata_t istd,
                         in empty_t resubmit_meta, in empty_t recirculate_meta) {
    state start {
        buffer.extract(hdr.op);
        transition accept;
    }
}

control IngressImpl(inout headers_t hdr, inout empty_t meta, in psa_ingress_input_metadata_t istd,
                    inout psa_ingress_output_metadata_t ostd) {
    DirectMeter(PSA_MeterType_t.BYTES) own;
    Meter<bit<8>>(4, PSA_MeterType_t.BYTES) common;
    DirectMeter(PSA_MeterType_t.PACKETS) fast;
    DirectMeter(PSA_MeterType_t.BYTES) slow;
    DirectMeter(PSA_MeterType_t.PACKETS) gate;
    DirectCounter<bit<48>>(PSA_CounterType_t.PACKETS) passed;
    DirectCounter<bit<32>>(PSA_CounterType_t.PACKETS) few;
    DirectCounter<bit<32>>(PSA_CounterType_t.PACKETS_AND_BYTES) shared;
    Counter<bit<32>, PortId_t>(4, PSA_CounterType_t.PACKETS_AND_BYTES) ports;

    PSA_MeterColor_t before = PSA_MeterColor_t.GREEN;

    // One meter by the entry, one by an index, which an action names or the control.
    action both(bit<8> at) {
        hdr.op.first = number(own.execute(before));
        hdr.op.second = number(common.execute(at, before));
        send_to_port(ostd, (PortId_t) 1);
        ports.count((PortId_t) 1);
    }
    action alone() {
        hdr.op.first = number(own.execute());
        send_to_port(ostd, (PortId_t) 2);
    }
    table metered {
        key = { hdr.op.key: exact; }
        actions = { both; alone; NoAction; }
        psa_direct_meter = own;
    }
    action two_meters() {
        hdr.op.first = number(fast.execute());
        hdr.op.second = number(slow.execute());
        send_to_port(ostd, (PortId_t) 1);
    }
    table twice {
        key = { hdr.op.key: exact; }
        actions = { two_meters; NoAction; }
        psa_direct_meter = { fast, slow };
    }
    // Counts what the meter lets through.
    action gated() {
        if (gate.execute() != PSA_MeterColor_t.RED) {
            passed.count();
            send_to_port(ostd, (PortId_t) 1);
        }
    }
    table counted {
        key = { hdr.op.key: lpm; }
        actions = { gated; NoAction; }
        psa_direct_meter = gate;
        psa_direct_counter = passed;
    }
    action count_shared() { shared.count(); }
    action count_few() { few.count(); }
    action count_both() {
        count_few();
        count_shared();
    }
    table first_of_two {
        key = { hdr.op.key: exact; }
        actions = { NoAction; count_shared; count_few; }
        psa_direct_counter = shared;
    }
    table second_of_two {
        key = { hdr.op.key: exact; }
        actions = { NoAction; count_shared; count_few; count_both; }
        psa_direct_counter = { shared, few };
    }
    apply {
        if (hdr.op.before == 2) {
            before = PSA_MeterColor_t.YELLOW;
        } else if (hdr.op.before == 3) {
            before = PSA_MeterColor_t.RED;
        }
        if (hdr.op.op == 0) {
            if (metered.apply().hit && hdr.op.second == 0) {
                hdr.op.second = number(common.execute(3));
            }
        } else if (hdr.op.op == 1) {
            twice.apply();
        } else if (hdr.op.op == 2) {
            counted.apply();
        } else {
            send_to_port(ostd, (PortId_t) 1);
            first_of_two.apply();
            second_of_two.apply();
        }
    }
}

control IngressDeparserImpl(packet_out buffer, out empty_t clone_i2e_meta, out empty_t resubmit_meta, out empty_t normal_meta,
                            inout headers_t hdr, in empty_t meta, in psa_ingress_output_metadata_t istd) {
    apply { buffer.emit(hdr.op); }
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
