// == named args
#include <core.p4>
extern void ef(in bit<8> a, out bit<8> b);
void f() { bit<8> a = 0; ef(a, a); ef(a = 1, b = a); ef(b = a, a = 1); ef(1, _); ef(b = _, a = 1); }
// == in arg senum
#include <core.p4>
enum bit<8> Se { A = 1, B = 2 }
extern void ef(in bit<8> a, out bit<8> b);
void f() { bit<8> q; ef(Se.A, q); }
// == optional
#include <core.p4>
extern void h(in bit<8> a, @optional in bit<8> b);
void f() { h(1); h(1, 2); h(a = 1); }
// == optional+default named
#include <core.p4>
extern void h(in bit<8> a, @optional in bit<8> b, in bit<8> c = 1);
void f() { h(a = 1); h(c = 2, a = 1); }
// == extern directionless
#include <core.p4>
extern Ex { Ex(); void m(); bit<8> g(in bit<8> x); }
control c(Ex x) { apply { x.m(); } }
// == overload by count
#include <core.p4>
extern void o(in bit<8> a);
extern void o(in bit<8> a, in bit<8> b);
void f() { o(1); o(1, 2); }
// == overload by names
#include <core.p4>
extern void o(in bit<8> a);
extern void o(in bit<9> b);
void f() { o(a = 1); o(b = 1); }
// == overload functions
#include <core.p4>
void o(in bit<8> a) {}
void o(in bit<8> a, in bit<8> b) {}
void f() { o(1); o(1,2); }
// == overloaded ctor
#include <core.p4>
extern B { B(); B(bit<8> x); }
control c() { B() b; B(1) d; apply {} }
// == abstract uses global const and own instances
#include <core.p4>
extern Ex { Ex(); void m(); bit<8> g(in bit<8> x); }
const bit<8> k = 3;
extern B { B(); abstract bit<8> a(in bit<8> x); bit<8> n(); }
control c() { B() b = { Ex() e; bit<8> a(in bit<8> x) { return this.n() + k + e.g(x); } }; apply { bit<8> z = b.a(1); } }
// == toplevel extern inst
#include <core.p4>
extern Ex { Ex(); void m(); bit<8> g(in bit<8> x); }
Ex() ex;
void f() { ex.m(); }
// == function return both
#include <core.p4>
bit<8> f(in bool b) { if (b) return 1; else return 2; }
// == function return switch default
#include <core.p4>
bit<8> f(in bit<8> b) { switch (b) { 1: { return 1; } default: { return 2; } } }
// == return in control/action
#include <core.p4>
control c() { action a() { return; } apply { return; } }
// == exit in action/control
#include <core.p4>
control c() { action a() { exit; } apply { exit; } }
// == if in parser
#include <core.p4>
parser p(packet_in b) { bit<8> x; state start { if (x == 1) { x = 2; } else x = 3; transition accept; } }
// == loops
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
void f(in Hd[3] hs, in bit<8>[3] a, inout bit<8> o) { for (bit<8> i = 0, bit<8> j = 1; i < 4; i = i + 1, j += 2) { o = o + j; } for (;true;) { break; } for (Hd h in hs) { o = h.x; } for (bit<8> x in a) { o = x; continue; } for (bit<8> x in 1 .. 3) o += x; for (@foo bit<8> x in 1 .. 3) {} for (bit<8> x in {1, 2, 3}) {} @unroll for (bit<8> x in 1..2) {} }
// == opassign
#include <core.p4>
void f(inout bit<8> x, inout int<8> y, in bit<3> s) { x += 1; x -= 1; x *= 2; x /= 2; x %= 3; x |+|= 3; x |-|= 3; x <<= s; x >>= 1; x &= 3; x |= 3; x ^= x; x[3:0] += 1; y += 1; }
// == switch kinds
#include <core.p4>
enum En { A, B }
enum bit<8> Se { A = 1, B = 2 }
void f(in bit<8> x, in int<8> y, in En e, in Se s, in error r) { switch (x) { 1: 2: {} Se.A ++ 0w0 == 8w9 ? 8w3 : 8w4: {} default: } switch (y) { -1: {} } switch (e) { En.A: {} En.B: {} } switch (s) { Se.A: {} } switch (r) { error.NoError: {} } switch (x) {} }
// == switch bit with senum label
#include <core.p4>
enum bit<8> Se { A = 1, B = 2 }
void f(in bit<8> s) { switch (s) { Se.A: {} } }
// == action_run
#include <core.p4>
control c(in bit<8> k) { action a() {} action b() {} table t { key = { k: exact; } actions = { a; b; } default_action = a; } apply { switch (t.apply().action_run) { a: b: {} default: {} } } }
// == hit miss
#include <core.p4>
control c(in bit<8> k) { action a() {} table t { key = { k: exact; } actions = { a; } default_action = a; } apply { if (t.apply().hit) {} bool b = t.apply().miss ? true : false; } }
// == direct apply
#include <core.p4>
control d(inout bit<8> x) { apply {} }
control e(inout bit<8> x) { apply { d.apply(x); } }
// == direct apply parser
#include <core.p4>
parser q(packet_in b) { state start { transition accept; } }
parser p(packet_in b) { state start { q.apply(b); transition accept; } }
// == action calls action, function
#include <core.p4>
void f() {}
action a() { f(); }
control c() { action b() { a(); } apply { b(); a(); } }
// == action call runtime data
#include <core.p4>
control c(in bit<8> y) { action b(bit<8> x) {} apply { b(y); } }
// == directionless arg const function
#include <core.p4>
bit<8> f(bit<8> x) { return x; }
void g() { bit<8> z = f(1); }
// == ctor arg ctor param
#include <core.p4>
control d()(bit<8> x) { apply {} }
control e()(bit<8> y) { d(y) i; apply { i.apply(); } }
// == shadow nested
#include <core.p4>
void f(in bit<8> x) { { bit<9> x = 1; x = 2; } }
// == leading dot type & action & func
#include <core.p4>
struct S {bit<8> x;}
void ff() {}
action aa() {}
control c() { .S s; action aa() {} table t { actions = { .aa; } default_action = .aa; } apply { .ff(); .aa(); } }
// == generic func
#include <core.p4>
T id<T>(in T x) { return x; }
void g() { bit<8> a = id(8w1); bit<8> b = id<bit<8>>(1); }
// == generic with hint
#include <core.p4>
extern T mk<T>();
void g() { bit<8> x = mk(); bit<8> y = mk<bit<8>>(); }
// == expression statement discarded
#include <core.p4>
extern bit<8> eg(in bit<8> a);
void f() { eg(1); }
// == static_assert
#include <core.p4>
const bool b = static_assert(8 == 8, "x");
