// Policing: flows have a committed rate and a peak rate, in bytes. What is within the first passes, what is above it is marked, what is above the
// second is dropped (RFC 2698).
#include <core.p4>
#include <psa.p4>

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
}
header ipv4_t {
    bit<4> version;
    bit<4> ihl;
    bit<6> dscp;
    bit<2> ecn;
    bit<16> length;
    bit<16> id;
    bit<16> fragment;
    bit<8> ttl;
    bit<8> protocol;
    bit<16> checksum;
    bit<32> src;
    bit<32> dst;
}
struct headers_t {
    ethernet_t ethernet;
    ipv4_t ipv4;
}
struct none_t { }

// Assured forwarding of low and high precedence to drop (RFC 2597).
const bit<6> GREEN = 10;
const bit<6> YELLOW = 14;

parser parse(packet_in packet, out headers_t headers, inout none_t meta, in psa_ingress_parser_input_metadata_t istd,
             in none_t resubmitted, in none_t recirculated) {
    state start {
        packet.extract(headers.ethernet);
        transition select(headers.ethernet.type) {
            0x0800: ipv4;
            default: accept;
        }
    }
    state ipv4 {
        packet.extract(headers.ipv4);
        transition accept;
    }
}

control police(inout headers_t headers, inout none_t meta, in psa_ingress_input_metadata_t istd,
               inout psa_ingress_output_metadata_t ostd) {
    DirectMeter(PSA_MeterType_t.BYTES) rate;
    // Packets and bytes by colour: green, yellow, red.
    Counter<bit<64>, bit<8>>(3, PSA_CounterType_t.PACKETS_AND_BYTES) by_colour;

    action metered() {
        PSA_MeterColor_t colour = rate.execute();
        if (colour == PSA_MeterColor_t.GREEN) {
            headers.ipv4.dscp = GREEN;
            by_colour.count(0);
        } else if (colour == PSA_MeterColor_t.YELLOW) {
            headers.ipv4.dscp = YELLOW;
            by_colour.count(1);
        } else {
            by_colour.count(2);
            ingress_drop(ostd);
        }
    }
    table flows {
        key = {
            headers.ipv4.src: exact @name("src");
            headers.ipv4.dst: exact @name("dst");
        }
        actions = { metered; NoAction; }
        default_action = NoAction();
        psa_direct_meter = rate;
    }

    action forward(PortId_t port) { send_to_port(ostd, port); }
    action drop() { ingress_drop(ostd); }
    table ports {
        key = { istd.ingress_port: exact @name("port"); }
        actions = { forward; drop; }
        default_action = drop();
    }

    apply {
        ports.apply();
        if (headers.ipv4.isValid()) {
            flows.apply();
        }
    }
}

control deparse(packet_out packet, out none_t cloned, out none_t resubmitted, out none_t normal, inout headers_t headers,
                in none_t meta, in psa_ingress_output_metadata_t istd) {
    InternetChecksum() sum;
    apply {
        if (headers.ipv4.isValid()) {
            sum.add({
                headers.ipv4.version, headers.ipv4.ihl, headers.ipv4.dscp, headers.ipv4.ecn, headers.ipv4.length, headers.ipv4.id,
                headers.ipv4.fragment, headers.ipv4.ttl, headers.ipv4.protocol, headers.ipv4.src, headers.ipv4.dst
            });
            headers.ipv4.checksum = sum.get();
        }
        packet.emit(headers.ethernet);
        packet.emit(headers.ipv4);
    }
}

// Egress does nothing.
parser parse_nothing(packet_in packet, out none_t headers, inout none_t meta, in psa_egress_parser_input_metadata_t istd,
                     in none_t normal, in none_t cloned, in none_t cloned_by_egress) {
    state start { transition accept; }
}
control nothing(inout none_t headers, inout none_t meta, in psa_egress_input_metadata_t istd,
                inout psa_egress_output_metadata_t ostd) {
    apply { }
}
control deparse_nothing(packet_out packet, out none_t cloned, out none_t recirculated, inout none_t headers, in none_t meta,
                        in psa_egress_output_metadata_t istd, in psa_egress_deparser_input_metadata_t edstd) {
    apply { }
}

PSA_Switch(IngressPipeline(parse(), police(), deparse()), PacketReplicationEngine(),
           EgressPipeline(parse_nothing(), nothing(), deparse_nothing()), BufferingQueueingEngine()) main;
