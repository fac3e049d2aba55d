// == generic control
#include <core.p4>
control gc<T>(inout T x, in T y) { apply { x = y; } }
control u(inout bit<8> a, inout bool b) { gc<bit<8>>() i; gc<bool>() j; apply { i.apply(a, 3); j.apply(b, true); gc<bit<8>>.apply(a, 4); } }
// == generic parser
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
parser gp<H>(packet_in b, out H h) { state start { b.extract(h); transition accept; } }
parser u(packet_in b, out Hd h) { gp<Hd>() i; state start { i.apply(b, h); gp<Hd>.apply(b, h); transition accept; } }
// == generic control inferred direct
#include <core.p4>
control gc<T>(inout T x) { apply { } }
control u(inout bit<8> a) { apply { gc<bit<8>>.apply(a); } }
// == generic control with table
#include <core.p4>
control gc<T>(inout T x, in bit<8> k) { T saved; action s(T v) { x = v; } table t { key = { k: exact; } actions = { s; NoAction; } } apply { saved = x; t.apply(); } }
control u(inout bit<16> a) { gc<bit<16>>() i; apply { i.apply(a, 3); } }
// == generic struct nested
#include <core.p4>
struct Opt<T> { bool valid; T value; }
struct P<A, B> { A a; Opt<B> b; }
void f() { P<bit<8>, bit<16>> p = { 1, { true, 2 } }; P<Opt<bit<8>>, bit<16>> q = { { false, 1 }, { true, 2 } }; Opt<bit<16>> z = p.b; bit<8> w = q.a.value; P<bit<8>, bit<16>> r = { a = 1, b = { valid = true, value = 2 } }; }
// == generic header stack + union
#include <core.p4>
header GH<T> { T a; bit<8> b; }
header_union GU<T> { GH<T> x; GH<bit<16>> y; }
void f() { GH<bit<8>>[3] s; s[0] = { 1, 2 }; GU<bit<8>> u; u.x = { 1, 2 }; u.y.setValid(); GH<bit<8>> h = s[1]; bit<8> z = h.a; }
// == generic union T header
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
header_union GU<T> { T x; Hd y; }
void f() { GU<Hd> u; u.x.setValid(); }
// == generic extern
#include <core.p4>
extern Reg<T, I> { Reg(bit<32> n); T read(in I i); void write(in I i, in T v); }
control c() { Reg<bit<8>, bit<4>>(10) r; apply { bit<8> v = r.read(3); r.write(4, v + 1); } }
// == generic extern inferred ctor
#include <core.p4>
extern Reg<T> { Reg(T init); T read(); }
control c() { Reg(8w3) r; apply { bit<8> v = r.read(); } }
// == generic method
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
enum En { A, B }
extern X { X(); T get<T>(); R conv<T, R>(in T t); void put<T>(in T t); }
control c() { X() x; apply { bit<8> a = x.get<bit<8>>(); bit<16> b = x.conv<bit<8>, bit<16>>(a); x.put(a); x.put<bit<8>>(3); x.put({a, b}); x.put(true); x.put(En.A); Hd h; x.put(h); bit<16> d = x.conv<_, bit<16>>(a); } }
// == list ops
#include <core.p4>
struct pr { bit<8> a; bit<16> b; }
extern L { L(list<pr> d); L(list<tuple<bit<8>, bit<16>>> d, bit<8> n); }
control c() { L((list<pr>){ {1, 2}, {3, 4} }) l; L((list<pr>){ {a=1, b=2} }) l2; L((list<tuple<bit<8>, bit<16>>>){ {1,2} }, 3) l3; apply {} }
// == list const
#include <core.p4>
const list<bit<8>> lc = { 1, 2, 3 };
extern L { L(list<bit<8>> d); }
control c() { L(lc) l; L((list<bit<8>>){}) m; apply {} }
// == list ctor param
#include <core.p4>
extern L { L(list<bit<8>> d); }
control d()(list<bit<8>> q) { L(q) l; apply {} }
control e() { d((list<bit<8>>){1,2}) i; apply { i.apply(); } }
// == string ctor param and concat
#include <core.p4>
extern L { L(string s); }
control d()(string q) { L(q) l; apply {} }
control e() { d("a" ++ "b") i; apply { i.apply(); } }
// == string const
#include <core.p4>
const string a = "x";
const string b = a ++ "y";
extern void pr(string s);
void f() { pr(b ++ a); }
// == for nest
#include <core.p4>
void f(inout bit<8> s) { for (bit<8> i in 0 .. 3) { for (bit<8> j = i; j < 5; j += 1) { if (j == 2) continue; if (j == 4) break; s += j; } } }
// == for stack
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
void f(in Hd[4] hs, inout bit<8> s) { for (Hd h in hs) { if (h.isValid()) s = s + h.x; } }
// == for list typed
#include <core.p4>
void f(inout bit<8> s) { for (bit<8> x in (list<bit<8>>){1, 2, 3}) { s += x; } for (bit<8> y in {8w1, 8w2}) s ^= y; }
// == for list of tuples
#include <core.p4>
struct pr { bit<8> a; bit<16> b; }
void f(inout bit<8> s) { for (pr x in (list<pr>){{1, 2}, {3, 4}}) { s += x.a; } }
// == for range sized
#include <core.p4>
void f(inout bit<8> s, in bit<8> n) { for (bit<8> x in 0 .. n) { s += x; } for (bit<8> x in s .. n) {} for (int<8> x in -1 .. 1) {} }
// == for in action, control
#include <core.p4>
control c(inout bit<8> s) { action a() { for (bit<8> i in 0 .. 2) s += i; } apply { for (bit<8> i = 0; i < 2; i += 1) a(); } }
// == for multiple init
#include <core.p4>
void f(inout bit<8> s) { bit<8> k; for (bit<8> i = 0, k = 3; i < k; i += 1, k -= 1) { s += k; } }
// == for empty parts
#include <core.p4>
void f(inout bit<8> s) { for (; s < 4; ) { s += 1; } for (; s < 4; s += 1) ; }
// == break in switch in loop
#include <core.p4>
void f(inout bit<8> s) { for (bit<8> i in 0 .. 3) { switch (i) { 1: { break; } 2: { continue; } default: {} } } }
// == return in loop
#include <core.p4>
bit<8> f(in bit<8> s) { for (bit<8> i in 0 .. 3) { if (i == s) return i; } return 0; }
// == opassign slice/field/index
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
struct St { bit<8> x; bit<8> y; }
void f(inout Hd[4] h, inout St s, inout bit<8>[3] a, in bit<2> i) { h[i].x += 1; s.y <<= 2; s.x[3:0] |= 4w1; a[i] *= 3; h[0].x[7:4] ^= 4w3; }
// == plus slices
#include <core.p4>
void f(inout bit<32> x, in bit<5> i, inout int<16> y) { bit<4> a = x[i +: 4]; x[i+:4] = a; x[8+:8] = 3; y[0+:4] = a; bit<8> b = x[i+:4] ++ a; bit<(2+2)> c = x[4+:(2+2)]; }
// == struct eq nested
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
header_union Un { Hd a; Hd b; }
struct St { bit<8> x; bit<8> y; }
struct S2 { St a; tuple<bit<8>, bool> t; Hd h; Hd[2] hs; Un u; }
bool f(in S2 a, in S2 b) { return a == b && a.t == b.t && a.hs == b.hs; }
// == ternary nested
#include <core.p4>
bit<8> f(in bit<8> a, in bool b, in bool c) { return b ? c ? a : 1 : c ? 2 : a; }
// == ternary with tuples
#include <core.p4>
tuple<bit<8>, bool> f(in bool b) { return b ? {8w1, true} : {8w2, false}; }
// == ternary list to struct
#include <core.p4>
struct St { bit<8> x; bit<8> y; }
St f(in bool b) { St s = b ? (St){1, 2} : (St){3, 4}; return s; }
// == ternary untyped lists into struct
#include <core.p4>
struct St { bit<8> x; bit<8> y; }
St f(in bool b, in St q) { return b ? {1, 2} : q; }
// == return struct list
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
struct St { bit<8> x; bit<8> y; }
St f() { return {1, 2}; }
Hd g() { return {x = 1, y = 2}; }
tuple<bit<8>, bool> h() { return {1, true}; }
Hd k() { return {#}; }
// == call with list
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
struct St { bit<8> x; bit<8> y; }
void f(in St s, in Hd h, in tuple<bit<8>, bit<8>> t) {}
void g() { f({1,2}, {3,4}, {5,6}); f({x=1,y=2}, {#}, {5,6}); f(s = {1,2}, t = {1,2}, h = {1, 2}); }
// == assign list
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
struct St { bit<8> x; bit<8> y; }
control c(inout St s, inout Hd h, inout Hd[2] hs) { apply { s = {1,2}; h = {1,2}; h = {x=1,y=3}; hs[0] = {5,6}; hs = { {1,2}, {3,4} }; s = {3, ...}; h = ...; s = ...; } }
// == header method chain
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
header_union Un { Hd a; Hd b; }
control c(inout Hd[2] hs, in bit<1> i, inout Un u) { apply { hs[i].setValid(); if (hs[0].isValid() && !hs[1].isValid() || u.isValid()) { u.a.setInvalid(); } } }
// == senum ops
#include <core.p4>
enum bit<8> Se { A = 1, B = 2 }
enum int<8> Si { N = -1, P = 1 }
control c(inout Se s, inout bit<8> x, inout int<8> y) { apply { x = s + 1; x = s & Se.A; if (s == Se.B || x == Se.A || Se.A < s) {} y = Si.N; y = y * Si.P; x = ~s; x = -s; x = s << 1; s = (Se)(s | Se.B); switch (s) { Se.A: {} default: {} } bit<16> w = s ++ x; } }
// == enum compare and pass
#include <core.p4>
enum En { A, B }
extern void use(in En e);
control c(inout En e) { apply { if (e == En.A) e = En.B; use(e); use(En.A); } }
// == error vars
#include <core.p4>
error { Mine }
control c(out error e) { apply { e = error.Mine; if (e != error.NoError) e = error.PacketTooShort; } }
// == const kinds
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
struct St { bit<8> x; bit<8> y; }
enum bit<8> Se { A = 1, B = 2 }
const tuple<bit<8>, St> t = { 1, { 2, 3 } };
const bit<8> a = t[1].x;
const Hd h = { 1, 2 };
const bool v = true && h.x == 1;
const Hd[2] hs = { {1,2}, {3,4} };
const bit<8> q = hs[1].y;
const Se e = Se.A;
const bit<8> r = e + 1;
const error er = error.NoError;
const bit<8>[2] ar = { 1, 2 };
const bit<8> w = ar[1];
const bit<16> cc = 8w1 ++ 8w2;
const bit<4> sl = cc[3:0];
const int n = cc == 258 ? 1 : 2;
// == const struct use in type width
#include <core.p4>
struct St { bit<8> x; bit<8> y; }
const St s = { 8, 9 };
bit<(s.x)> f() { return 3; }
// == width arithmetic
#include <core.p4>
const int W = 4;
typedef bit<(W * 2)> t;
typedef int<(W + 1)> u;
typedef varbit<(W * 8)> v;
const bit<(W == 4 ? 8 : 16)> x = 3w1 ++ 5w2;
// == typedef chains
#include <core.p4>
struct St { bit<8> x; bit<8> y; }
typedef bit<8> a;
typedef a b;
typedef b[3] c;
typedef St d;
void f() { c x = {1, 2, 3}; a y = x[0]; d z = {1, 2}; b w = z.x; }
// == header stack of typedef
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
typedef Hd T;
typedef T[3] TS;
void f(inout TS s) { s[0] = {1, 2}; s.push_front(1); }
// == out param uninit
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
struct St { bit<8> x; bit<8> y; }
void f(out St s, out Hd h) { s.x = 1; h.setValid(); }
// == action in/out/inout mix
#include <core.p4>
control c(inout bit<8> a, in bit<8> k) { action x(in bit<8> p, out bit<8> q, inout bit<8> r, bit<8> d, bool e) { q = p; r = d; } table t { key = { k: exact; } actions = { x(k + 1, a, a); } default_action = x(k + 1, a, a, 3, true); } apply { x(1, a, a, k, false); t.apply(); } }
// == top-level action used in table
#include <core.p4>
action ta(inout bit<8> x, bit<8> d) { x = d; }
control c(inout bit<8> a) { table t { key = { a: exact; } actions = { ta(a); .NoAction; } default_action = NoAction; } apply { t.apply(); } }
// == action params named args in table
#include <core.p4>
control c(inout bit<8> a) { action x(in bit<8> p, bit<8> d, bit<8> e) { } table t { key = { a: exact; } actions = { x(p = 3); } default_action = x(p = 3, e = 1, d = 2); const entries = { 1: x(p = 3, d = 1, e = 2); 2: x(3, 1, 2); } } apply { t.apply(); } }
// == table keys many kinds
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
header_union Un { Hd a; Hd b; }
struct St { bit<8> x; bit<8> y; }
enum bit<8> Se { A = 1, B = 2 }
control c(inout St s, in Hd h, in Un u, in Se e, in bool b, in int<8> i) { table t { key = { s.x: exact; h.isValid(): exact; u.a.x: ternary; e: exact; b: ternary; i: lpm; s.x[3:0]: ternary; s.x & 3: exact; h.x ++ h.y: exact @name("z"); } actions = { NoAction; } } apply { t.apply(); } }
// == switch action_run with fallthrough + default
#include <core.p4>
control c(in bit<8> k) { action a() {} action b() {} action d() {} table t { key = { k: exact; } actions = { a; b; d; NoAction; } } apply { switch (t.apply().action_run) { a: b: { } d: {} NoAction: default: {} } } }
// == switch hit if else chain
#include <core.p4>
control c(in bit<8> k) { table t { key = { k: exact; } actions = { NoAction; } } table u { key = { k: lpm; } actions = { NoAction; } } apply { if (!t.apply().hit) { u.apply(); } else if (u.apply().miss && k == 1) {} } }
// == local var shadow const etc
#include <core.p4>
const bit<8> z = 1;
control c() { bit<8> z = z + 1; apply { bit<8> q = z + .z; } }
// == instantiation in control of extern with local names
#include <core.p4>
extern Ex { Ex(); void m(); bit<8> g(in bit<8> x); }
control c() { Ex() e; Ex() f; action a() { e.m(); } apply { a(); bit<8> x = f.g(3); } }
// == parser local instance and function
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
extern Ex { Ex(); void m(); bit<8> g(in bit<8> x); }
parser p(packet_in b, out Hd h) { Ex() e; bit<8> v = e.g(2); state start { v = v + e.g(1); transition select(v) { 0 .. 3: accept; 4 &&& 4: next; default: reject; } } state next { b.extract(h); transition accept; } }
// == select nested tuple keysets
#include <core.p4>
struct St { bit<8> x; bit<8> y; }
parser p(packet_in b, in St s) { state start { transition select(s.x, s.y) { (1, 2): accept; (3 &&& 7, _): accept; (_, 4 .. 6): reject; (default, default): reject; } } }
// == select paren single
#include <core.p4>
struct St { bit<8> x; bit<8> y; }
parser p(packet_in b, in St s) { state start { transition select((s.x)) { (1): accept; (2 &&& 3): reject; (_): accept; } } }
// == select tuple expr
#include <core.p4>
struct St { bit<8> x; bit<8> y; }
parser p(packet_in b, in St s) { state start { transition select({s.x, s.y}) { {1, 2}: accept; (1, 3): accept; _: reject; } } }
// == select const label
#include <core.p4>
struct St { bit<8> x; bit<8> y; }
const bit<8> K = 3;
parser p(packet_in b, in St s) { const bit<8> L = 4; state start { transition select(s.x) { K: accept; L: accept; K + L: reject; (bit<8>)16w7: reject; } } }
// == transition select bool expr
#include <core.p4>
struct St { bit<8> x; bit<8> y; }
parser p(packet_in b, in St s) { state start { transition select(s.x == 1 && s.y == 2) { true: accept; false: reject; } } }
// == nested parser states loop
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
parser p(packet_in b, out Hd[3] h) { state start { b.extract(h.next); transition select(h.last.x) { 0: accept; _: start; } } }
// == abstract with state
#include <core.p4>
extern B { B(); abstract bit<8> f(in bit<8> x, inout bit<8> y); void run(); }
control c() { B() b = { bit<8> f(in bit<8> x, inout bit<8> y) { y = y + x; return y; } }; apply { b.run(); bit<8> z = 1; z = b.f(1, z); } }
// == generic abstract
#include <core.p4>
extern B<T> { B(T t); abstract T f(in T x); }
control c() { B<bit<8>>(3) b = { bit<8> f(in bit<8> x) { return x + 1; } }; apply { } }
// == optional abstract
#include <core.p4>
extern B { B(); @optional abstract bit<8> f(in bit<8> x); }
control c() { B() b; apply { } }
// == toplevel abstract inst
#include <core.p4>
extern B { B(); abstract bit<8> f(in bit<8> x); }
B() b = { bit<8> f(in bit<8> x) { return x; } };
// == extern function default
#include <core.p4>
extern void ef(in bit<8> a, in bit<8> b = 3, in bool c = false);
void f() { ef(1); ef(1, 2); ef(a = 1, c = true); ef(1, 2, true); }
// == extern ctor defaults, named
#include <core.p4>
extern X { X(bit<32> n, bool f = true); }
control c() { X(n = 3) a; X(4) b; X(f = false, n = 2) d; apply {} }
// == control ctor default
#include <core.p4>
control d()(bit<8> n = 3) { apply {} }
control e() { d() a; d(4) b; apply { a.apply(); b.apply(); } }
// == control param default
#include <core.p4>
control d(inout bit<8> x, in bit<8> n = 3) { apply { x = n; } }
control e(inout bit<8> x) { d() a; apply { a.apply(x); a.apply(x, 4); a.apply(n = 4, x = x); } }
// == empty blocks
#include <core.p4>
control c() { apply { { } ; {;} } }
struct E {}
header Q {}
parser p(packet_in b) { state start { {} ; transition accept; } }
void f() { }
// == if without braces
#include <core.p4>
void f(inout bit<8> x) { if (x == 1) x = 2; else if (x == 3) x = 4; else { x = 5; } if (x == 2) ; else ; }
// == casts in many
#include <core.p4>
void f(inout bit<8> x, inout int<8> y, in bit<16> z) { x = (bit<8>)z; y = (int<8>)(bit<8>)z; x = (bit<8>)(y + (int<8>)x); x = (bit<8>)(bit<4>)x; bool b = (bool)(bit<1>)x; }
