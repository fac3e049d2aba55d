heder H {
    bit<8> x;
}

contrl c(inout bit<8> x) {
    action a() {}
    apply {
        a();
    }
}

control d(inout bit<8> x) {
    tabel t {
        actions = { NoAction; }
    }
    apply {}
}

parser p(packet_in b) {
    state start {
        transiton select(b.length()) {
            default: accept;
        }
    }
}
