parser p(packet_in b) {
    state start {
        transition select(b) {
            1: a
            2: b;
        }
    }
}

parser q(packet_in b) {
    state start {
        transition select b {
            1: a;
        }
    }
}

parser r(packet_in b) {
    state start {
        transition accept
    }
}

parser s(packet_in b) {
    state start {
        transition accept;
        x = 1;
    }
}

parser t(packet_in b) {
    state start {
        transition select(b) {
            1, 2: a;
        }
    }
}
