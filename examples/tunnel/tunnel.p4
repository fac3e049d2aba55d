// Both ends of a tunnel: a header of our own goes in front of the Ethernet header on the way in, and comes off at the other end.
// The table `tunnel` says what a port is: the side of the hosts (push) or the side of the tunnel (pop).
#include <core.p4>
#include <xdp_model.p4>

// Local experimental EtherType 1 (IEEE Std 802).
const bit<16> TYPE_TUNNEL = 0x88B5;

// Begins like an Ethernet header, so that it crosses anything that forwards Ethernet.
header tunnel_t {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
    bit<32> id;
}

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
}

struct headers_t {
    tunnel_t   tunnel;
    ethernet_t ethernet;
}

parser parse_tunnel(packet_in packet, out headers_t headers) {
    state start {
        // dst, src, type: the type stands in the same place in both headers.
        transition select(packet.lookahead<bit<112>>()[15:0]) {
            TYPE_TUNNEL: tunnel;
            default: ethernet;
        }
    }
    state tunnel {
        packet.extract(headers.tunnel);
        transition ethernet;
    }
    state ethernet {
        packet.extract(headers.ethernet);
        transition accept;
    }
}

control tunnel_end(inout headers_t headers, in xdp_input input, out xdp_output output) {
    action drop() {
        output.output_action = xdp_action.XDP_DROP;
    }
    action push(bit<32> id, bit<32> port) {
        headers.tunnel.setValid();
        headers.tunnel.dst = 0x020000000002;
        headers.tunnel.src = 0x020000000001;
        headers.tunnel.type = TYPE_TUNNEL;
        headers.tunnel.id = id;
        output.output_action = xdp_action.XDP_REDIRECT;
        output.output_port = port;
    }
    action pop(bit<32> port) {
        headers.tunnel.setInvalid();
        output.output_action = xdp_action.XDP_REDIRECT;
        output.output_port = port;
    }

    // Packets without the header: which tunnel do they enter?
    table enter {
        key = { input.input_port: exact @name("port"); }
        actions = { push; drop; }
        default_action = drop();
        implementation = hash_table(64);
    }
    // Packets with it: where do they leave?
    table leave {
        key = { headers.tunnel.id: exact @name("id"); }
        actions = { pop; drop; }
        default_action = drop();
        implementation = hash_table(64);
    }

    apply {
        output.output_port = 0;
        output.output_action = xdp_action.XDP_DROP;
        if (headers.tunnel.isValid()) {
            leave.apply();
        } else {
            enter.apply();
        }
    }
}

control deparse(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers.tunnel);
        packet.emit(headers.ethernet);
    }
}

xdp(parse_tunnel(), tunnel_end(), deparse()) main;
