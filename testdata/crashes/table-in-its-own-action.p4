// A table that is applied within its own list of actions is not declared yet.
control c() {
    action a(bool b) {}
    table t {
        actions = { a(t.apply().hit); }
    }
    apply { t.apply(); }
}
