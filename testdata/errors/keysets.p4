// Cases, entries, keys and comparisons that do less than they seem to.
match_kind { exact, ternary, lpm, range }
const int FIVE = 5;
extern void swap(inout bit<8> a, inout bit<8> b);
extern void split(out bit<4> a, out bit<4> b);
parser p(in bit<8> a, in int<8> b, in bit<4> k) {
    value_set<bit<8>>(4) set;
    state start {
        transition select(a) {
            1: one;
            0x10 &&& 0xf0: one;
            FIVE: one;
            5: one;                                          // warning[W0304]
            0x13: one;                                       // warning[W0304]
            0x21 &&& 0xf0: one;                              // warning[W0316]
            9 .. 7: one;                                     // warning[W0315]
            100 .. 110: one;
            104: one;                                        // warning[W0304]
            set: one;
            set: one;
            default: two;
            3: two;                                          // warning[W0304]
        }
    }
    state one {
        transition select(a, k) {
            (1, _): two;
            (_, 2): two;
            (1, 3): two;                                     // warning[W0304]
            (2, 2): two;                                     // warning[W0304]
            (2, 3): two;
            _: accept;
        }
    }
    state two { transition select(b) { -8s1 .. 8s1: accept; 8s0: accept; 8s5 &&& 8s7: reject; _: accept; } } // warning[W0304]
}
control c(inout bit<8> a, in int<8> b) {
    action act() {}
    table t {
        key = { a: exact; 8w3: exact; }                      // warning[W0317]
        actions = { act; }
        default_action = act;
        entries = { (1, 2): act; (1, 3): act; }
    }
    table u {
        key = { a: lpm; }
        actions = { act; }
        default_action = act;
        const entries = { 0x80 &&& 0x80: act; 0xc0 &&& 0xc0: act; 0xc0 &&& 0xc0: act; } // warning[W0314]
    }
    table v {
        key = { a: range; a: ternary @name("second"); }
        actions = { act; }
        default_action = act;
        const entries = { (1 .. 9, _): act; (2, 3): act; (2 .. 10, _): act; } // warning[W0314]
    }
    table w {
        key = { a: ternary; }
        actions = { act; }
        default_action = act;
        entries = { priority = 9: _: act; priority = 8: 1: act; priority = 7: _: act; } // warning[W0314]
    }
    apply {
        t.apply();
        u.apply();
        v.apply();
        w.apply();
        if (a < 0) { a = 1; }                                // warning[W0318]
        if (255 >= a) { a = 1; }                             // warning[W0318]
        if (a > 0 && a < 255 && b >= 0) { a = 1; }
        if (b < -128 || b > 127) { a = 1; }                  // warning[W0318] warning[W0318]
        if (a == a || a != a) { a = 1; }                     // warning[W0318] warning[W0318]
        bit<8> x = 1;
        bit<8> y = 1;
        swap(x, y);
        swap(x, x);                                          // warning[W0319]
        split(x[3:0], x[7:4]);
        split(x[3:0], x[6:3]);                               // warning[W0319]
        a = x + y;
    }
}
