control c(inout bit<8> x)(bit<8> y) {
    C() a; bit<8> v = 1;
    action b(in bit<8> p, bit<8> q) { x = p; return; }
    table t {
        key = { x[3:0]: exact @name("k"); x: ternary; }
        actions = { b(1); @defaultonly NoAction; }
        const default_action = NoAction();
        const entries = { (1, 2 &&& 3): b(1, 2); priority = 3: (_, default): NoAction() @x; }
        size = 1024; largest_priority_wins = false;
    }
    apply {
        if (t.apply().hit) { exit; } else if (x == 1) x += 2; else ;
        switch (t.apply().action_run) { b: NoAction: { } default: { } }
        for (bit<8> i = 0, j = 1; i < 3; i += 1, j <<= 1) { continue; }
        for (@a bit<8> i in 1 .. 2) { break; }
        { x[3:0] = 1; x = v; }
    }
}
