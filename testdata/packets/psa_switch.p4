// A switch of layers 2 and 3: VLANs, learning, flooding without the port of entry, routes with several next hops, an access list, and
// counters of ports. What egress has to know of ingress goes with the packet as metadata.
#include <psa.p4>

typedef bit<48> mac_t;
typedef bit<12> vlan_t;

header ethernet_h {
    mac_t dst;
    mac_t src;
    bit<16> type;
}
header tag_h {
    bit<3> priority;
    bit<1> dei;
    vlan_t vlan;
    bit<16> type;
}
header ipv4_h {
    bit<4> version;
    bit<4> words;
    bit<8> service;
    bit<16> length;
    bit<16> id;
    bit<16> fragment;
    bit<8> ttl;
    bit<8> protocol;
    bit<16> sum;
    bit<32> src;
    bit<32> dst;
}
header ports_h {
    bit<16> src;
    bit<16> dst;
}
struct headers_t {
    ethernet_h ethernet;
    tag_h tag;
    ipv4_h ipv4;
    ports_h ports;
}
struct meta_t {
    vlan_t vlan;
    bool learn;
    PortId_t from;
}
// From ingress to egress.
struct passed_t {
    vlan_t vlan;
    PortId_t from;
}
struct learnt_t {
    mac_t mac;
    vlan_t vlan;
    PortId_t port;
}
struct none_t { }

parser IngressParserImpl(packet_in buffer, out headers_t hdr, inout meta_t meta, in psa_ingress_parser_input_metadata_t istd,
                         in none_t resubmit_meta, in none_t recirculate_meta) {
    state start {
        buffer.extract(hdr.ethernet);
        transition select(hdr.ethernet.type) {
            0x8100: tag;
            0x0800: ipv4;
            default: accept;
        }
    }
    state tag {
        buffer.extract(hdr.tag);
        transition select(hdr.tag.type) {
            0x0800: ipv4;
            default: accept;
        }
    }
    state ipv4 {
        buffer.extract(hdr.ipv4);
        transition select(hdr.ipv4.words, hdr.ipv4.fragment[12:0], hdr.ipv4.protocol) {
            (5, 0, 6): ports;
            (5, 0, 17): ports;
            default: accept;
        }
    }
    state ports {
        buffer.extract(hdr.ports);
        transition accept;
    }
}

control SwitchIngress(inout headers_t hdr, inout meta_t meta, in psa_ingress_input_metadata_t istd,
                inout psa_ingress_output_metadata_t ostd) {
    ActionSelector(PSA_HashAlgorithm_t.CRC32, 1024, 16) paths;
    Counter<bit<64>, PortId_t>(64, PSA_CounterType_t.PACKETS_AND_BYTES) received;
    DirectCounter<bit<64>>(PSA_CounterType_t.PACKETS) refused;

    // Which network a packet is in: an untagged one in that of its port.
    action untagged(vlan_t vlan) { meta.vlan = vlan; }
    action tagged() { meta.vlan = hdr.tag.vlan; }
    table vlans {
        key = {
            istd.ingress_port: exact;
            hdr.tag.isValid(): exact;
        }
        actions = { untagged; tagged; NoAction; }
        default_action = NoAction();
    }
    table known {
        key = {
            hdr.ethernet.src: exact;
            meta.vlan: exact;
            istd.ingress_port: exact;
        }
        actions = { NoAction; }
    }
    // The switch's own addresses, by which it routes.
    table own {
        key = {
            hdr.ethernet.dst: exact;
            meta.vlan: exact;
        }
        actions = { NoAction; }
    }
    action next_hop(mac_t src, mac_t dst, vlan_t vlan) {
        hdr.ethernet.src = src;
        hdr.ethernet.dst = dst;
        meta.vlan = vlan;
        hdr.ipv4.ttl = hdr.ipv4.ttl - 1;
    }
    action no_route() { ingress_drop(ostd); }
    table routes {
        key = {
            hdr.ipv4.dst: lpm;
            hdr.ipv4.src: selector;
            hdr.ipv4.dst: selector;
            hdr.ipv4.protocol: selector;
            hdr.ports.src: selector;
            hdr.ports.dst: selector;
        }
        actions = { next_hop; no_route; }
        default_action = no_route();
        psa_implementation = paths;
    }
    action forward(PortId_t port) { send_to_port(ostd, port); }
    action flood(MulticastGroup_t group) { multicast(ostd, group); }
    table forwarding {
        key = {
            hdr.ethernet.dst: exact;
            meta.vlan: exact;
        }
        actions = { forward; flood; NoAction; }
        default_action = NoAction();
    }
    action deny() {
        refused.count();
        ingress_drop(ostd);
    }
    action permit() { }
    table acl {
        key = {
            hdr.ipv4.src: ternary;
            hdr.ipv4.dst: ternary;
            hdr.ipv4.protocol: ternary;
            hdr.ports.src: range;
            hdr.ports.dst: range;
        }
        actions = { deny; permit; }
        default_action = permit();
        psa_direct_counter = refused;
    }
    apply {
        received.count(istd.ingress_port);
        meta = { 0, false, istd.ingress_port };
        if (istd.parser_error != error.NoError || !vlans.apply().hit) {
            return;
        }
        meta.learn = !known.apply().hit;
        if (own.apply().hit) {
            if (!hdr.ipv4.isValid() || hdr.ipv4.ttl <= 1) {
                return;
            }
            switch (routes.apply().action_run) {
                no_route: { return; }
                default: { }
            }
        }
        forwarding.apply();
        if (hdr.ipv4.isValid()) {
            acl.apply();
        }
    }
}

