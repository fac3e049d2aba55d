// A broadband network gateway: subscribers' lines come in with two tags and PPPoE, the core without. Upstream a session is ended here, downstream
// a packet is put into its subscriber's; each line has its meters and its counters. What sets sessions up goes to who does that.
#include <psa.p4>

typedef bit<48> mac_t;
typedef bit<32> line_t;

const bit<16> SERVICE_TAG = 0x88a8;
const bit<16> TAG = 0x8100;
const bit<16> IPV4 = 0x0800;
const bit<16> DISCOVERY = 0x8863;
const bit<16> SESSION = 0x8864;
const bit<16> PPP_IPV4 = 0x0021;

header ethernet_h {
    mac_t dst;
    mac_t src;
    bit<16> type;
}
header tag_h {
    bit<3> priority;
    bit<1> dei;
    bit<12> vlan;
    bit<16> type;
}
header pppoe_h {
    bit<4> version;
    bit<4> type;
    bit<8> code;
    bit<16> session;
    bit<16> length;
}
header ppp_h { bit<16> protocol; }
header ipv4_h {
    bit<4> version;
    bit<4> words;
    bit<6> class;
    bit<2> congestion;
    bit<16> length;
    bit<16> id;
    bit<16> fragment;
    bit<8> ttl;
    bit<8> protocol;
    bit<16> sum;
    bit<32> src;
    bit<32> dst;
}
struct headers_t {
    ethernet_h ethernet;
    tag_h outer;
    tag_h inner;
    pppoe_h pppoe;
    ppp_h ppp;
    ipv4_h ipv4;
}
struct meta_t {
    line_t line;
    bit<1> down;
    bit<1> counted;
    bit<1> hopped;          // its time to live is one less than it was
}
struct passed_t {
    line_t line;
    bit<1> down;
    bit<1> counted;
}
struct none_t { }

error { BadPppoe, BadSum }

parser IngressParserImpl(packet_in buffer, out headers_t hdr, inout meta_t meta, in psa_ingress_parser_input_metadata_t istd,
                         in none_t resubmit_meta, in none_t recirculate_meta) {
    InternetChecksum() sum;
    state start {
        buffer.extract(hdr.ethernet);
        transition select(hdr.ethernet.type) {
            SERVICE_TAG: outer;
            TAG: outer;
            IPV4: ipv4;
            default: accept;
        }
    }
    state outer {
        buffer.extract(hdr.outer);
        transition select(hdr.outer.type) {
            TAG: inner;
            IPV4: ipv4;
            default: accept;
        }
    }
    state inner {
        buffer.extract(hdr.inner);
        transition select(hdr.inner.type) {
            DISCOVERY: discovery;
            SESSION: session;
            IPV4: ipv4;
            default: accept;
        }
    }
    state discovery {
        buffer.extract(hdr.pppoe);
        transition accept;
    }
    state session {
        buffer.extract(hdr.pppoe);
        verify(hdr.pppoe.version == 1 && hdr.pppoe.type == 1 && hdr.pppoe.code == 0, error.BadPppoe);
        buffer.extract(hdr.ppp);
        transition select(hdr.ppp.protocol) {
            PPP_IPV4: ipv4;
            default: accept;
        }
    }
    state ipv4 {
        buffer.extract(hdr.ipv4);
        sum.add(hdr.ipv4);
        verify(hdr.ipv4.words != 5 || sum.get() == 0, error.BadSum);
        transition accept;
    }
}

control Upstream(inout headers_t hdr, inout meta_t meta, inout psa_ingress_output_metadata_t ostd, out bool routed) {
    Meter<line_t>(8192, PSA_MeterType_t.BYTES) rates;
    DirectCounter<bit<64>>(PSA_CounterType_t.PACKETS) setups;

    action to_control(PortId_t port) {
        setups.count();
        send_to_port(ostd, port);
    }
    // Discovery by its code, and of sessions by their protocol: LCP, authentication, IPCP.
    table control_packets {
        key = {
            hdr.pppoe.code: exact;
            hdr.ppp.protocol: ternary;
        }
        actions = { to_control; NoAction; }
        psa_direct_counter = setups;
    }
    action terminate() { }
    table sessions {
        key = {
            meta.line: exact;
            hdr.ipv4.src: exact;
            hdr.pppoe.session: exact;
        }
        actions = { terminate; @defaultonly NoAction; }
    }
    apply {
        routed = false;
        if (control_packets.apply().hit || !hdr.ipv4.isValid()) {
            return;
        }
        if (meta.line == 0 || !sessions.apply().hit) {
            return;
        }
        if (rates.execute(meta.line) == PSA_MeterColor_t.RED) {
            return;
        }
        meta.counted = 1;
        hdr.ethernet.type = IPV4;
        hdr.outer.setInvalid();
        hdr.inner.setInvalid();
        hdr.pppoe.setInvalid();
        hdr.ppp.setInvalid();
        routed = true;
    }
}

