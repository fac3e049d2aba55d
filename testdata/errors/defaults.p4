// Default values, default arguments and optional parameters.
struct Pair { bit<8> left; bit<8> right; }
extern void trace(in bit<8> level, @optional in bit<8> unit, in bit<8> width = 1);
void a() { trace(1); }                                       // error[E0307]
void b() { trace(1, 2, 3); }                                 // error[E0307]
void c() { trace(unit = 2); }                                // error[E0307]
void d() { Pair p = { ..., 1 }; }                            // error[E0324]
void e() { bit<8> x = 1 + ...; }                             // error[E0308]
void f() { Pair p = { left = ... }; }                        // error[E0324]
void g() { Pair p = { 1, 2, 3, ... }; }                      // error[E0324]
extern void any<T>(in T x);
void h() { any(...); }                                       // error[E0308]
T same<T>(T x) { return x; }
T copy<T>(in T x) { return x; }
void i() { bit<8> x = same(255); }                           // error[E0308]
void j() { bit<8> x = copy(255); }                           // error[E0308]
void k(in bool flag) { bit<8> x = flag ? 1 : 2; }            // error[E0302]
control l()(bit<8> x) { const bit<8> y = x; apply {} }       // error[E0303]
