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
