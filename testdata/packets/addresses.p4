// Keys and arguments that a packet test writes as MAC, IPv4 and IPv6 addresses; and packets of which none may come out.
#include <core.p4>
#include <v1model.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header ips_t { bit<32> v4; bit<128> v6; }
struct headers_t { ethernet_t ethernet; ips_t ips; }
struct meta_t { }

parser P(packet_in p, out headers_t h, inout meta_t m, inout standard_metadata_t s) {
    state start {
        p.extract(h.ethernet);
        p.extract(h.ips);
        transition accept;
    }
}

control V(inout headers_t h, inout meta_t m) { apply { } }

control I(inout headers_t h, inout meta_t m, inout standard_metadata_t s) {
    action drop() { mark_to_drop(s); }
    action hop(bit<48> mac, bit<32> v4, bit<128> v6) {
        h.ethernet.src = mac;
        h.ips.v4 = v4;
        h.ips.v6 = v6;
        s.egress_spec = 1;
    }
    table mac { key = { h.ethernet.dst : exact; } actions = { hop; drop; } default_action = drop(); }
    table four { key = { h.ips.v4 : lpm; } actions = { hop; drop; NoAction; } default_action = NoAction(); }
    table six { key = { h.ips.v6 : lpm; } actions = { hop; drop; NoAction; } default_action = NoAction(); }
    apply {
        mac.apply();
        if (!four.apply().hit) { six.apply(); }
    }
}

control E(inout headers_t h, inout meta_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout meta_t m) { apply { } }
control D(packet_out p, in headers_t h) { apply { p.emit(h.ethernet); p.emit(h.ips); } }

V1Switch(P(), V(), I(), E(), C(), D()) main;
