// Labels of `switch`.
void a(in bit<8> x) { switch (x) { 1: {} 1: {} } }           // error[E0315]
void b(in bit<8> x) { switch (x) { default: {} 1: {} } }     // error[E0315]
void c(in bit<8> x, in bit<8> y) { switch (x) { y: {} } }    // error[E0303]
void d(in tuple<bit<8>> x) { switch (x) { default: {} } }    // error[E0338]
action one() {}
action two() {}
control e() {
    table t { actions = { one; } default_action = one; }
    apply {
        switch (t.apply().action_run) {
            two: {}                                          // error[E0315]
        }
    }
}