control IngressDeparserImpl(packet_out buffer, out none_t clone_i2e_meta, out none_t resubmit_meta, out passed_t normal_meta,
                            inout headers_t hdr, in meta_t meta, in psa_ingress_output_metadata_t istd) {
    Digest<learnt_t>() learnt;
    apply {
        if (meta.learn) {
            learnt.pack({ hdr.ethernet.src, meta.vlan, meta.from });
        }
        normal_meta = { meta.vlan, meta.from };
        buffer.emit(hdr);
    }
}

parser EgressParserImpl(packet_in buffer, out headers_t hdr, inout passed_t meta, in psa_egress_parser_input_metadata_t istd,
                        in passed_t normal_meta, in none_t clone_i2e_meta, in none_t clone_e2e_meta) {
    state start {
        meta = normal_meta;
        buffer.extract(hdr.ethernet);
        transition select(hdr.ethernet.type) {
            0x8100: tag;
            0x0800: ipv4;
            default: accept;
        }
    }
    state tag {
        buffer.extract(hdr.tag);
        transition select(hdr.tag.type) {
            0x0800: ipv4;
            default: accept;
        }
    }
    state ipv4 {
        buffer.extract(hdr.ipv4);
        transition accept;
    }
}

control SwitchEgress(inout headers_t hdr, inout passed_t meta, in psa_egress_input_metadata_t istd,
               inout psa_egress_output_metadata_t ostd) {
    DirectCounter<bit<64>>(PSA_CounterType_t.PACKETS_AND_BYTES) sent;

    action strip() {
        sent.count();
        hdr.ethernet.type = hdr.tag.isValid() ? hdr.tag.type : hdr.ethernet.type;
        hdr.tag.setInvalid();
    }
    action put() {
        sent.count();
        bit<16> type = hdr.tag.isValid() ? hdr.tag.type : hdr.ethernet.type;
        bit<3> priority = hdr.tag.isValid() ? hdr.tag.priority : 0;
        hdr.tag.setValid();
        hdr.tag = { priority, 0, meta.vlan, type };
        hdr.ethernet.type = 0x8100;
    }
    action not_here() { egress_drop(ostd); }
    table members {
        key = {
            istd.egress_port: exact;
            meta.vlan: exact;
        }
        actions = { strip; put; not_here; }
        default_action = not_here();
        psa_direct_counter = sent;
    }
    apply {
        // Copies do not go back.
        if (istd.packet_path == PSA_PacketPath_t.NORMAL_MULTICAST && istd.egress_port == meta.from) {
            egress_drop(ostd);
            return;
        }
        members.apply();
    }
}

control EgressDeparserImpl(packet_out buffer, out none_t clone_e2e_meta, out none_t recirculate_meta, inout headers_t hdr,
                           in passed_t meta, in psa_egress_output_metadata_t istd, in psa_egress_deparser_input_metadata_t edstd) {
    InternetChecksum() sum;
    apply {
        if (hdr.ipv4.isValid() && hdr.ipv4.words == 5) {
            sum.add({ hdr.ipv4.version, hdr.ipv4.words, hdr.ipv4.service, hdr.ipv4.length, hdr.ipv4.id, hdr.ipv4.fragment,
                      hdr.ipv4.ttl, hdr.ipv4.protocol, hdr.ipv4.src, hdr.ipv4.dst });
            hdr.ipv4.sum = sum.get();
        }
        buffer.emit(hdr);
    }
}

IngressPipeline(IngressParserImpl(), SwitchIngress(), IngressDeparserImpl()) ingress;
EgressPipeline(EgressParserImpl(), SwitchEgress(), EgressDeparserImpl()) egress;
PSA_Switch(ingress, PacketReplicationEngine(), egress, BufferingQueueingEngine()) main;
