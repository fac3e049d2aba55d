bit<32> count;

table t {
    actions = { NoAction; }
}

control c(inout bit<8> x) {
    bit<8> f() { return 1; }
    apply {
        Counter(1) counter;
    }
}

control d(inout bit<8> x) {
    apply {
        if (x == 1) bit<8> y = 1;
    }
}

Extern(1) e = {
    bit<8> field;
};
