const bit<8> one = 1
const bit<8> two = 2

struct fields {
    bit<8> a
    bit<8> b;
    bit<8 c;
    bit<8> d
}

action scale(bit<8 x) {
    x = 1;
}

control c(inout fields f) {
    bit<8> x = 1
    action a(bit<8> v) {
        f.a = v
        f.b = {1, 2 3} + v;
        f.c = (v + 1;
        for (bit<8> i 0; i < 3; i = i + 1) {
            f.a = 1 +;
        }
        f.d = v ** 2;
    }
    table t {
        key = {
            f.a exact;
            f.b : exact
            f.c : exact;
        }
        actions = { a NoAction; }
        size 1024;
        const entries = {
            (1, 2, 3) a(1);
            (1, 2, 3) : a(2)
        }
    }
    apply {
        if (f.a == ) {
            f.b = 1;
        } else {
            f.b = 2;
        }
        t.apply()
        exit
    }
}

parser p(packet_in b, out fields f) {
    state start {
        f.a = ;
        transition select(f.a f.b) {
            1 : next;
            default accept;
        }
    }
    state next {
        transition select(f.a) {
            1 next;
            default : accept
        }
    }
}