control Downstream(inout headers_t hdr, inout meta_t meta) {
    // Two classes of traffic, of which the better one is what the other leaves.
    Meter<line_t>(8192, PSA_MeterType_t.BYTES) better;
    Meter<line_t>(8192, PSA_MeterType_t.BYTES) ordinary;

    action session(bit<16> id, bit<12> outer, bit<12> inner) {
        hdr.outer.setValid();
        hdr.outer = { 0, 0, outer, TAG };
        hdr.inner.setValid();
        hdr.inner = { 0, 0, inner, SESSION };
        hdr.ethernet.type = SERVICE_TAG;
        hdr.pppoe.setValid();
        hdr.pppoe = { 1, 1, 0, id, hdr.ipv4.length + 2 };
        hdr.ppp.setValid();
        hdr.ppp.protocol = PPP_IPV4;
    }
    action closed() { }
    table sessions {
        key = { meta.line: exact; }
        actions = { session; closed; }
        const default_action = closed();
    }
    action is_better() { }
    table classes {
        key = { hdr.ipv4.class: ternary; }
        actions = { is_better; NoAction; }
        const entries = {
            46: is_better();                    // expedited forwarding
            0b101000 &&& 0b111000: is_better(); // class selector 5 and its like
        }
    }
    apply {
        PSA_MeterColor_t colour = PSA_MeterColor_t.RED;
        switch (sessions.apply().action_run) {
            session: {
                if (classes.apply().hit) {
                    colour = better.execute(meta.line);
                    hdr.outer.priority = 5;
                    hdr.inner.priority = 5;
                } else {
                    colour = ordinary.execute(meta.line);
                }
            }
            default: { }
        }
        meta.down = 1;
        meta.counted = colour == PSA_MeterColor_t.RED ? 1w0 : 1w1;
    }
}

control GatewayIngress(inout headers_t hdr, inout meta_t meta, in psa_ingress_input_metadata_t istd,
                       inout psa_ingress_output_metadata_t ostd) {
    Upstream() upstream;
    Downstream() downstream;

    action subscribers() { }
    action core() { }
    table ports {
        key = { istd.ingress_port: exact; }
        actions = { subscribers; core; @defaultonly NoAction; }
    }
    action line(line_t id) { meta.line = id; }
    table lines {
        key = {
            istd.ingress_port: exact;
            hdr.outer.vlan: exact;
            hdr.inner.vlan: exact;
        }
        actions = { line; @defaultonly NoAction; }
    }
    action next_hop(mac_t src, mac_t dst, PortId_t port) {
        hdr.ethernet.src = src;
        hdr.ethernet.dst = dst;
        hdr.ipv4.ttl = hdr.ipv4.ttl - 1;
        meta.hopped = 1;
        send_to_port(ostd, port);
    }
    // To a line: its subscriber is behind this port.
    action to_line(line_t id, mac_t src, mac_t dst, PortId_t port) {
        meta.line = id;
        next_hop(src, dst, port);
    }
    table routes {
        key = { hdr.ipv4.dst: lpm; }
        actions = { next_hop; to_line; @defaultonly NoAction; }
    }
    apply {
        meta = { 0, 0, 0, 0 };
        if (istd.parser_error != error.NoError || hdr.ipv4.isValid() && hdr.ipv4.ttl <= 1) {
            return;
        }
        bool routed = false;
        switch (ports.apply().action_run) {
            subscribers: {
                if (hdr.inner.isValid() && hdr.pppoe.isValid()) {
                    lines.apply();
                    upstream.apply(hdr, meta, ostd, routed);
                }
            }
            core: { routed = hdr.ipv4.isValid() && !hdr.outer.isValid(); }
            default: { }
        }
        if (routed) {
            switch (routes.apply().action_run) {
                to_line: {
                    downstream.apply(hdr, meta);
                    if (meta.counted == 0) {
                        ingress_drop(ostd);
                    }
                }
                default: { }
            }
        }
    }
}

control IngressDeparserImpl(packet_out buffer, out none_t clone_i2e_meta, out none_t resubmit_meta, out passed_t normal_meta,
                            inout headers_t hdr, in meta_t meta, in psa_ingress_output_metadata_t istd) {
    InternetChecksum() sum;
    apply {
        normal_meta = { meta.line, meta.down, meta.counted };
        if (hdr.ipv4.isValid() && meta.hopped == 1) {
            sum.subtract({ hdr.ipv4.sum, hdr.ipv4.ttl + 1, hdr.ipv4.protocol });
            sum.add({ hdr.ipv4.ttl, hdr.ipv4.protocol });
            hdr.ipv4.sum = sum.get();
        }
        buffer.emit(hdr);
    }
}

parser EgressParserImpl(packet_in buffer, out headers_t hdr, inout meta_t meta, in psa_egress_parser_input_metadata_t istd,
                        in passed_t normal_meta, in none_t clone_i2e_meta, in none_t clone_e2e_meta) {
    state start {
        meta = { normal_meta.line, normal_meta.down, normal_meta.counted, 0 };
        transition accept;
    }
}

control GatewayEgress(inout headers_t hdr, inout meta_t meta, in psa_egress_input_metadata_t istd,
                      inout psa_egress_output_metadata_t ostd) {
    Counter<bit<64>, line_t>(8192, PSA_CounterType_t.PACKETS_AND_BYTES) up;
    Counter<bit<64>, line_t>(8192, PSA_CounterType_t.PACKETS_AND_BYTES) down;
    apply {
        if (meta.counted == 1) {
            if (meta.down == 1) {
                down.count(meta.line);
            } else {
                up.count(meta.line);
            }
        }
    }
}

control EgressDeparserImpl(packet_out buffer, out none_t clone_e2e_meta, out none_t recirculate_meta, inout headers_t hdr,
                           in meta_t meta, in psa_egress_output_metadata_t istd, in psa_egress_deparser_input_metadata_t edstd) {
    apply { buffer.emit(hdr); }
}

IngressPipeline(IngressParserImpl(), GatewayIngress(), IngressDeparserImpl()) ingress;
EgressPipeline(EgressParserImpl(), GatewayEgress(), EgressDeparserImpl()) egress;
PSA_Switch(ingress, PacketReplicationEngine(), egress, BufferingQueueingEngine()) main;
