control c(inout bit<8> x) {
    apply {
        x = (x + 1;
    }
}

control d(inout bit<8> x, {
    apply {}
}

const bit<8> y = f(1, { 2, 3 );

const bit<8> z = a[1;

typedef bit<8 T;
