// A header of a stack in resubmit metadata is valid, and would be lost.
#include <psa.p4>

header op_h {
    bit<8> op;
    bit<8> way;
    bit<8> seen;
    bit<104> text;
}
header empty_h { }
header mark_h { bit<8> mark; }
struct headers_t { op_h op; }
struct marks_t {
    mark_h[2] mark;
    empty_h empty;
}
struct empty_t { }

parser IngressParserImpl(packet_in buffer, out headers_t hdr, inout empty_t meta, in psa_ingress_parser_input_metadata_t istd,
                         in marks_t resubmit_meta, in empty_h recirculate_meta) {   // error[E0515]
    state start {
        buffer.extract(hdr.op);
        hdr.op.seen = 0x10;
        transition select(resubmit_meta.mark[0].isValid() || resubmit_meta.empty.isValid() || recirculate_meta.isValid()) {
            true: valid;
            false: accept;
        }
    }
    state valid {
        hdr.op.seen = 0x11;
        transition accept;
    }
}

control IngressImpl(inout headers_t hdr, inout empty_t meta, in psa_ingress_input_metadata_t istd,
                    inout psa_ingress_output_metadata_t ostd) {
    apply {
        send_to_port(ostd, (PortId_t) 1);
        if (istd.packet_path == PSA_PacketPath_t.RESUBMIT) {
            hdr.op.way = 1;
        } else if (istd.packet_path == PSA_PacketPath_t.RECIRCULATE) {
            hdr.op.way = 2;
        } else if (hdr.op.op == 1) {
            ostd.resubmit = true;
        } else if (hdr.op.op == 2) {
            send_to_port(ostd, PSA_PORT_RECIRCULATE);
        }
    }
}

control IngressDeparserImpl(packet_out buffer, out empty_t clone_i2e_meta, out marks_t resubmit_meta, out empty_h normal_meta,
                            inout headers_t hdr, in empty_t meta, in psa_ingress_output_metadata_t istd) {
    apply {
        resubmit_meta.mark[0].setValid(); resubmit_meta.mark[0].mark = 3;
        buffer.emit(hdr.op);
    }
}

parser EgressParserImpl(packet_in buffer, out headers_t hdr, inout empty_t meta, in psa_egress_parser_input_metadata_t istd,
                        in empty_h normal_meta, in empty_t clone_i2e_meta, in empty_t clone_e2e_meta) {
    state start {
        buffer.extract(hdr.op);
        transition accept;
    }
}
control EgressImpl(inout headers_t hdr, inout empty_t meta, in psa_egress_input_metadata_t istd,
                   inout psa_egress_output_metadata_t ostd) {
    apply { }
}
control EgressDeparserImpl(packet_out buffer, out empty_t clone_e2e_meta, out empty_h recirculate_meta, inout headers_t hdr,
                           in empty_t meta, in psa_egress_output_metadata_t istd, in psa_egress_deparser_input_metadata_t edstd) {
    apply {
        buffer.emit(hdr.op);
    }
}

IngressPipeline(IngressParserImpl(), IngressImpl(), IngressDeparserImpl()) ip;
EgressPipeline(EgressParserImpl(), EgressImpl(), EgressDeparserImpl()) ep;
PSA_Switch(ip, PacketReplicationEngine(), ep, BufferingQueueingEngine()) main;
