control c(inout bit<8> x) {
    table t {
        key = { x : exact }
        actions = { a; }
    }
    apply {}
}

control d(inout bit<8> x) {
    table t {
        key = { x; }
        actions = { a; }
    }
    apply {}
}

control e(inout bit<8> x) {
    table t {
        actions = { a, b }
    }
    apply {}
}

control f(inout bit<8> x) {
    table t {
        actions { a; }
    }
    apply {}
}

control g(inout bit<8> x) {
    table t {
        actions = { a; }
        const entries = { 1 -> a; }
    }
    apply {}
}

control h(inout bit<8> x) {
    const entries = {
        1: a;
    }
    apply {}
}
