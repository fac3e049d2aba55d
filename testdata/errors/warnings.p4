// Valid, but probably not what was meant.
match_kind { exact, ternary }
void a(in bit<8> _x) { bit<8> _x = 1; }                      // warning[W0201]
@deprecated("use " ++ "g") extern void old();
void b() { old(); }                                          // warning[W0305]
parser c() { state start { transition next; } state next { transition start; } } // warning[W0306]
parser c2(in bit<8> k) { state start { transition select(k) { 1: start; } } } // warning[W0306]
parser d() { state start { transition accept; } state other { transition accept; } } // warning[W0307]
action act() {}
control e(in bit<8> k) {
    bit<8> _act2 = 1;
    action _shadow(bit<8> _act2) {}                          // warning[W0201]
    table t0 {
        key = { k: ternary; }
        actions = { act; }
        default_action = act;
        entries = {
            priority = 10: 1: act;
            priority = 20: 2: act;                           // warning[W0309]
            priority = 20: 3: act;                           // warning[W0308]
        }
    }
    table t1 {
        key = { k: ternary; }
        actions = { act; }
        default_action = act;
        largest_priority_wins = false;
        priority_delta = 10;
        @noWarn("duplicate_priorities")
        entries = {
            priority = 10: 1: act;
            2: act;
            priority = 20: 3: act;
            4: act;
        }
    }
    apply { t0.apply(); t1.apply(); }
}
control g(inout bit<8> x) {
    table x { actions = { act; } default_action = act; }      // warning[W0201]
    apply { x.apply(); }
}
