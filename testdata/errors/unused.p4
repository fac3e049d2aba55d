// What is declared and never used. Names that begin with `_`, and what is silenced, are left alone.
match_kind { exact }
extern E { E(); void m(); }
const bit<8> C = 1;                                          // warning[W0202]
const bit<8> D = 2;
const bit<8> C2 = 3;
enum bit<8> T { A = D }
bit<8> f(in bit<8> a, in bit<8> b) { return a; }             // warning[W0202]
bit<8> g(in bit<8> a) { return f(a, a); }                    // warning[W0202]
action drop() {}                                             // warning[W0202]
E() unused_instance;                                         // warning[W0202]
@noWarn("unused") E() silenced;
E() used;
control never(in bit<8> k) { apply {} }                      // warning[W0202]
parser nowhere() { state start { transition accept; } }      // warning[W0202]
control c(inout bit<8> k) {
    E() first;                                               // warning[W0202]
    bit<8> both;                                             // warning[W0202]
    bit<8> _meant;
    bit<8> result;                                           // warning[W0203]
    const bit<8> local = 1;                                  // warning[W0202]
    action set(bit<8> value) { k = 1; }                      // warning[W0202]
    action direct(in bit<8> x) { bit<8> y = f(k, C2); }      // warning[W0202] warning[W0202]
    action lost() {}                                         // warning[W0202]
    table t { key = { k: exact; } actions = { set; } default_action = set(1); }
    table u { key = { k: exact; } actions = { set; } default_action = set(1); } // warning[W0202]
    apply {
        bit<8> inner = 1;                                    // warning[W0202]
        result = k;
        for (bit<8> i in 8w0 .. 3) { k = k + 1; }
        direct(k);
        t.apply();
        used.m();
    }
}
parser with_set(in bit<8> k) {
    value_set<bit<8>>(4) used_set;
    value_set<bit<8>>(4) idle;                               // warning[W0202]
    state start { transition select(k) { used_set: accept; default: reject; } }
}
control C_t(inout bit<8> k);
parser P_t(in bit<8> k);
package P(C_t c, P_t p);
P(c(), with_set()) main;
P(c(), with_set()) other;                                    // warning[W0202]
