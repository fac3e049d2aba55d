#include "headers.p4"

parser parse_tcp(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.ethernet);
        transition select(headers.ethernet.type) {
            0x0800: ipv4;
            default: accept;
        }
    }
    state ipv4 {
        packet.extract(headers.ipv4);
        transition select(headers.ipv4.protocol) {
            6: tcp;
            default: accept;
        }
    }
    state tcp {
        packet.extract(headers.tcp);
        transition accept;
    }
}

control nat(inout headers_t headers, in xdp_input input, out xdp_output output) {
    action set_source(bit<32> address) {
        headers.ipv4.hdrChecksum = csum_replace4(headers.ipv4.hdrChecksum, headers.ipv4.src, address);
        headers.tcp.checksum = csum_replace4(headers.tcp.checksum, headers.ipv4.src, address);
        headers.ipv4.src = address;
    }
    table source {
        key = { headers.ipv4.src: exact @name("src"); }
        actions = { set_source; NoAction; }
        const default_action = NoAction();
        size = 1024;
    }
    apply {
        output.output_action = xdp_action.XDP_PASS;
        output.output_port = 0;
        if (headers.tcp.isValid()) {
            source.apply();
        }
    }
}

xdp(parse_tcp(), nat(), deparse()) main;
