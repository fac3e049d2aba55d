// Values that were never set, fields of headers that are not valid, and `out` parameters that are left open.
match_kind { exact }
extern packet_in { void extract<T>(out T hdr); T lookahead<T>(); }
extern void sink<T>(in T data);
extern void source<T>(out T data);
extern void verify(in bool check, in bit<8> reason);
header h_t { bit<8> f; bit<8> g; }
struct pair_t { bit<8> a; bit<8> b; }
struct all_t { h_t h; h_t k; h_t[3] s; pair_t p; }
header_union u_t { h_t x; h_t y; }

bit<8> plain(in bit<8> a) {
    bit<8> b;
    bit<8> c = b;                                            // warning[W0311]
    return c + a;
}
bit<8> some_paths(in bit<8> a) {
    bit<8> b;
    bit<8> c;
    if (a == 1) { b = 1; c = 1; } else if (a == 2) { b = 2; } else { return 0; }
    return b + c;                                            // warning[W0311]
}
bit<8> fields(in bit<8> a) {
    pair_t p;
    p.a = a;
    pair_t q = p;
    return q.a + q.b;                                        // warning[W0311]
}
bit<8> short_circuit(in bit<8> a) {
    h_t h;
    if (a == 1) { h = { 1, 2 }; }
    if (h.isValid() && h.f == 1 || !h.isValid() || h.g == 1) { return 1; }
    h_t k;
    if (a == 1) { k = { 1, 2 }; }
    bool c = a == 2 && h.f == 1 || k.f == 1;                 // warning[W0313]
    return c ? 8w1 : 2;
}
bit<8> loops(in bit<8> n) {
    bit<8> last;
    bit<8> sum = 0;
    for (bit<8> i in 8w0 .. n) { if (i == 3) { break; } last = i; sum = sum + last; }
    return sum + last;                                       // warning[W0311]
}
enum e_t { A, B }
bit<8> switched(in bit<8> a, in e_t b) {
    bit<8> x;
    bit<8> y;
    switch (a) { 1: { x = 1; } 2: { x = 2; } default: { x = 3; } }
    switch (b) { e_t.A: { y = 1; } e_t.B: { y = 2; } }
    return x + y;
}
void fills(out bit<8> all, out bit<8> some, out pair_t part, in bit<8> a) { // warning[W0312] warning[W0312]
    all = 1;
    part.a = 1;
    if (a == 1) { some = 2; }
}
bit<8> needs(in pair_t p) { return p.b; }                    // warning[W0311]
bit<8> needs_half(in pair_t p) { return p.a; }
bit<8> hands_in() {
    pair_t p;
    p.a = 1;
    bit<8> r = needs_half(p);
    return r + needs(p);
}
void opened() {
    h_t h;
    h.setValid();
    h.f = 1;
    sink(h.f);
    sink(h.g);                                               // warning[W0311]
    h.setInvalid();
    h.f = 2;                                                 // warning[W0313]
}
void stacks(inout h_t[3] s) {
    s.push_front(1);
    sink(s[0].f);                                            // warning[W0313]
    s[0].setValid();
    s[0].f = 1;
    s.pop_front(2);
    sink(s[1].f);                                            // warning[W0313]
    sink(s[2].f);                                            // warning[W0313]
    sink(s[0].f);
}
void members(inout u_t u) {
    u.x.setValid();
    u.x.f = 1;
    sink(u.y.f);                                             // warning[W0313]
    if (u.y.isValid()) { sink(u.y.f); }
}
parser verified(in h_t h) {
    state start {
        h_t k = h;
        k.setInvalid();
        if (h.f == 1) { k.setValid(); k.f = 1; k.g = 1; }
        verify(k.isValid(), 1);
        sink(k.f);
        transition accept;
    }
}

parser p(packet_in b, out all_t all, inout bit<8> m) { // warning[W0312]
    h_t ahead;
    bit<8> kind;
    state start {
        b.extract(all.h);
        transition select(all.h.f) { 1: one; 2: two; default: three; }
    }
    state one { b.extract(all.k); kind = 1; transition join_; }
    state two { ahead = b.lookahead<h_t>(); kind = ahead.f; transition join_; }
    state three { transition select(all.h.isValid(), all.k.isValid()) { (true, false): four; default: reject; } }
    state four { m = all.h.f; m = all.k.f; transition accept; }   // warning[W0313]
    state join_ {
        m = all.k.f;                                         // warning[W0313]
        m = kind;
        m = ahead.f;                                         // warning[W0313]
        all.p = { 1, 2 };
        b.extract(all.s.next);
        m = all.s.last.f;
        transition again;
    }
    state again { b.extract(all.s.next); transition select(all.s.last.f) { 1: again; default: accept; } }
}

control inner(inout h_t h, in h_t k) {
    apply { h.f = k.f; }                                     // warning[W0313]
}
control c(inout all_t all, inout bit<8> m) {
    inner() i;
    bit<8> x;
    bit<8> y;
    action set_x() { x = 1; }
    action use_x() { m = x; }                                // warning[W0311]
    action drop_k() { all.k.setInvalid(); }
    action use_k() { m = all.k.f; }
    action fill(out bit<8> to) { source(to); }
    table t { key = { m: exact; } actions = { set_x; drop_k; } default_action = set_x; }
    table u { key = { all.k.f: exact; } actions = { use_x; use_k; } default_action = use_k; } // warning[W0313]
    table v { key = { m: exact; } actions = { set_x; } const default_action = set_x; }
    apply {
        t.apply();
        u.apply();
        if (!all.k.isValid()) { u.apply(); }                 // the key, and after it the action, need the header
        switch (v.apply().action_run) { set_x: { m = x; } }
        fill(y);
        m = y;
        all.h.setInvalid();
        i.apply(all.k, all.h);
        if (all.h.isValid()) { m = all.h.f; }
        bit<8> z;
        z[3:0] = 1;
        m = z;
        exit;
    }
}
