// Every extern of PSA, and its direct forms.
#include <psa.p4>

header op_h {
    bit<8> op;
    bit<8> key;
    bit<72> text;
    bit<32> result;
}
struct headers_t { op_h op; }
struct empty_t { }
struct learn_t {
    bit<8> key;
    bit<32> result;
}

parser IngressParserImpl(packet_in buffer, out headers_t hdr, inout empty_t meta,
                         in psa_ingress_parser_input_metadata_t istd, in empty_t resubmit_meta,
                         in empty_t recirculate_meta) {
    InternetChecksum() sum;
    state start {
        buffer.extract(hdr.op);
        transition select(hdr.op.op) {
            8: summed;
            17: zeros;
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
    state zeros {
        // Word by word: ~0x0001 + ~0xfffe is 0xffff, the zero that the complement of their sum is not.
        sum.subtract({ 16w0x0001, 16w0xfffe });
        hdr.op.result[31:16] = sum.get_state();
        sum.set_state(0x1234);
        hdr.op.result[15:0] = sum.get();
        transition accept;
    }
}

control IngressImpl(inout headers_t hdr, inout empty_t meta, in psa_ingress_input_metadata_t istd,
                    inout psa_ingress_output_metadata_t ostd) {
    Hash<bit<32>>(PSA_HashAlgorithm_t.CRC32) crc32;
    Hash<bit<16>>(PSA_HashAlgorithm_t.CRC16) crc16;
    Hash<bit<16>>(PSA_HashAlgorithm_t.ONES_COMPLEMENT16) ones;
    Hash<bit<32>>(PSA_HashAlgorithm_t.IDENTITY) identity;
    Random<bit<32>>(32w6, 32w7) dice;
    Counter<bit<32>, bit<8>>(4, PSA_CounterType_t.PACKETS_AND_BYTES) counted;
    Meter<bit<8>>(4, PSA_MeterType_t.PACKETS) metered;
    Register<bit<32>, bit<8>>(4, 32w0xbeef) memory;
    DirectCounter<bit<32>>(PSA_CounterType_t.PACKETS) hits;
    DirectCounter<bit<32>>(PSA_CounterType_t.BYTES) sizes;
    DirectMeter(PSA_MeterType_t.BYTES) rate;
    DirectMeter(PSA_MeterType_t.PACKETS) unlimited;
    ActionProfile(8) profile;
    ActionSelector(PSA_HashAlgorithm_t.IDENTITY, 8, 8) flows;

    action counting() {
        hits.count();
        sizes.count();
        hdr.op.result = 1;
    }
    action silent() { hdr.op.result = 2; }
    table direct {
        key = { hdr.op.key: exact; }
        actions = { counting; silent; }
        default_action = silent();
        psa_direct_counter = { hits, sizes };
    }
    action colouring() {
        PSA_MeterColor_t second = unlimited.execute();
        hdr.op.result = rate.execute() == PSA_MeterColor_t.GREEN && second == PSA_MeterColor_t.GREEN ? 32w6 : 32w8;
    }
    table coloured {
        key = { hdr.op.key: exact; }
        actions = { colouring; silent; }
        default_action = silent();
        psa_direct_meter = { rate, unlimited };
    }
    action set(bit<32> v) { hdr.op.result = v; }
    table members {
        key = { hdr.op.key: exact; }
        actions = { set; silent; }
        default_action = silent();
        psa_implementation = profile;
    }
    table groups {
        key = {
            hdr.op.key: exact;
            hdr.op.text[7:0]: selector;
        }
        actions = { set; silent; }
        default_action = silent();
        psa_implementation = flows;
    }
    apply {
        send_to_port(ostd, (PortId_t) 1);
        if (hdr.op.op == 0) {
            hdr.op.result = crc32.get_hash({ hdr.op.text });
        } else if (hdr.op.op == 1) {
            hdr.op.result = (bit<32>) crc16.get_hash({ hdr.op.text });
        } else if (hdr.op.op == 2) {
            hdr.op.result = (bit<32>) ones.get_hash({ hdr.op.text });
        } else if (hdr.op.op == 3) {
            hdr.op.result = identity.get_hash({ hdr.op.text });
        } else if (hdr.op.op == 4) {
            hdr.op.result = (bit<32>) crc16.get_hash(16w0x1000, { hdr.op.text }, 16w100);
        } else if (hdr.op.op == 5) {
            bit<32> thrown = dice.read();
            hdr.op.result = (bit<32>) (bit<1>) (thrown == 6 || thrown == 7);
        } else if (hdr.op.op == 6) {
            counted.count(hdr.op.key);
            hdr.op.result = 0;
        } else if (hdr.op.op == 7) {
            PSA_MeterColor_t c = metered.execute(hdr.op.key);
            hdr.op.result = c == PSA_MeterColor_t.GREEN ? 32w6 : c == PSA_MeterColor_t.YELLOW ? 32w7 : 32w8;
        } else if (hdr.op.op == 9) {
            hdr.op.result = memory.read(hdr.op.key);
            memory.write(hdr.op.key, hdr.op.result + 1);
        } else if (hdr.op.op == 10) {
            direct.apply();
        } else if (hdr.op.op == 11) {
            coloured.apply();
        } else if (hdr.op.op == 12) {
            members.apply();
        } else if (hdr.op.op == 13) {
            groups.apply();
        } else if (hdr.op.op == 16) {
            // Yellow so far: not green any more.
            PSA_MeterColor_t c = metered.execute(hdr.op.key, PSA_MeterColor_t.YELLOW);
            hdr.op.result = c == PSA_MeterColor_t.GREEN ? 32w6 : c == PSA_MeterColor_t.YELLOW ? 32w7 : 32w8;
        }
    }
}

control IngressDeparserImpl(packet_out buffer, out empty_t clone_i2e_meta, out empty_t resubmit_meta,
                            out empty_t normal_meta, inout headers_t hdr, in empty_t meta,
                            in psa_ingress_output_metadata_t istd) {
    Digest<learn_t>() learn;
    Checksum<bit<32>>(PSA_HashAlgorithm_t.CRC32) crc;
    apply {
        if (hdr.op.op == 14) {
            learn.pack({ hdr.op.key, hdr.op.result });
        } else if (hdr.op.op == 15) {
            // Piece by piece; what was there before `clear` does not count.
            crc.update(hdr.op.key);
            crc.clear();
            crc.update(hdr.op.text[71:40]);
            crc.update({ hdr.op.text[39:8], hdr.op.text[7:0] });
            hdr.op.result = crc.get();
        }
        buffer.emit(hdr.op);
    }
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
