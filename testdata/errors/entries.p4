// Entries of tables: priorities and duplicates.
match_kind { exact, ternary }
action hit() {}
control c(in bit<8> k, in bit<8> l) {
    table falling {
        key = { k: ternary; }
        actions = { hit; }
        default_action = hit;
        priority_delta = 10;
        entries = {
            priority = 15: 1: hit;
            2: hit;
            3: hit;                                          // error[E0319]
            4: hit;
        }
    }
    table twice {
        key = { k: exact; l: exact; }
        actions = { hit; }
        default_action = hit;
        const entries = {
            (1, 2): hit;
            (1, 3): hit;
            (1, 2): hit;                                     // error[E0319]
            (1, _): hit;
        }
    }
    apply {}
}
