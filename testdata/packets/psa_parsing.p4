// Parsers and deparsers of PSA: lengths, bytes that are skipped, what is verified and rejected, value sets, a header in front of the packet
// from ingress to egress, classes of service, labels put on and taken off, and headers that are emitted on conditions.
#include <psa.p4>

error { BadType, BadSource, BadSum, Refused }

header bridge_h {
    bit<8> flags;
    bit<8> was;         // class of service in ingress
}
header ethernet_h {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
}
header label_h {
    bit<20> label;
    bit<3> class;
    bit<1> bottom;
    bit<8> ttl;
}
header flow_h {
    bit<8> protocol;
    bit<8> ttl;
    bit<16> sum;
    bit<32> src;
    bit<32> dst;
}
header address_h { bit<128> address; }
header ports_h {
    bit<16> src;
    bit<16> dst;
}
struct headers_t {
    bridge_h bridge;
    ethernet_h ethernet;
    label_h label;
    flow_h flow;
    address_h address;
    ports_h ports;
}
struct meta_t { bit<8> seen; }
struct empty_t { }
struct pair_t {
    @match(exact) bit<8> protocol;
    @match(lpm) bit<32> dst;
}

parser IngressParserImpl(packet_in buffer, out headers_t hdr, inout meta_t meta, in psa_ingress_parser_input_metadata_t istd,
                         in empty_t resubmit_meta, in empty_t recirculate_meta) {
    InternetChecksum() sum;
    value_set<bit<32>>(4) servers;
    value_set<bit<128>>(4) hosts;
    value_set<pair_t>(4) services;
    state start {
        buffer.extract(hdr.ethernet);
        transition select(hdr.ethernet.type) {
            0x0800: flow;
            0x86dd: address;
            0x8847: label;
            0x88b5: by_length;
            0x88b6: skipping;
            0xff00: reject;
            default: known;
        }
    }
    state refuse {
        verify(false, error.Refused);
        transition accept;
    }
    state known {
        verify(hdr.ethernet.type == 0x0806, error.BadType);
        transition accept;
    }
    state by_length {
        transition select(buffer.length()) {
            26: flow;
            default: refuse;
        }
    }
    state skipping {
        buffer.advance(32);
        transition flow;
    }
    state label {
        buffer.extract(hdr.label);
        transition flow;
    }
    state flow {
        buffer.extract(hdr.flow);
        sum.add({ hdr.flow.protocol, hdr.flow.ttl, hdr.flow.src, hdr.flow.dst });
        verify(hdr.flow.sum == sum.get(), error.BadSum);
        transition select(hdr.flow.protocol, hdr.flow.dst) {
            services: service;
            default: server;
        }
    }
    state service {
        meta.seen = 2;
        transition ports;
    }
    state server {
        transition select(hdr.flow.dst) {
            servers: ports;
            default: accept;
        }
    }
    state ports {
        buffer.extract(hdr.ports);
        transition accept;
    }
    state address {
        buffer.extract(hdr.address);
        transition select(hdr.address.address) {
            hosts: accept;
            default: refuse;
        }
    }
}

control IngressImpl(inout headers_t hdr, inout meta_t meta, in psa_ingress_input_metadata_t istd,
                    inout psa_ingress_output_metadata_t ostd) {
    apply {
        if (istd.parser_error != error.NoError) {
            ingress_drop(ostd);
            return;
        }
        send_to_port(ostd, (PortId_t) 1);
        hdr.bridge.setValid();
        hdr.bridge.flags = meta.seen;
        hdr.bridge.was = 0;
        if (hdr.ports.isValid()) {
            hdr.bridge.flags = hdr.bridge.flags | 1;
            ostd.class_of_service = (ClassOfService_t) 3;
            hdr.bridge.was = 3;
        }
        if (hdr.ethernet.dst[7:0] == 0xff) {
            hdr.bridge.flags = hdr.bridge.flags | 0x80;
        }
        if (hdr.label.isValid()) {
            hdr.label.setInvalid();
            hdr.ethernet.type = 0x0800;
        } else if (hdr.ethernet.dst[7:0] == 0x10) {
            hdr.label = { 20, 5, 1, 64 };
            hdr.ethernet.type = 0x8847;
        }
    }
}

control IngressDeparserImpl(packet_out buffer, out empty_t clone_i2e_meta, out empty_t resubmit_meta, out empty_t normal_meta,
                            inout headers_t hdr, in meta_t meta, in psa_ingress_output_metadata_t istd) {
    apply {
        buffer.emit(hdr.bridge);
        buffer.emit(hdr.ethernet);
        buffer.emit(hdr.label);
        if (hdr.ethernet.dst[7:0] != 2) {
            buffer.emit(hdr.flow);
        }
        buffer.emit(hdr.address);
        buffer.emit(hdr.ports);
    }
}

parser EgressParserImpl(packet_in buffer, out headers_t hdr, inout meta_t meta, in psa_egress_parser_input_metadata_t istd,
                        in empty_t normal_meta, in empty_t clone_i2e_meta, in empty_t clone_e2e_meta) {
    state start {
        buffer.extract(hdr.bridge);
        buffer.extract(hdr.ethernet);
        verify(hdr.ethernet.src != 0, error.BadSource);
        transition select(hdr.ethernet.type, hdr.ethernet.dst[7:0]) {
            (0x0800, 2): accept;
            (0x0800, _): flow;
            default: accept;
        }
    }
    state flow {
        buffer.extract(hdr.flow);
        transition accept;
    }
}

control EgressImpl(inout headers_t hdr, inout meta_t meta, in psa_egress_input_metadata_t istd,
                   inout psa_egress_output_metadata_t ostd) {
    apply {
        if (istd.parser_error != error.NoError || hdr.bridge.flags[7:7] == 1) {
            egress_drop(ostd);
        }
        if (hdr.bridge.flags[0:0] == 1) {
            hdr.ethernet.src[47:40] = (bit<8>) (ClassOfServiceUint_t) istd.class_of_service + (hdr.bridge.was << 4);
            hdr.ethernet.src[39:32] = hdr.bridge.flags;
        }
        if (hdr.flow.isValid()) {
            hdr.flow.ttl = hdr.flow.ttl - 2;
            hdr.flow.src = 0x0a000001;
        }
    }
}

control EgressDeparserImpl(packet_out buffer, out empty_t clone_e2e_meta, out empty_t recirculate_meta, inout headers_t hdr,
                           in meta_t meta, in psa_egress_output_metadata_t istd, in psa_egress_deparser_input_metadata_t edstd) {
    InternetChecksum() sum;
    apply {
        if (hdr.flow.isValid()) {
            sum.add({ hdr.flow.protocol, hdr.flow.ttl, hdr.flow.src, hdr.flow.dst });
            hdr.flow.sum = sum.get();
        }
        buffer.emit(hdr.ethernet);
        buffer.emit(hdr.flow);
    }
}

IngressPipeline(IngressParserImpl(), IngressImpl(), IngressDeparserImpl()) ip;
EgressPipeline(EgressParserImpl(), EgressImpl(), EgressDeparserImpl()) ep;
PSA_Switch(ip, PacketReplicationEngine(), ep, BufferingQueueingEngine()) main;
