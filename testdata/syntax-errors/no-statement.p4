control c(inout bit<8> x) {
    apply {
        x;
        x + 1;
    }
}

control d(inout bit<8> x) {
    apply {
        t.apply().hit;
    }
}

control e(inout bit<8> x) {
    apply {
        t.apply()(1);
    }
}

control f(inout bit<8> x) {
    apply {
        { a, b } = { 1, 2 };
    }
}

control g(inout bit<8> x) {
    apply {
        f(1).x = 2;
    }
}
