heder h_t {
    bit<8> x;
}
extern E {
    E();
    reset();
}
control c(inout bit<8> x) {
    apply {
        if (x = 1) {}
        if (x == 1 and x == 2) {}
    }
}
control d(inout bit<8> x) {
    apply {
        x++;
    }
}
control e(inout bit<8> x) {
    apply {
        @unlikely if (x == 1) {}
    }
}
const bit<8> a = 1
