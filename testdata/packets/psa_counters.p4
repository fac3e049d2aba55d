// Counters, by index and of a table's entries; with lengths, which DPDK's psa.p4 adds.
#define _PSA_DPDK
#include <psa.p4>

header op_h {
    bit<8> op;
    bit<8> key;
    bit<32> length;
    bit<96> text;
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
    Counter<bit<32>, bit<8>>(4, PSA_CounterType_t.PACKETS_AND_BYTES) both;
    Counter<bit<64>, bit<32>>(4, PSA_CounterType_t.BYTES) bytes;
    DirectCounter<bit<32>>(PSA_CounterType_t.PACKETS_AND_BYTES) hits;
    DirectCounter<bit<48>>(PSA_CounterType_t.PACKETS) constants;
    DirectCounter<bit<48>>(PSA_CounterType_t.PACKETS) nothing;

    // Not all actions count, and one counts twice.
    action once() { hits.count(); }
    action twice() {
        hits.count();
        hits.count(hdr.op.length);
    }
    action silent() { }
    table counted {
        key = { hdr.op.key: exact; }
        actions = { once; twice; silent; }
        default_action = once();
        psa_direct_counter = hits;
    }
    action constant() { constants.count(); }
    table of_code {
        key = { hdr.op.key: exact; }
        actions = { constant; silent; }
        const entries = {
            1: constant();
            2: silent();
        }
        const default_action = constant();
        psa_direct_counter = constants;
    }
    action miss() { nothing.count(); }
    table without_key {
        actions = { miss; }
        const default_action = miss();
        psa_direct_counter = nothing;
    }
    apply {
        send_to_port(ostd, (PortId_t) 1);
        if (hdr.op.op == 0) {
            both.count(hdr.op.key);
            bytes.count((bit<32>) hdr.op.key);
        } else if (hdr.op.op == 1) {
            both.count(hdr.op.key, hdr.op.length);
            bytes.count((bit<32>) hdr.op.key, hdr.op.length);
        } else if (hdr.op.op == 2) {
            if (counted.apply().hit) {
                hdr.op.op = 0x12;
            }
        } else if (hdr.op.op == 3) {
            of_code.apply();
        } else {
            without_key.apply();
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
    Counter<bit<32>, bit<1>>(1, PSA_CounterType_t.PACKETS_AND_BYTES) left;
    apply { left.count(0); }
}
control EgressDeparserImpl(packet_out buffer, out empty_t clone_e2e_meta, out empty_t recirculate_meta, inout headers_t hdr,
                           in empty_t meta, in psa_egress_output_metadata_t istd, in psa_egress_deparser_input_metadata_t edstd) {
    apply { }
}

IngressPipeline(IngressParserImpl(), IngressImpl(), IngressDeparserImpl()) ip;
EgressPipeline(EgressParserImpl(), EgressImpl(), EgressDeparserImpl()) ep;
PSA_Switch(ip, PacketReplicationEngine(), ep, BufferingQueueingEngine()) main;
