// Tables of PSA by every kind of key, alone and together, also of 128 bits: entries of a control plane and of the program, members of a
// profile and groups of a selector; default actions that stay and that change.
#include <psa.p4>

header op_h {
    bit<8> op;
    bit<8> protocol;
    bit<8> service;
    bit<32> src;
    bit<32> dst;
    bit<128> address;
    bit<8> hits;
    bit<32> result;
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

// Keys of 128 bits. Each table that has no entry runs its default action.
control Wide(inout op_h op) {
    ActionProfile(16) profile;
    ActionSelector(PSA_HashAlgorithm_t.IDENTITY, 16, 16) choice;
    action found(bit<32> v) {
        op.result = v;
        op.hits = op.hits + 1;
    }
    action missed() { op.hits = op.hits + 0x10; }
    table exactly {
        key = { op.address: exact; }
        actions = { found; missed; }
        const default_action = missed();
    }
    table longest {
        key = { op.address: lpm; }
        actions = { found; missed; }
        const default_action = missed();
    }
    table masked {
        key = { op.address: ternary; }
        actions = { found; missed; }
        const default_action = missed();
    }
    table exactly_const {
        key = { op.address: exact; }
        actions = { found; missed; }
        const default_action = missed();
        const entries = { 128w0x0003_1111_2222_3333_4444_5555_6666_7777: found(3); }
    }
    table longest_const {
        key = { op.address: lpm; }
        actions = { found; missed; }
        const default_action = missed();
        const entries = {
            128w0x0004 << 112 &&& 128w0xffff << 112: found(4);
            128w0x0004_1111 << 96 &&& 128w0xffff_ffff << 96: found(0x40);
        }
    }
    table masked_const {
        key = { op.address: ternary; }
        actions = { found; missed; }
        const default_action = missed();
        const entries = {
            128w0x0005_1111_2222_3333_4444_5555_0000_7777 &&& 128w0xffff_ffff_ffff_ffff_ffff_ffff_0000_ffff: found(5);
            128w0x0006_1111_2222_3333_4444_5555_6666_7777: found(6);
        }
    }
    table profiled {
        key = { op.address: exact; }
        actions = { found; missed; }
        default_action = missed();
        psa_implementation = profile;
    }
    table selected {
        key = {
            op.address: exact;
            op.service: selector;
        }
        actions = { found; missed; }
        default_action = missed();
        psa_implementation = choice;
    }
    apply {
        exactly.apply();
        longest.apply();
        masked.apply();
        exactly_const.apply();
        longest_const.apply();
        masked_const.apply();
        profiled.apply();
        selected.apply();
    }
}

control IngressImpl(inout headers_t hdr, inout empty_t meta, in psa_ingress_input_metadata_t istd,
                    inout psa_ingress_output_metadata_t ostd) {
    ActionProfile(16) profile;
    ActionSelector(PSA_HashAlgorithm_t.IDENTITY, 16, 16) choice;
    Wide() wide;

    action forward(PortId_t port) { send_to_port(ostd, port); }
    action set(bit<32> v) { hdr.op.result = hdr.op.result | v; }
    action source(bit<32> v) { hdr.op.src = v; }
    action protocol(bit<8> v) { hdr.op.protocol = v; }

    table changing {
        actions = { forward; }
        default_action = forward((PortId_t) 1);
    }
    table by_port {
        key = { istd.ingress_port: exact; }
        actions = { forward; NoAction; }
        const default_action = forward((PortId_t) 1);
        const entries = { (PortId_t) 2: forward((PortId_t) 3); }
    }
    table longest {
        key = { hdr.op.dst: lpm; }
        actions = { forward; NoAction; }
    }
    table longest_const {
        key = { hdr.op.dst: lpm; }
        actions = { forward; NoAction; }
        const entries = {
            0x11223300 &&& 0xffffff00: forward((PortId_t) 2);
            0x11223355: forward((PortId_t) 3);
        }
    }
    table exactly_longest {
        key = {
            hdr.op.src: exact;
            hdr.op.dst: lpm;
        }
        actions = { forward; NoAction; }
    }
    table masked {
        key = { hdr.op.src: ternary; }
        actions = { source; NoAction; }
    }
    table longest_masked {
        key = {
            hdr.op.dst: lpm;
            hdr.op.service: ternary;
        }
        actions = { set; NoAction; }
    }
    table all_three {
        key = {
            hdr.op.dst: lpm;
            hdr.op.protocol: exact;
            hdr.op.service: ternary;
        }
        actions = { protocol; NoAction; }
    }
    table masked_selected {
        key = {
            hdr.op.dst: ternary;
            hdr.op.protocol: exact;
            hdr.op.service: selector;
        }
        actions = { set; NoAction; }
        psa_implementation = choice;
    }
    table masked_profiled {
        key = { hdr.op.address: ternary; }
        actions = { set; NoAction; }
        psa_implementation = profile;
    }
    table masked_default {
        key = { hdr.op.src: ternary; }
        actions = { forward; NoAction; }
        default_action = forward((PortId_t) 2);
    }
    table masked_const {
        key = {
            hdr.op.src: exact;
            hdr.op.dst: ternary;
            hdr.op.address: ternary;
        }
        actions = { forward; NoAction; }
        const entries = {
            (0x33333333, 0x11220000 &&& 0xffff00ff, 128w0x5555 << 112 &&& 128w0xffff << 112): forward((PortId_t) 2);
            (0x33333333, 0x11003355 &&& 0xff00ffff, _): forward((PortId_t) 3);
        }
    }
    apply {
        if (hdr.op.op == 0) {
            changing.apply();
        } else if (hdr.op.op == 1) {
            by_port.apply();
            longest_const.apply();
        } else if (hdr.op.op == 2) {
            longest.apply();
        } else if (hdr.op.op == 3) {
            exactly_longest.apply();
        } else if (hdr.op.op == 4) {
            // What one table changes is the next one's key.
            send_to_port(ostd, (PortId_t) 1);
            masked.apply();
            all_three.apply();
            longest_masked.apply();
            masked_selected.apply();
            masked_profiled.apply();
        } else if (hdr.op.op == 5) {
            masked_default.apply();
            masked_const.apply();
        } else {
            send_to_port(ostd, (PortId_t) 1);
            wide.apply(hdr.op);
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
