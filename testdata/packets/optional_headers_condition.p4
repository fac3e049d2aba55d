// Eight optional headers, 256 ways; one is emitted under a condition.
#include <core.p4>
#include <xdp_model.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header flags_t { bit<8> present; }
header x_t { bit<8> name; bit<8> count; }
struct headers {
    ethernet_t ethernet;
    flags_t flags;
    x_t x0;
    x_t x1;
    x_t x2;
    x_t x3;
    x_t x4;
    x_t x5;
    x_t x6;
    x_t x7;
}

parser P(packet_in packet, out headers h) {
    state start {
        packet.extract(h.ethernet);
        packet.extract(h.flags);
        transition ask0;
    }
    state ask0 {
        transition select(h.flags.present[0:0]) {
            1: take0;
            default: ask1;
        }
    }
    state take0 {
        packet.extract(h.x0);
        transition ask1;
    }
    state ask1 {
        transition select(h.flags.present[1:1]) {
            1: take1;
            default: ask2;
        }
    }
    state take1 {
        packet.extract(h.x1);
        transition ask2;
    }
    state ask2 {
        transition select(h.flags.present[2:2]) {
            1: take2;
            default: ask3;
        }
    }
    state take2 {
        packet.extract(h.x2);
        transition ask3;
    }
    state ask3 {
        transition select(h.flags.present[3:3]) {
            1: take3;
            default: ask4;
        }
    }
    state take3 {
        packet.extract(h.x3);
        transition ask4;
    }
    state ask4 {
        transition select(h.flags.present[4:4]) {
            1: take4;
            default: ask5;
        }
    }
    state take4 {
        packet.extract(h.x4);
        transition ask5;
    }
    state ask5 {
        transition select(h.flags.present[5:5]) {
            1: take5;
            default: ask6;
        }
    }
    state take5 {
        packet.extract(h.x5);
        transition ask6;
    }
    state ask6 {
        transition select(h.flags.present[6:6]) {
            1: take6;
            default: ask7;
        }
    }
    state take6 {
        packet.extract(h.x6);
        transition ask7;
    }
    state ask7 {
        transition select(h.flags.present[7:7]) {
            1: take7;
            default: accept;
        }
    }
    state take7 {
        packet.extract(h.x7);
        transition accept;
    }
}

control C(inout headers h, in xdp_input input, out xdp_output output) {
    apply {
        output.output_action = xdp_action.XDP_TX;
        output.output_port = 0;
        if (h.x0.isValid()) { h.x0.count = h.x0.count + 1; }
        if (h.x1.isValid()) { h.x1.count = h.x1.count + 2; }
        if (h.x2.isValid()) { h.x2.count = h.x2.count + 3; }
        if (h.x3.isValid()) { h.x3.count = h.x3.count + 4; }
        if (h.x4.isValid()) { h.x4.count = h.x4.count + 5; }
        if (h.x5.isValid()) { h.x5.count = h.x5.count + 6; }
        if (h.x6.isValid()) { h.x6.count = h.x6.count + 7; }
        if (h.x7.isValid()) { h.x7.count = h.x7.count + 8; }
    }
}

control D(in headers h, packet_out packet) {
    apply {
        packet.emit(h.ethernet);
        packet.emit(h.flags);
        packet.emit(h.x0);
        packet.emit(h.x1);
        packet.emit(h.x2);
        if (h.flags.present[7:7] == 1) { packet.emit(h.x3); }
        packet.emit(h.x4);
        packet.emit(h.x5);
        packet.emit(h.x6);
        packet.emit(h.x7);
    }
}

xdp(P(), C(), D()) main;
