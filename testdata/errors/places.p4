// What may be done where.
error { NoError }
extern bool static_assert(bool check, string message);
extern void verify(in bool check, in error toSignal);
bit<8> f() { return 1; }
const bit<8> a = f();                                        // error[E0336]
const bool b = static_assert(1 > 2, "no");                   // error[E0326]
control c() { apply {} }
c() d;                                                       // error[E0314]
parser p() { c() inner; state start { transition accept; } } // error[E0314]
control e() { p() inner; apply {} }                          // error[E0314]
control g() { apply { verify(true, error.NoError); } }       // error[E0336]
control h() { c() inner; action a() { inner.apply(); } apply {} } // error[E0336]
control i() { action a() {} bit<8> x = 1; apply { a(); } }
bit<8> j() { exit; return 1; }                               // error[E0318]
void l() { break; }                                          // error[E0318]
void m() { return 1; }                                       // error[E0317]
bit<8> n() { return; }                                       // error[E0317]
bit<8> o(in bool x) { if (x) { return 1; } }                 // error[E0316]
action p1(bit<8> x) { const bit<8> y = x; }                  // error[E0303]
action p2(bit<8> x) { switch (x) { x: {} } }                 // error[E0303]
