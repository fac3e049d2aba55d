// PSA's externs with numbers of more than 64 bits: hashed, kept, sent, and as an index, which may be wider than any array has cells.
#include <psa.p4>

header op_h {
    bit<8> op;
    bit<8> key;
    bit<128> a;
    bit<80> b;
    bit<128> result;
}
struct headers_t { op_h op; }
struct empty_t { }
struct told_t {
    bit<128> a;
    bit<10> note;
}
struct flow_t {
    bit<16> port;
    bit<48> src;
    bit<80> dst;
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
    Hash<bit<32>>(PSA_HashAlgorithm_t.CRC32) crc32;
    Hash<bit<16>>(PSA_HashAlgorithm_t.CRC16) crc16;
    Hash<bit<16>>(PSA_HashAlgorithm_t.ONES_COMPLEMENT16) ones;
    Register<bit<104>, bit<128>>(10) swapped;
    Register<bit<32>, bit<64>>(10, 32w6) begun;
    Register<flow_t, bit<40>>(10) flows;
    Counter<bit<64>, bit<128>>(10, PSA_CounterType_t.PACKETS_AND_BYTES) counted;
    Meter<bit<128>>(10, PSA_MeterType_t.PACKETS) metered;
    Random<bit<32>>(32w0x80000001, 32w0x80000005) high;
    Random<bit<16>>(16w0, 16w127) low;
    Random<bit<16>>(16w256, 16w259) middle;

    action digest16() { hdr.op.result = (bit<128>) crc16.get_hash({ hdr.op.a, hdr.op.b }); }
    table in_action {
        key = { hdr.op.key: exact; }
        actions = { digest16; NoAction; }
        default_action = digest16();
    }
    apply {
        send_to_port(ostd, (PortId_t) 1);
        if (hdr.op.op == 0) {
            hdr.op.result = (bit<128>) crc32.get_hash({ hdr.op.a, hdr.op.b });
        } else if (hdr.op.op == 1) {
            in_action.apply();
        } else if (hdr.op.op == 2) {
            hdr.op.result = (bit<128>) ones.get_hash({ hdr.op.a, hdr.op.b });
        } else if (hdr.op.op == 3) {
            hdr.op.result = (bit<128>) crc16.get_hash(16w50, { hdr.op.a, hdr.op.b }, 16w200);
        } else if (hdr.op.op == 4) {
            @atomic {
                bit<104> old = swapped.read(hdr.op.a);
                swapped.write(hdr.op.a, hdr.op.result[127:24]);
                hdr.op.result[127:24] = old;
            }
        } else if (hdr.op.op == 5) {
            bit<32> old = begun.read(hdr.op.a[63:0]);
            begun.write(hdr.op.a[63:0], old < 7 ? old + 10 : old + 100);
            hdr.op.result = (bit<128>) old;
        } else if (hdr.op.op == 6) {
            flow_t flow = flows.read(hdr.op.a[39:0]);
            if (flow.port == 0) {
                flow.src = 48w0xffffffffffff;
                flow.port = 5;
            } else {
                flow.dst = flow.dst + hdr.op.b;
            }
            flows.write(hdr.op.a[39:0], flow);
            hdr.op.result = flow.dst ++ flow.src;
        } else if (hdr.op.op == 7) {
            counted.count(hdr.op.a);
        } else if (hdr.op.op == 8) {
            PSA_MeterColor_t colour = metered.execute(hdr.op.a);
            if (colour == PSA_MeterColor_t.RED) {
                ingress_drop(ostd);
            }
        } else if (hdr.op.op == 11) {
            bit<32> first = high.read();
            bit<16> second = low.read();
            bit<16> third = middle.read();
            hdr.op.result = 0;
            if (first >= 0x80000001 && first <= 0x80000005 && second <= 127 && third >= 256 && third <= 259) {
                hdr.op.result = 1;
            }
        }
    }
}

control IngressDeparserImpl(packet_out buffer, out empty_t clone_i2e_meta, out empty_t resubmit_meta, out empty_t normal_meta,
                            inout headers_t hdr, in empty_t meta, in psa_ingress_output_metadata_t istd) {
    Digest<told_t>() told;
    Checksum<bit<16>>(PSA_HashAlgorithm_t.CRC16) crc;
    apply {
        if (hdr.op.op == 9) {
            told.pack({ hdr.op.a, 1023 });
        } else if (hdr.op.op == 10) {
            // Piece by piece; what was there before `clear` does not count.
            crc.update(hdr.op.key);
            crc.clear();
            crc.update(hdr.op.a);
            crc.update({ hdr.op.b[79:40], hdr.op.b[39:0] });
            hdr.op.result = (bit<128>) crc.get();
        }
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
