// What follows from a mistake is not told again.
parser p(packet_in a, packet_in b) {                               // error[E0201]
    state start { a.extract(b); transition accept; }
}
struct S { varbit<8> v; bit<8> x; }
const S nested = { 8w1, 1 };                                       // error[E0301]
const bit<8> uses = nested.x;
const bit<8> more = uses + 1;
const unknown_t of_unknown = { 1, 2 };                             // error[E0201]
const tuple<void, bit<8>> in_tuple = { 1, 2 };                     // error[E0310]
void not_a_place(in bit<8> x) { x = true; }                                // error[E0306]
bit<(unknown)> no_result() {}                                      // error[E0201]
unknown_t also_none() {}                                           // error[E0201]
extern V { V(); abstract void f(); }
control misnamed() {
    V() v = {
        void g() {}                                                // error[E0323]
    };
    apply {}
}
parser leads(in bit<8> x) {
    state start { transition select(x) { 1: nxt; default: reject; } } // error[E0201]
    state next { transition accept; }
}
control unknowns(inout bit<8> x) {
    action a(unknown_t u)    { x = u.x + 1; }                      // error[E0201]
    table t {
        key = { y: exact; x: ternary; }                            // error[E0201]
        actions = { a; b; }                                        // error[E0201]
        default_action = b();
        const entries = { (1, 2): b(); }
    }
    apply {
        if (t.apply().hit) { x = z.y[3:0] ++ z.f(); }              // error[E0201] error[E0201]
        switch (t.apply().action_run) { b: {} }                    // error[E0201]
    }
}
