// Custom CRCs of psa: hashes, checksums that are put together piece by piece, in parser and deparser, and the choice of a member.
#include <psa.p4>

header op_h {
    bit<8> op;
    bit<72> text;
    bit<32> result;
}
struct headers_t { op_h op; }
struct meta_t { bit<32> parsed; }
struct empty_t { }

parser IngressParserImpl(packet_in buffer, out headers_t h, inout meta_t meta, in psa_ingress_parser_input_metadata_t istd,
                         in empty_t resubmit_meta, in empty_t recirculate_meta) {
    Checksum<bit<32>>(PSA_HashAlgorithm_t.CRC32_CUSTOM) sum;
    state start {
        buffer.extract(h.op);
        sum.update(h.op.text[71:64]);
        sum.update(h.op.text[63:0]);
        meta.parsed = sum.get();
        transition accept;
    }
}

control IngressImpl(inout headers_t h, inout meta_t meta, in psa_ingress_input_metadata_t istd,
                    inout psa_ingress_output_metadata_t ostd) {
    Hash<bit<32>>(PSA_HashAlgorithm_t.CRC32_CUSTOM) crc32;
    Hash<bit<16>>(PSA_HashAlgorithm_t.CRC16_CUSTOM) crc16;
    ActionSelector(PSA_HashAlgorithm_t.CRC16_CUSTOM, 8, 16) members;
    action set(bit<32> v) { h.op.result = v; }
    table chosen {
        key = { h.op.op: exact; h.op.text: selector; }
        actions = { set; NoAction; }
        psa_implementation = members;
    }
    apply {
        send_to_port(ostd, (PortId_t) 1);
        if (h.op.op == 0) {
            h.op.result = crc32.get_hash(h.op.text);
        } else if (h.op.op == 1) {
            h.op.result = (bit<32>) crc16.get_hash(h.op.text);
        } else if (h.op.op == 2) {
            h.op.result = (bit<32>) crc16.get_hash(16w0x1000, h.op.text, 16w1000);
        } else if (h.op.op == 3) {
            h.op.result = meta.parsed;
        }
        chosen.apply();
    }
}

control IngressDeparserImpl(packet_out buffer, out empty_t clone_i2e_meta, out empty_t resubmit_meta, out empty_t normal_meta,
                            inout headers_t h, in meta_t meta, in psa_ingress_output_metadata_t istd) {
    Checksum<bit<16>>(PSA_HashAlgorithm_t.CRC16_CUSTOM) sum;
    apply {
        sum.update(h.op.text[71:32]);
        if (h.op.op == 4) {
            sum.update(h.op.text[31:0]);
            h.op.result = (bit<32>) sum.get();
        } else if (h.op.op == 5) {
            // Begun anew.
            sum.clear();
            h.op.result = (bit<32>) sum.get();
        }
        buffer.emit(h.op);
    }
}
parser EgressParserImpl(packet_in buffer, out headers_t h, inout empty_t meta, in psa_egress_parser_input_metadata_t istd,
                        in empty_t normal_meta, in empty_t clone_i2e_meta, in empty_t clone_e2e_meta) {
    state start { transition accept; }
}
control EgressImpl(inout headers_t h, inout empty_t meta, in psa_egress_input_metadata_t istd,
                   inout psa_egress_output_metadata_t ostd) {
    apply { }
}
control EgressDeparserImpl(packet_out buffer, out empty_t clone_e2e_meta, out empty_t recirculate_meta, inout headers_t h,
                           in empty_t meta, in psa_egress_output_metadata_t istd, in psa_egress_deparser_input_metadata_t edstd) {
    apply { }
}

IngressPipeline(IngressParserImpl(), IngressImpl(), IngressDeparserImpl()) ip;
EgressPipeline(EgressParserImpl(), EgressImpl(), EgressDeparserImpl()) ep;
PSA_Switch(ip, PacketReplicationEngine(), ep, BufferingQueueingEngine()) main;
