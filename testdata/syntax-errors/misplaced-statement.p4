parser p(packet_in b) {
    state start {
        if (b.length() == 1) {
            return;
        }
        transition accept;
    }
    state loop {
        for (bit<8> i in 1 .. 3) {}
        transition start;
    }
}

parser q(packet_in b) {
    return;
}

control c(inout bit<8> x) {
    x = 1;
    apply {
    }
}

control d(inout bit<8> x) {
    apply {
        else { x = 1; }
    }
}

control e(inout bit<8> x) {
    apply {
        for (i in 1 .. 3) {}
    }
}
