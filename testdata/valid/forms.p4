// == names as soft keywords
#include <core.p4>
control c(inout bit<8> state, in bit<8> type) { bit<8> key = 1; bit<8> entries = 2; bit<8> list = 3; apply { state = key + entries + type + list; bit<8> apply_ = 2; } }
// == param named apply
#include <core.p4>
void f(in bit<8> apply, in bit<8> priority) { bit<8> x = apply + priority; }
// == table named key
#include <core.p4>
control c() { action actions() {} table entries { actions = { actions; } default_action = actions; } apply { entries.apply(); } }
// == state named state
#include <core.p4>
parser p(packet_in b) { state start { transition state; } state state { transition key; } state key { transition accept; } }
// == field named apply accessed
#include <core.p4>
struct Q { bit<8> apply; bit<8> hit; bit<8> last; bit<8> next; bit<8> size; }
void f(inout Q q) { q.apply = q.hit + q.last + q.next + q.size; }
// == type as header field
#include <core.p4>
header E { bit<16> type; }
parser p(packet_in b, out E e) { state start { b.extract(e); transition select(e.type) { 1: accept; _: reject; } } }
// == type named as var in other scope
#include <core.p4>
struct foo { bit<8> x; }
void f() { foo foo; foo.x = 1; }
// == var same as type name then use
#include <core.p4>
typedef bit<8> t;
void f(in bit<8> t) { bit<8> y = t; }
// == struct field same name as type
#include <core.p4>
struct a { bit<8> x; }
struct b { a a; }
void f(inout b q) { q.a.x = 1; }
// == generic less than ambiguity
#include <core.p4>
void f(in bit<8> a, in bit<8> b, in bit<8> c) { bool x = a < b && b > (c); bool y = (a < b) == (b > c); bit<8> z = a << b >> c; }
// == shift right
#include <core.p4>
void f(in bit<8> a) { bit<8> z = a >> 2 >> 1; bool b = a >> 1 > 3; }
// == parenthesised lvalue
#include <core.p4>
void f(inout bit<8> a) { (a) = 3; }
// == unary stacking
#include <core.p4>
void f(in bit<8> a, in int<8> b) { bit<8> z = - - a; z = ~~a; z = -+a; int<8> y = -(-b); bool c = !!true; z = a - -1; }
// == cast vs paren
#include <core.p4>
void f(in bit<8> a) { bit<8> z = (a) - 1; z = (a) + (a); z = (bit<8>)-a; z = (bit<8>)~a; z = (bit<8>)(a); bit<16> w = (bit<16>)a ++ 0w0; }
// == cast user type minus
#include <core.p4>
typedef bit<8> T;
void f(in bit<8> a) { T z = (T)-a; z = (T)(a); z = (T)a; z = (T)+a; }
// == cast to struct/tuple/header
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
struct St { bit<8> x; bit<8> y; }
void f() { tuple<bit<8>, bool> t = (tuple<bit<8>, bool>){1, true}; St s = (St){1,2}; Hd[2] hs = (Hd[2]){ {1,2}, {3,4} }; bit<8>[2] a = (bit<8>[2]){1, 2}; }
// == bit<1> literals / bool
#include <core.p4>
void f(inout bit x) { x = 1; x = 1w1; bool b = (bool)x; x = (bit)b; x = (bit<1>)(x == 0); }
// == long concat & slices
#include <core.p4>
void f(in bit<64> a, out bit<8> b) { b = a[63:60] ++ a[3:0]; b = (a >> 3)[7:0]; b = (a[15:0] ++ a[31:16])[15:8]; b = a[7:0][7:0]; }
// == index by expr
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
enum bit<8> Se { A = 1, B = 2 }
void f(in bit<8> i, in Hd[4] h, out bit<8> x) { x = h[i & 3].x; x = h[(bit<2>)i].y; x = h[Se.A].x; x = h[1 + 1].x; }
// == index by int<W>
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
void f(in int<8> i, in Hd[4] h, out bit<8> x) { x = h[i].x; }
// == size in expr
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
void f(in Hd[4] h, out bit<32> x) { x = h.size - 1; const bit<32> n = h.size; bit<(h.size)> w = 3; }
// == lastIndex in parser
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
parser p(packet_in b, out Hd[4] h, out bit<32> n) { state start { b.extract(h.next); n = h.lastIndex; h.next = {1, 2}; h.next.setValid(); transition select(h.lastIndex) { 3: accept; _: start; } } }
// == header init forms local
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
control c() { Hd h = {1, 2}; Hd g = {x = 1, y = 2}; Hd k = {#}; Hd l; apply { l = h; if (l == h || l == {1,2} || l == {x=1,y=2}) {} } }
// == decl with init from call
#include <core.p4>
extern bit<8> rnd();
control c() { bit<8> v = rnd(); apply { bit<8> w = rnd() + v; const bit<8> k = 3; bit<8> q = k; } }
// == nested calls evaluation
#include <core.p4>
bit<8> f(inout bit<8> x) { x = x + 1; return x; }
void g() { bit<8> a = 1; bit<8> b = f(a) + f(a); }
// == inout slice arg
#include <core.p4>
void f(inout bit<4> x) { }
void g(inout bit<8> a) { f(a[3:0]); f(a[7:4]); }
// == inout struct field/stack elem
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
void f(inout bit<8> x) { }
void g(inout Hd[2] a, in bit<1> i) { f(a[i].x); f(a[0].y); }
// == inout header/stack/struct
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
void f(inout Hd x, inout Hd[2] y) { }
void g(inout Hd[2] a) { f(a[0], a); }
// == void return
#include <core.p4>
void f(inout bit<8> x) { if (x == 1) return; x = 3; return; }
// == function with nested block returns
#include <core.p4>
bit<8> f(in bit<8> x) { { if (x == 1) { return 1; } } { return 2; } }
// == unreachable after return
#include <core.p4>
bit<8> f(in bit<8> x) { return 1; return x; }
// == conditional return exits
#include <core.p4>
bit<8> f(in bit<8> x) { switch (x) { 1: { return 1; } 2: default: { return 3; } } }
// == action run-time exit/return
#include <core.p4>
control c(inout bit<8> x) { action a() { if (x == 1) { return; } x = 2; exit; } apply { a(); if (x == 3) exit; else return; } }
// == apply nested control out args
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
control d(in bit<8> a, out bit<8> b) { apply { b = a; } }
control c(inout Hd h) { d() i; d() j; apply { i.apply(h.x, h.y); j.apply(b = h.x, a = h.y); i.apply(1, h.x); bit<8> q; i.apply(q + 1, q); i.apply(2, _); } }
// == control with packet_out and emit of struct
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
struct Hs { Hd a; Hd[2] b; }
control d(packet_out p, in Hs h) { apply { p.emit(h); p.emit(h.b[1]); } }
// == extern instance passed to sub control
#include <core.p4>
extern Ex { Ex(); void m(); bit<8> g(in bit<8> x); }
control d(Ex e) { apply { e.m(); } }
control c() { Ex() x; d() i; apply { i.apply(x); } }
// == packet_in passed to subparser
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
parser q(packet_in b, out Hd h) { state start { b.extract(h); transition accept; } }
parser p(packet_in b, out Hd h) { q() s; state start { s.apply(b, h); transition accept; } }
// == match_kind own
#include <core.p4>
match_kind { range, selector }
control c(in bit<8> k) { table t { key = { k: range; } actions = { NoAction; } const entries = { 1 .. 3: NoAction(); _: NoAction(); } } apply { t.apply(); } }
// == package with enum, list, string values
#include <core.p4>
enum En { A, B }
package P(bit<8> a, En e, string s, list<bit<8>> l, bool b, int n);
P(3, En.A, "x", (list<bit<8>>){1,2}, true, 100000000000) main;
// == package default param
#include <core.p4>
package P(bit<8> a, bit<8> b = 3);
P(1) main;
// == package of packages
#include <core.p4>
package Q(bit<8> a);
package P(Q q, Q r);
Q(1) q1;
P(q1, Q(2)) main;
// == parser type generic with unspecified
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
parser Prs<H, M>(packet_in b, out H h, inout M m);
package P<H, M>(Prs<H, M> p);
struct M1 {}
parser pp(packet_in b, out Hd h, inout M1 m) { state start { transition accept; } }
P(pp()) main;
// == preproc guard & nested include
#include <core.p4>
#ifndef X_
#define X_
#include <core.p4>
#endif
void f() {}
// == line directives
#include <core.p4>
# 1 "foo.p4"
# 3 "foo.p4" 2
void f() {}
// == int big consts
#include <core.p4>
const int a = 1 << 200;
const int b = a / 3 % 7;
const bit<256> c = 0xFFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF;
const int d = -a;
const bit<8> e = (bit<8>)(a >> 195);
const bool g = a > b;
// == bit shift width
#include <core.p4>
void f(in bit<8> x, in bit<128> w, out bit<128> y) { y = w << x; y = w >> 127; y = 128w1 << x; }
// == mod div constants
#include <core.p4>
const int a = 17 / 5 + 17 % 5;
const bit<8> b = 17 / 5;
// == comparison mixes
#include <core.p4>
void f(in bit<8> x, in int<8> y, out bool b) { b = x < 3; b = 3 <= x; b = y > -3; b = x == 0xFF; b = (x < 3) != (y < 2); }
// == sat ops
#include <core.p4>
void f(inout bit<8> x, inout int<8> y) { x = x |+| 200; x = 5 |-| x; y = y |+| -3; y = y |-| y; }
// == Nested struct init defaults
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
enum En { A, B }
enum bit<8> Se { A = 1, B = 2 }
struct A { bit<8> x; bool b; Se s; En e; error er; Hd h; Hd[2] hs; tuple<bit<8>, bool> t; bit<8>[2] ar; }
void f() { A a = ...; A c = { 1, ... }; A d = { b = true, ... }; A g = { h = {1, ...}, ... }; }
// == const entries mixed forms
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
control c(in Hd h) { action a(bit<8> v) {} table t { key = { h.x: exact; h.y: ternary; } actions = { a; NoAction; } const default_action = NoAction(); const entries = { (1, _): a(1); (2, 3): a(2); (3, 4 &&& 4): NoAction; (0x04, default): a(0xff); } } apply { t.apply(); } }
// == single key entries w/ parens
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
control c(in Hd h) { table t { key = { h.y: ternary; } actions = { NoAction; } const entries = { (1): NoAction; 2: NoAction; (3 &&& 3): NoAction(); 4 &&& 4: NoAction(); _: NoAction; } } apply { t.apply(); } }
// == lpm entries
#include <core.p4>
control c(in bit<32> a) { table t { key = { a: lpm; } actions = { NoAction; } const entries = { 0x0a000000 &&& 0xff000000: NoAction; 0x0a000001: NoAction; default: NoAction; } } apply { t.apply(); } }
// == enum keys entries
#include <core.p4>
enum En { A, B }
enum bit<8> Se { A = 1, B = 2 }
control c(in En e, in Se s, in bool b, in error r) { table t { key = { e: exact; s: exact; b: exact; r: exact; } actions = { NoAction; } const entries = { (En.A, Se.A, true, error.NoError): NoAction; } } apply { t.apply(); } }
// == size const expr
#include <core.p4>
const bit<32> N = 16;
control c(in bit<8> a) { table t { key = { a: exact; } actions = { NoAction; } size = N * 2 + 1; } apply { t.apply(); } }
// == default_action without parens & with
#include <core.p4>
control c(in bit<8> a) { action x(bit<8> v) {} table t { actions = { x; } default_action = x(1); } table u { actions = { NoAction; } default_action = NoAction; } apply { t.apply(); u.apply(); } }
