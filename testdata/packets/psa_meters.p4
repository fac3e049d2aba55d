// Meters of a colour that a packet has already, and of lengths that a program says, which DPDK's psa.p4 adds.
#define _PSA_DPDK
#include <psa.p4>

header op_h {
    bit<8> op;
    bit<8> key;
    bit<8> before;
    bit<8> length;
    bit<80> text;
    bit<8> result;
}
struct headers_t { op_h op; }
struct empty_t { }

parser IngressParserImpl(packet_in buffer, out headers_t hdr, inout empty_t meta, in psa_ingress_parser_input_metadata_t istd,
                         in empty_t resubmit_meta, in empty_t recirculate_meta) {
    state start {
        buffer.extract(hdr.op);
        transition accept;
    }
}

control IngressImpl(inout headers_t hdr, inout empty_t meta, in psa_ingress_input_metadata_t istd,
                    inout psa_ingress_output_metadata_t ostd) {
    Meter<bit<8>>(4, PSA_MeterType_t.BYTES) bytes;
    Meter<bit<8>>(4, PSA_MeterType_t.PACKETS) packets;
    DirectMeter(PSA_MeterType_t.BYTES) direct;
    Random<bit<16>>(16w6, 16w9) dice;
    bit<8> result = 0xff;
    PSA_MeterColor_t before = PSA_MeterColor_t.GREEN;
    action show(PSA_MeterColor_t c) {
        result = c == PSA_MeterColor_t.GREEN ? 8w6 : c == PSA_MeterColor_t.YELLOW ? 8w7 : 8w8;
    }
    action metered() { show(direct.execute()); }
    action metered_from() { show(direct.execute(before)); }
    action metered_length() { show(direct.dpdk_execute(before, (bit<32>) hdr.op.length)); }
    action none() { }
    table direct_table {
        key = { hdr.op.key: exact; }
        actions = { metered; metered_from; metered_length; none; }
        default_action = metered();
        psa_direct_meter = direct;
    }
    apply {
        send_to_port(ostd, (PortId_t) 1);
        if (hdr.op.before == 7) {
            before = PSA_MeterColor_t.YELLOW;
        } else if (hdr.op.before == 8) {
            before = PSA_MeterColor_t.RED;
        }
        if (hdr.op.op == 0) {
            show(bytes.execute(hdr.op.key));
        } else if (hdr.op.op == 1) {
            show(bytes.execute(hdr.op.key, before));
        } else if (hdr.op.op == 2) {
            show(bytes.dpdk_execute(hdr.op.key, (bit<32>) hdr.op.length));
        } else if (hdr.op.op == 3) {
            show(bytes.dpdk_execute(hdr.op.key, before, (bit<32>) hdr.op.length));
        } else if (hdr.op.op == 4) {
            // Not looked at, but taken out of the bucket.
            packets.execute(hdr.op.key, before);
        } else if (hdr.op.op == 5) {
            show(packets.dpdk_execute(hdr.op.key, PSA_MeterColor_t.GREEN, 1000));
        } else if (hdr.op.op == 6) {
            direct_table.apply();
        } else {
            bit<16> thrown = dice.read();
            result = thrown >= 6 && thrown <= 9 ? 8w1 : 8w0;
        }
        hdr.op.result = result;
    }
}

control IngressDeparserImpl(packet_out buffer, out empty_t clone_i2e_meta, out empty_t resubmit_meta, out empty_t normal_meta,
                            inout headers_t hdr, in empty_t meta, in psa_ingress_output_metadata_t istd) {
    apply {
        buffer.emit(hdr.op);
    }
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
