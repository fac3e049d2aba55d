// Registers of numbers, with and without a value that they have at first.
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
    state start {
        buffer.extract(hdr.op);
        transition accept;
    }
}

control IngressImpl(inout headers_t hdr, inout empty_t meta, in psa_ingress_input_metadata_t istd,
                    inout psa_ingress_output_metadata_t ostd) {
    Register<bit<32>, bit<8>>(4) plain;
    Register<bit<16>, bit<8>>(4, 16w0xbeef) begun;
    Register<bit<64>, bit<32>>(4, 64w0x0123456789abcdef) wide;
    Register<bool, bit<8>>(2, true) flag;
    Register<int<8>, bit<8>>(2, -8s3) signed;
    action bump(bit<8> at) {
        bit<32> old = plain.read(at);
        plain.write(at, old + 1);
        hdr.op.result = (bit<64>) old;
    }
    table bumped {
        key = { hdr.op.key: exact; }
        actions = { bump; NoAction; }
        const entries = {
            1: bump(3);
            2: bump(4);
        }
        const default_action = NoAction();
    }
    apply {
        send_to_port(ostd, (PortId_t) 1);
        // Nobody looks at it.
        plain.read(hdr.op.key);
        if (hdr.op.op == 0) {
            bumped.apply();
        } else if (hdr.op.op == 1) {
            hdr.op.result = (bit<64>) begun.read(hdr.op.key);
            begun.write(hdr.op.key, (bit<16>) hdr.op.result + 1);
        } else if (hdr.op.op == 2) {
            hdr.op.result = wide.read((bit<32>) hdr.op.key);
            wide.write((bit<32>) hdr.op.key, hdr.op.result << 8);
        } else if (hdr.op.op == 3) {
            hdr.op.result = flag.read(hdr.op.key) ? 64w1 : 0;
            flag.write(hdr.op.key, !flag.read(hdr.op.key));
        } else {
            hdr.op.result = (bit<64>) (int<64>) signed.read(hdr.op.key);
            signed.write(hdr.op.key, signed.read(hdr.op.key) - 1);
        }
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
