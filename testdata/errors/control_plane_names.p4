// Controllable entities of one name: within a control, along a path, by absolute names, in several instances.
match_kind { exact }
action top() {}
@name("top") action other_top() {}                                        // error[E0207]
@hidden @name("top") action hidden_top() {}

control inner() {
    table t { actions = { top; other_top; hidden_top; } default_action = top; }
    apply { t.apply(); }
}
control empty() { apply {} }

control c(in bit<8> k) {
    inner() i;
    inner() j;
    @name("u") table t { actions = { top; } default_action = top; }
    table u { actions = { top; } default_action = top; }                  // error[E0207]
    @name("i.t") table v { actions = { top; } default_action = top; }     // error[E0207]
    @name("i.u") table w { actions = { top; } default_action = top; }
    @name(".top") table x { actions = { top; } default_action = top; }
    @name(".top") action a() {}                                           // error[E0207]
    @name("x") action b() {}
    @name("x") action unlisted() {}
    table listed { actions = { a; b; } default_action = a; }
    @name(".main.t") table y { actions = { top; } default_action = top; }
    table z {
        key = { k: exact; k & 1: exact; k: exact; }                       // error[E0207]
        actions = { top; }
        default_action = top;
    }
    apply {
        empty.apply();
        empty.apply();
        inner.apply();
        inner.apply();                                                    // error[E0207]
    }
}

control translated(in bit<8> k) {
    @name(".shared") action shared(bit<8> data) {}
    @name(".other") action other(bit<8> data) {}
    @name(".nothing") action nothing() {}
    table t { key = { k: exact; } actions = { shared; other; nothing; } default_action = nothing; }
    apply { t.apply(); }
}
control further(in bit<8> k) {
    @name(".shared") action shared(@name("data") bit<8> data_1) {}
    @name(".other") action other(bit<9> data) {}                          // error[E0207]
    @name(".nothing") action nothing_1() {}
    @name(".nothing") action nothing_2() {}
    table t { key = { k: exact; } actions = { shared; other; nothing_1; } default_action = nothing_1; }
    table u { key = { k: exact; } actions = { nothing_2; } default_action = nothing_2; }
    table v {
        key = { k: exact; }
        actions = { nothing_1; nothing_2; }                               // error[E0207]
        default_action = nothing_2;
    }
    apply { t.apply(); u.apply(); v.apply(); }
}

control twice() {
    @name(".far") table t { actions = { top; } default_action = top; }    // error[E0207]
    apply { t.apply(); }
}
control some(in bit<8> k);
control none();
package Both(some a, none b, none d, some e, some f);
Both(c(), twice(), twice(), translated(), further()) main;
