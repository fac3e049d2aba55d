const bit<8> one = 1 const bit<8> two = 2;
typedef bit<8> byte typedef bit<16> word;
header h_t { bit<8> a bit<8> b; byte c word d; @name("e") bit<8> e @name("f") bit<8> f; }
extern E { E() void set(in bit<8> x) bit<8> get(); }

parser p(packet_in b, out h_t h) {
    value_set<bit<8>>(4) v value_set<bit<8>>(4) w;
    state start {
        b.extract(h) h.a = 1;
        transition select(h.a, h.b) {
            (1, 2): accept (3, 4): accept (5, _): reject _: accept;
        }
    }
    state next {
        transition select(h.a) { 1: accept 2 &&& 3: accept A .. B: reject default: accept; }
    }
}

control c(inout h_t h) {
    bit<8> x bit<8> y;
    action first() { x = 1 y = 2; }
    action second() { if (x == 1) y = 1 else y = 2; }
    table t {
        key = { h.a: exact h.b: lpm; }
        actions = { first second; first; }
        size = 10 default_action = first() const entries = { 1: first() 2: second(); }
    }
    apply {
        x = x + 1 y = 2;
        t.apply() t.apply() x = 2;
        f(x) g(x) byte r = 1;
        f(x) h[0].a = 1;
        byte z = 1 byte q = 2;
        h.a = 1 h.b[3:0] = 2;
        x += 1 return;
        for (bit<8> i = 0 i < 10; i = i + 1) { continue break; }
        for (bit<8> i = 0; i < 10 i = i + 1) {}
        exit x = 1;
        x = 1 @atomic { y = 2; }
    }
}
