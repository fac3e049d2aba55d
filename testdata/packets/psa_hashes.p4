// Hashes, and Internet checksums that are put together piece by piece.
#include <psa.p4>

header op_h {
    bit<8> op;
    bit<8> key;
    bit<72> text;
    bit<64> result;
}
header more_h {
    bit<3> a;
    bit<9> b;
    bit<4> c;
}
struct headers_t {
    op_h op;
    more_h more;
}
struct empty_t { }

parser IngressParserImpl(packet_in buffer, out headers_t hdr, inout empty_t meta, in psa_ingress_parser_input_metadata_t istd,
                         in empty_t resubmit_meta, in empty_t recirculate_meta) {
    InternetChecksum() sum;
    state start {
        buffer.extract(hdr.op);
        transition select(hdr.op.op) {
            0 &&& 0xf0: summed;
            0x20 &&& 0xf0: more;
            default: accept;
        }
    }
    state summed {
        // Not cleared: it is empty for each packet.
        sum.add({ hdr.op.text });
        sum.subtract({ hdr.op.text[71:56] });
        hdr.op.result[31:16] = sum.get_state();
        hdr.op.result[15:0] = sum.get();
        transition accept;
    }
    state more {
        buffer.extract(hdr.more);
        transition accept;
    }
}

control IngressImpl(inout headers_t hdr, inout empty_t meta, in psa_ingress_input_metadata_t istd,
                    inout psa_ingress_output_metadata_t ostd) {
    Hash<bit<32>>(PSA_HashAlgorithm_t.CRC32) crc32;
    Hash<bit<16>>(PSA_HashAlgorithm_t.CRC16) crc16;
    Hash<bit<64>>(PSA_HashAlgorithm_t.ONES_COMPLEMENT16) ones;
    Hash<bit<8>>(PSA_HashAlgorithm_t.IDENTITY) identity;
    Hash<bit<64>>(PSA_HashAlgorithm_t.TARGET_DEFAULT) usual;
    InternetChecksum() sum;
    apply {
        send_to_port(ostd, (PortId_t) 1);
        sum.add(hdr.more);
        if (hdr.op.op == 0x10) {
            hdr.op.result = (bit<64>) crc32.get_hash({ hdr.op.text });
        } else if (hdr.op.op == 0x11) {
            hdr.op.result = (bit<64>) crc16.get_hash({ hdr.op.text });
        } else if (hdr.op.op == 0x12) {
            hdr.op.result = ones.get_hash({ hdr.op.text });
        } else if (hdr.op.op == 0x13) {
            hdr.op.result = (bit<64>) identity.get_hash({ hdr.op.text });
        } else if (hdr.op.op == 0x14) {
            hdr.op.result = (bit<64>) crc16.get_hash(16w0x1000, { hdr.op.text }, 16w100);
        } else if (hdr.op.op == 0x15) {
            hdr.op.result = usual.get_hash(64w7, hdr.op.text, (bit<64>) hdr.op.key);
        } else if (hdr.op.op == 0x20) {
            // What is there, and ends in the middle of a word.
            sum.subtract({ hdr.op.text[10:0] });
            hdr.op.result = 32w0 ++ sum.get() ++ sum.get_state();
        } else if (hdr.op.op == 0x21) {
            sum.clear();
            // Word by word: ~0x0001 + ~0xfffe is 0xffff, the zero that the complement of their sum is not.
            sum.subtract({ 16w0x0001, 16w0xfffe });
            hdr.op.result[31:16] = sum.get_state();
            sum.set_state(0x1234);
            hdr.op.result[15:0] = sum.get();
        } else if (hdr.op.op == 0x30) {
            // Not there: nothing is added.
            hdr.op.result = (bit<64>) sum.get_state();
        }
    }
}

control IngressDeparserImpl(packet_out buffer, out empty_t clone_i2e_meta, out empty_t resubmit_meta, out empty_t normal_meta,
                            inout headers_t hdr, in empty_t meta, in psa_ingress_output_metadata_t istd) {
    InternetChecksum() again;
    apply {
        again.subtract({ hdr.op.op, hdr.op.key });
        hdr.op.result[63:48] = again.get_state();
        buffer.emit(hdr.op);
        buffer.emit(hdr.more);
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
