// Names: unknown, declared twice, of the wrong kind.
const bit<8> a = missing;                       // error[E0201]
const bit<8> b = late;                          // error[E0201]
const bit<8> late = 1;
const bit<8> a2 = 1;
const bit<8> a2 = 2;                            // error[E0202]
struct S { bit<8> x; bit<8> x; }                // error[E0202]
const bit<8> c = S;                             // error[E0203]
a2 d() { return 1; }                            // error[E0203]
bit<8> e(in S s) { return s.y; }                // error[E0204]
enum E { A, B }
const E f = E.C;                                // error[E0204]
enum bit<8> Twice { A = 1, A = 2 }              // error[E0202]
bit<8> g(in bit<8> p, in bit<8> p) { return p; } // error[E0202]
control c0<p>(in bit<8> p) { apply {} }         // error[E0202]
error { One, One }                              // error[E0202]
const error h = error.Two;                      // error[E0204]
const bit<8> i = .nowhere;                      // error[E0201]
