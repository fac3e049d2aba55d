// Arguments, overloads and inference.
extern void f(in bit<8> x, in bit<8> y);
void a() { f(1); }                                           // error[E0307]
void b() { f(1, 2, 3); }                                     // error[E0307]
void c() { f(x = 1, z = 2); }                                // error[E0307]
void d() { f(x = 1, x = 2); }                                // error[E0307]
void e() { f(x = 1, 2); }                                    // error[E0307]
extern void g(in bit<8> x);
extern void g(in bit<8> x, in bit<8> y);
void h() { g(); }                                            // error[E0307]
extern T get<T>();
void i() { get(); }                                          // error[E0308]
extern void take<T>(in T x);
void j() { take(1); }                                        // error[E0308]
void k() { take({ x = 1 }); }                                // error[E0308]
void l() { take<bit<8>, bit<8>>(1); }                        // error[E0309]
const bit<8> m = 1;
void n() { m(); }                                            // error[E0313]
extern E { E(bit<8> x); void met(in bit<8> x); }
control o(bit<8> x) { E(x) e; apply { e.mett(1); } }         // error[E0204]
control p(in bit<8> x) { E(x) e; apply { e.met(); } }        // error[E0303]
extern Q { void met(); }
control r() { Q() q; apply {} }                              // error[E0339]
package pk(bit<8> x);
pk() main;                                                   // error[E0307]
