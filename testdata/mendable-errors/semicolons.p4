match_kind { exact, lpm }
typedef bit<8> byte typedef bit<16> word;
header h_t { bit<8> a bit<8> b; byte c word d; }
control c(inout h_t h) {
    bit<8> x = 1 bit<8> y;
    action none() {}
    action first() { x = 1 y = 2; }
    table t {
        key = { h.a: exact h.b: lpm; }
        actions = { first none; }
        size = 10 default_action = first();
    }
    apply {
        t.apply() t.apply()
        t.apply();
        if (x == 1) h.a = x else h.b = 3;
        x = 1 return;
    }
}
