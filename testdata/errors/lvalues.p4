// What can be written.
void a(in bit<8> x) { x = 1; }                               // error[E0306]
const bit<8> k = 1;
void b() { k = 2; }                                          // error[E0306]
void c(out bit<8> x) { x = 1; }
void d(in bit<8> x) { c(x); }                                // error[E0306]
void e() { c(1); }                                           // error[E0306]
extern void f(in bit<8> x);
void g() { f(_); }                                           // error[E0306]
control h(bit<8> x) { apply { x = 1; } }                     // error[E0306]
