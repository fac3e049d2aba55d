// Slices, indices and other numbers out of range.
bit<4> a(in bit<8> x) { return x[8:5]; }                     // error[E0312]
bit<4> b(in bit<8> x) { return x[3:4]; }                     // error[E0312]
bit<8> c(in bit<8> x) { return x[x:0]; }                     // error[E0303]
bit<4> d(in bit<8> x) { return x[5 +: 4]; }                  // error[E0312]
bit<1> e(in bool x) { return x[0:0]; }                       // error[E0302]
bit<1> f(in bit<8> x) { return x[0]; }                       // error[E0302]
header H { bit<8> x; }
bit<8> g(in H[2] s) { return s[2].x; }                       // error[E0312]
const tuple<bit<8>, bool> t = { 1, true };
const bool h = t[2];                                         // error[E0312]
enum bit<8> E { A = 256 }                                    // error[E0312]
control c0(inout H[2] s) { apply { s.push_front(0); } }      // error[E0312]
control c1(inout H[2] s) { apply { s.next = s[0]; } }        // error[E0329]
