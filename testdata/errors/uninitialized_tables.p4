// What tables leave without a value: on a hit, on a miss, and behind each case of a switch.
match_kind { exact }

control hits(inout bit<8> m) {
    bit<8> x;
    bit<8> y;
    action one() { x = 1; y = 1; }
    action two() { x = 2; }
    action leave() { exit; }
    action none() { }
    table t {
        key = { m: exact; }
        actions = { one; two; leave; @defaultonly none; }
        const default_action = none;
    }
    apply {
        if (t.apply().hit) {
            m = x;
            m = y;                                           // warning[W0311]
        } else {
            m = x;                                           // warning[W0311]
        }
    }
}

control switches(inout bit<8> m) {
    bit<8> x;
    bit<8> y;
    action one() { x = 1; y = 1; }
    action two() { x = 2; }
    action leave() { exit; }
    action three() { x = 3; y = 3; }
    action none() { y = 4; }
    table t { key = { m: exact; } actions = { one; two; leave; three; none; } const default_action = none; }
    apply {
        switch (t.apply().action_run) {
            one: { m = x; m = y; }
            two: {
                m = x;
                m = y;                                       // warning[W0311]
            }
            leave: { m = x; m = y; }
            default: {
                m = y;
                m = x;                                       // warning[W0311]
            }
        }
        switch (t.apply().action_run) {
            none:
            two: { }
            default: { m = x; m = y; }
        }
    }
}

control many(inout bit<8> m) {
    bit<8> x;
    action set() { x = 1; }
    action use() { m = x; }                                  // warning[W0311]
    table t { key = { m: exact; } actions = { set; use; } const default_action = set; }
    apply {
        t.apply();
        t.apply();
        m = x;                                               // warning[W0311]
    }
}
