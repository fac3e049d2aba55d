struct S {
    bit<8> x;
}
}

const bit<8> y = 1);
