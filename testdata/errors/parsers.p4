// States, transitions and keysets.
parser a() { state begin { transition accept; } }            // error[E0322]
parser b() { state start { transition strat; } }             // error[E0201]
parser c() { state start { transition accept; } state accept { transition reject; } } // error[E0322]
parser d() { state start { transition accept; } state start { transition reject; } } // error[E0202]
parser e(in bit<8> x) { state start { transition select(x) { (1, 2): accept; } } } // error[E0321]
parser f(in bit<8> x) { state start { transition select(x) { 16w1: accept; } } } // error[E0301]
parser g(in bool x) { state start { transition select(x) { true &&& true: accept; } } } // error[E0321]
struct S { bit<8> x; }
parser h(in S x) { state start { transition select(x) { _: accept; } } } // error[E0338]
parser j() { state start { } }                               // warning[W0303]
parser k(in bit<8> x) {
    state start {
        transition select(x) {
            _: accept;
            1: reject;                                       // warning[W0304]
        }
    }
}
extern packet_in { void extract<T>(out T h); T lookahead<T>(); }
parser l(packet_in q, out bit<8> x) { state start { q.extract(x); transition accept; } } // error[E0334]
