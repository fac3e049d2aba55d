// Nothing contains or calls itself.
struct S { S s; }                               // error[E0206]
bit<8> f(in bit<8> x) { return f(x); }          // error[E0206]
extern E { void m(E e); }                       // error[E0206]
control c() {
    c() inner;                                  // error[E0206]
    action a() { a(); }                         // error[E0206]
    apply {}
}
