// Idle timeouts of psa: NOTIFY_CONTROL is what they say, NO_TIMEOUT that there is none.
#include <psa.p4>

header op_h {
    bit<8> a;
    bit<8> b;
    bit<104> padding;
}
struct headers_t {
    op_h op;
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
    action forward(bit<32> port) { send_to_port(ostd, (PortId_t) (PortIdUint_t) port); }
    table tbl {
        key = { hdr.op.a: exact; }
        actions = { forward; NoAction; }
        psa_idle_timeout = PSA_IdleTimeout_t.NOTIFY_CONTROL;
    }
    table timeless {
        key = { hdr.op.b: exact; }
        actions = { forward; NoAction; }
        psa_idle_timeout = PSA_IdleTimeout_t.NO_TIMEOUT;
    }
    apply {
        if (!tbl.apply().hit) {
            timeless.apply();
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
