control c(inout bit<8> x) {
    apply {
        if (x == 1) {
            x = 2;
    }
}

control d(inout bit<8> x) {
    apply {
        if (x == 1) {
            x = 2;
        else {
            x = 3;
        }
    }
}

header H {
    bit<8> x;

header G {
    bit<8> x;
}

control e(inout bit<8> x) {
    apply {
        x = 1;
