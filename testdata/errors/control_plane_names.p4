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

control twice() {
    @name(".far") table t { actions = { top; } default_action = top; }    // error[E0207]
    apply { t.apply(); }
}
control some(in bit<8> k);
control none();
package Both(some a, none b, none d);
Both(c(), twice(), twice()) main;
