parser p(packet_in packet, out bit<8> x) {
    state start {
        x = packet.lookahead<bit<8>>();
        transition accept;
    }
}
control c(packet_out packet, in bit<8> x) {
    table t {
        key = { x: exact; }
        actions = { NoAction; }
    }
    apply {
        t.apply();
    }
}
