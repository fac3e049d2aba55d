const bit<8> x = 1
const bit<8> y = 2;

struct S {
    bit<8> a;
    bit<8> b
}

control c(inout bit<8> x) {
    apply {
        x = x + 1
        x = 2;
    }
}

// The next line could go on with an instantiation.
control d(inout bit<8> x) {
    apply {
        t.apply()
        t.apply();
        f(x)
        x = 2;
        f(x)
        g(x);
        f(x)
        h[0].a = 1;
    }
}
