parser p(packet_in b) {}

control c(inout bit<8> x) {
    table t {}
    apply {}
}

control d(inout bit<8> x) {
}

control e(inout bit<8> x) {
    apply
}
