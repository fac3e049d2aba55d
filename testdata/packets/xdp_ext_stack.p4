// Packets that go to the network stack on a processor of the program's choice, and carry data there that is no part of them.
#include <core.p4>
#include <xdp_model.p4>
#include <xdp_ext.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header ask_t { bit<32> cpu; }
struct headers_t { ethernet_t ethernet; ask_t ask; }

parser parse_ask(packet_in packet, out headers_t hdr) {
    state start {
        packet.extract(hdr.ethernet);
        transition select(hdr.ethernet.type) { 0x1234: ask; default: accept; }
    }
    state ask { packet.extract(hdr.ask); transition accept; }
}

control choose(inout headers_t hdr, in xdp_input input, out xdp_output output) {
    apply {
        output.output_port = input.input_port;
        output.output_action = xdp_action.XDP_PASS;
        if (hdr.ask.isValid()) {
            if (hdr.ask.cpu == 7) {
                output.output_action = xdp_action.XDP_TX;
            }
            xdp_pass_on_cpu(hdr.ask.cpu);
            xdp_pass_metadata({ hdr.ethernet.src, 4w3, hdr.ask.cpu });
        }
    }
}

control deparse_ask(in headers_t hdr, packet_out packet) { apply { packet.emit(hdr.ethernet); packet.emit(hdr.ask); } }

xdp(parse_ask(), choose(), deparse_ask()) main;
