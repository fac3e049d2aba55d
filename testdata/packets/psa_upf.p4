// A user plane function: GTP-U tunnels of a mobile network end here. Sessions are found by tunnel or by the address of the mobile; rules of a
// session say what a packet is, and actions what becomes of it: forwarded bare, into another tunnel, to who pages the mobile, or dropped.
#include <psa.p4>

typedef bit<48> mac_t;
typedef bit<32> address_t;
typedef bit<16> session_t;
typedef bit<8> side_t;      // access, core, or packet data network

const bit<16> GTPU_PORT = 2152;
const bit<8> GTPU_PDU = 255;
const bit<8> PDU_CONTAINER = 0x85;

header ethernet_h {
    mac_t dst;
    mac_t src;
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
    address_t src;
    address_t dst;
}
header udp_h {
    bit<16> src;
    bit<16> dst;
    bit<16> length;
    bit<16> sum;
}
header gtpu_h {
    bit<3> version;
    bit<1> is_gtp;
    bit<1> spare;
    bit<1> has_extension;
    bit<1> has_sequence;
    bit<1> has_number;
    bit<8> type;
    bit<16> length;
    bit<32> teid;
}
header gtpu_more_h {
    bit<16> sequence;
    bit<8> number;
    bit<8> extension;
}
header container_h {
    bit<8> words;
    bit<4> direction;
    bit<4> spare;
    bit<2> flags;
    bit<6> qfi;
    bit<8> extension;
}
header ports_h {
    bit<16> src;
    bit<16> dst;
}
struct headers_t {
    ethernet_h ethernet;
    ipv4_h outer;
    udp_h udp;
    gtpu_h gtpu;
    gtpu_more_h more;
    container_h container;
    ipv4_h inner;
    ports_h ports;
}
struct meta_t {
    side_t side;
    session_t session;
    address_t peer;         // of the inner packet: who is not the mobile
    bit<16> peer_port;
    bit<6> qfi;
    bit<32> action_id;
    bit<32> rule;
}
struct none_t { }
struct paging_t {
    session_t session;
    bit<32> rule;
}
struct passed_t { bit<32> rule; }

error { BadTunnel }

