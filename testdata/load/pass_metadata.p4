// Tells a program of tc's which customer an IPv4 packet is of: those whose address is even.
#include <core.p4>
#include <xdp_model.p4>
#include <xdp_ext.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header ipv4_t { bit<128> rest; bit<32> dst; }
header label_t { bit<32> label; }
struct headers_t { ethernet_t ethernet; label_t label; ipv4_t ipv4; }
struct told_t { bit<4> kind; bit<28> customer; bit<8> last; bit<8> type; }

parser parse_ip(packet_in packet, out headers_t hdr) {
    state start {
        packet.extract(hdr.ethernet);
        transition select(hdr.ethernet.type) { 0x0800: ipv4; default: accept; }
    }
    state ipv4 { packet.extract(hdr.ipv4); transition accept; }
}

control tell(inout headers_t hdr, in xdp_input input, out xdp_output output) {
    apply {
        output.output_port = input.input_port;
        output.output_action = xdp_action.XDP_PASS;
        if (hdr.ipv4.isValid() && hdr.ipv4.dst & 1 == 0) {
            told_t told = { 0xa, 0xc0ffee, hdr.ipv4.dst[7:0], hdr.ethernet.type[15:8] };
            xdp_pass_metadata(told);
            // A header in front: the packet moves, and what it carries stays in front of it.
            hdr.label.setValid();
            hdr.label.label = 0x01020304;
        }
    }
}

control deparse_ip(in headers_t hdr, packet_out packet) {
    apply { packet.emit(hdr.ethernet); packet.emit(hdr.label); packet.emit(hdr.ipv4); }
}

xdp(parse_ip(), tell(), deparse_ip()) main;
