control c(inout bit<8> x) {
    apply {
        if (x = 1) {}
    }
}

control d(inout bit<8> x) {
    apply {
        x == 1;
    }
}

control e(inout bit<8> x) {
    apply {
        x++;
    }
}

control f(inout bit<8> x) {
    apply {
        x--;
    }
}

const bool y = 1 > > 2;