parser IngressParserImpl(packet_in buffer, out headers_t hdr, inout meta_t meta, in psa_ingress_parser_input_metadata_t istd,
                         in none_t resubmit_meta, in none_t recirculate_meta) {
    state start {
        buffer.extract(hdr.ethernet);
        transition select(hdr.ethernet.type) {
            0x0800: outer;
            default: accept;
        }
    }
    // What carries a tunnel is the outer header; any other packet is an inner one.
    state outer {
        bit<160> ahead = buffer.lookahead<bit<160>>();
        transition select(ahead[155:152], ahead[108:96], ahead[87:80]) {
            (5, 0, 17): datagram;
            default: inner;
        }
    }
    state datagram {
        bit<192> ahead = buffer.lookahead<bit<192>>();
        transition select(ahead[15:0]) {
            GTPU_PORT: tunnel;
            default: inner;
        }
    }
    state tunnel {
        buffer.extract(hdr.outer);
        buffer.extract(hdr.udp);
        buffer.extract(hdr.gtpu);
        verify(hdr.gtpu.version == 1 && hdr.gtpu.is_gtp == 1, error.BadTunnel);
        transition select(hdr.gtpu.type, hdr.gtpu.has_extension ++ hdr.gtpu.has_sequence ++ hdr.gtpu.has_number) {
            (GTPU_PDU, 0): inner;
            (GTPU_PDU, _): more;
            default: accept;
        }
    }
    state more {
        buffer.extract(hdr.more);
        transition select(hdr.more.extension) {
            0: inner;
            PDU_CONTAINER: container;
            default: unknown;
        }
    }
    state container {
        buffer.extract(hdr.container);
        verify(hdr.container.words == 1, error.BadTunnel);
        transition select(hdr.container.extension) {
            0: inner;
            default: unknown;
        }
    }
    state unknown {
        verify(false, error.BadTunnel);
        transition accept;
    }
    state inner {
        buffer.extract(hdr.inner);
        transition select(hdr.inner.words, hdr.inner.fragment[12:0], hdr.inner.protocol) {
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

control Sessions(inout headers_t hdr, inout meta_t meta, in psa_ingress_input_metadata_t istd, out bool known) {
    action is_on(side_t side) { meta.side = side; }
    table sides {
        key = { istd.ingress_port: exact; }
        actions = { is_on; @defaultonly NoAction; }
        default_action = NoAction();
    }
    action session(session_t id) { meta.session = id; }
    table by_tunnel {
        key = {
            hdr.outer.dst: exact;
            hdr.gtpu.teid: exact;
        }
        actions = { session; @defaultonly NoAction; }
    }
    table by_mobile {
        key = { hdr.inner.dst: exact; }
        actions = { session; @defaultonly NoAction; }
    }
    apply {
        known = false;
        if (sides.apply().hit) {
            if (hdr.gtpu.isValid()) {
                known = by_tunnel.apply().hit;
                meta.peer = hdr.inner.dst;
                meta.peer_port = hdr.ports.isValid() ? hdr.ports.dst : 0;
            } else {
                known = by_mobile.apply().hit;
                meta.peer = hdr.inner.src;
                meta.peer_port = hdr.ports.isValid() ? hdr.ports.src : 0;
            }
            meta.qfi = hdr.container.isValid() ? hdr.container.qfi : 0;
        }
    }
}

control UpfIngress(inout headers_t hdr, inout meta_t meta, in psa_ingress_input_metadata_t istd,
                   inout psa_ingress_output_metadata_t ostd) {
    Sessions() sessions;
    Meter<session_t>(1024, PSA_MeterType_t.BYTES) rates;
    Counter<bit<64>, bit<32>>(1024, PSA_CounterType_t.PACKETS_AND_BYTES) used;

    action rule(bit<32> id, bit<32> action_id) {
        meta.rule = id;
        meta.action_id = action_id;
    }
    table rules {
        key = {
            meta.session: exact;
            meta.side: exact;
            meta.peer: ternary;
            hdr.inner.protocol: ternary;
            meta.peer_port: range;
            meta.qfi: ternary;
        }
        actions = { rule; @defaultonly NoAction; }
    }
    action untunnel() {
        hdr.outer.setInvalid();
        hdr.udp.setInvalid();
        hdr.gtpu.setInvalid();
        hdr.more.setInvalid();
        hdr.container.setInvalid();
    }
    action forward(side_t side) {
        meta.side = side;
        untunnel();
    }
    action tunnel(side_t side, address_t src, address_t dst, bit<32> teid) {
        meta.side = side;
        untunnel();
        hdr.outer.setValid();
        hdr.outer = { 4, 5, 0, hdr.inner.length + 36, 0, 0x4000, 64, 17, 0, src, dst };
        hdr.udp.setValid();
        hdr.udp = { GTPU_PORT, GTPU_PORT, hdr.inner.length + 16, 0 };
        hdr.gtpu.setValid();
        hdr.gtpu = { 1, 1, 0, 0, 0, 0, GTPU_PDU, hdr.inner.length, teid };
    }
    // With a container that has the class of service in it.
    action tunnel_of_class(side_t side, address_t src, address_t dst, bit<32> teid, bit<6> qfi) {
        tunnel(side, src, dst, teid);
        hdr.outer.length = hdr.inner.length + 44;
        hdr.udp.length = hdr.inner.length + 24;
        hdr.gtpu.length = hdr.inner.length + 8;
        hdr.gtpu.has_extension = 1;
        hdr.more.setValid();
        hdr.more = { 0, 0, PDU_CONTAINER };
        hdr.container.setValid();
        hdr.container = { 1, 0, 0, 0, qfi, 0 };
    }
    action page() {
        ostd.clone = true;
        ostd.clone_session_id = (CloneSessionId_t) 5;
        meta.side = 0;
    }
    action drop() { meta.side = 0; }
    table actions_of_rules {
        key = { meta.action_id: exact; }
        actions = { forward; tunnel; tunnel_of_class; page; drop; }
        default_action = drop();
    }
    action next_hop(mac_t src, mac_t dst, PortId_t port) {
        hdr.ethernet.src = src;
        hdr.ethernet.dst = dst;
        send_to_port(ostd, port);
    }
    table routes {
        key = {
            meta.side: exact;
            hdr.inner.dst: lpm;
        }
        actions = { next_hop; @defaultonly NoAction; }
    }
    table routes_of_tunnels {
        key = {
            meta.side: exact;
            hdr.outer.dst: lpm;
        }
        actions = { next_hop; @defaultonly NoAction; }
    }
    apply {
        bool known;
        meta.rule = 0;
        if (istd.parser_error != error.NoError || !hdr.inner.isValid() || hdr.inner.ttl <= 1) {
            return;
        }
        sessions.apply(hdr, meta, istd, known);
        if (!known || !rules.apply().hit) {
            return;
        }
        if (rates.execute(meta.session) == PSA_MeterColor_t.RED) {
            return;
        }
        used.count(meta.rule);
        actions_of_rules.apply();
        if (meta.side == 0) {
            return;
        }
        hdr.inner.ttl = hdr.inner.ttl - 1;
        if (hdr.outer.isValid()) {
            routes_of_tunnels.apply();
        } else {
            routes.apply();
        }
    }
}

control IngressDeparserImpl(packet_out buffer, out none_t clone_i2e_meta, out none_t resubmit_meta, out passed_t normal_meta,
                            inout headers_t hdr, in meta_t meta, in psa_ingress_output_metadata_t istd) {
    InternetChecksum() sum;
    Digest<paging_t>() paging;
    apply {
        normal_meta = { meta.rule };
        if (istd.clone) {
            paging.pack({ meta.session, meta.rule });
        }
        if (hdr.outer.isValid()) {
            sum.add({ hdr.outer.version, hdr.outer.words, hdr.outer.service, hdr.outer.length, hdr.outer.id, hdr.outer.fragment,
                      hdr.outer.ttl, hdr.outer.protocol, hdr.outer.src, hdr.outer.dst });
            hdr.outer.sum = sum.get();
        }
        // The inner header of what leaves has lost a hop and nothing else: RFC 1624.
        sum.clear();
        if (hdr.inner.isValid()) {
            sum.subtract({ hdr.inner.sum });
            sum.subtract({ hdr.inner.ttl + 1, hdr.inner.protocol });
            sum.add({ hdr.inner.ttl, hdr.inner.protocol });
            hdr.inner.sum = sum.get();
        }
        buffer.emit(hdr);
    }
}

parser EgressParserImpl(packet_in buffer, out headers_t hdr, inout meta_t meta, in psa_egress_parser_input_metadata_t istd,
                        in passed_t normal_meta, in none_t clone_i2e_meta, in none_t clone_e2e_meta) {
    state start {
        meta.rule = 0;
        transition select(istd.packet_path) {
            PSA_PacketPath_t.CLONE_I2E: accept;
            default: normal;
        }
    }
    state normal {
        meta.rule = normal_meta.rule;
        transition accept;
    }
}

control UpfEgress(inout headers_t hdr, inout meta_t meta, in psa_egress_input_metadata_t istd,
                  inout psa_egress_output_metadata_t ostd) {
    Counter<bit<64>, bit<32>>(1024, PSA_CounterType_t.PACKETS_AND_BYTES) sent;
    apply {
        sent.count(meta.rule);
    }
}

control EgressDeparserImpl(packet_out buffer, out none_t clone_e2e_meta, out none_t recirculate_meta, inout headers_t hdr,
                           in meta_t meta, in psa_egress_output_metadata_t istd, in psa_egress_deparser_input_metadata_t edstd) {
    apply { buffer.emit(hdr); }
}

IngressPipeline(IngressParserImpl(), UpfIngress(), IngressDeparserImpl()) ingress;
EgressPipeline(EgressParserImpl(), UpfEgress(), EgressDeparserImpl()) egress;
PSA_Switch(ingress, PacketReplicationEngine(), egress, BufferingQueueingEngine()) main;
