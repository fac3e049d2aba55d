// Types: mismatches, widths, where types may stand.
error { NoError }
const bit<16> a = 8w1;                          // error[E0301]
const bool b = 1;                               // error[E0301]
const bit<8> c = "text";                        // error[E0301]
typedef bit<(-1)> T0;                           // error[E0304]
const int<0> d = 0;                             // error[E0304]
bit<8> w(in bit<8> n) { bit<(n)> x; return n; } // error[E0303]
struct S { int x; }                             // error[E0310]
header H { bit<8> x; }
header G { H h; }                               // error[E0310]
header_union U { bit<8> x; }                    // error[E0310]
type error N;                                   // error[E0310]
struct P<A> { A a; }
const P e = { 1 };                              // error[E0309]
const P<bit<8>, bit<8>> f = { 1 };              // error[E0309]
const H<bit<8>> g = { 1 };                      // error[E0309]
header HG<A> { A a; }                           // error[E0310]
const HG<error> h = { error.NoError };
void v(in bit<8> x) { int y; string z; }        // error[E0310] error[E0310]
extern X { X(); }
control cx(in X x) { apply { X y; } }            // error[E0327] error[E0310]
