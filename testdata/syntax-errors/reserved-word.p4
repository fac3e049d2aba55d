control c(inout bit<8> x) {
    action default() {}
    apply {}
}

struct S {
    bit<8> table;
}

const bit<8> _ = 1;

type struct Point {
    bit<8> x;
} Q;

control d(in bit<8> header) {
    apply {}
}

const bit<8> member = x.table + y._;
