// == cond int const
#include <core.p4>
const bool b = true;
const int x = b ? 1 : 2;
void f() { bit<8> x = true ? 1 : 2; }
// == cond one int
#include <core.p4>
void f(in bool b, in bit<8> y) { bit<8> x = b ? 1 : y; bit<8> z = b ? y : 2; bit<8> w = b ? 8w1 : 2; }
// == cond headers
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
void f(in bool b, in Hd y, in Hd z) { Hd x = b ? z : y; }
// == cond senum vs bit
#include <core.p4>
enum bit<8> Se { A = 1, B = 2 }
void f(in bool b, in Se y, in bit<8> z) { bit<8> x = b ? z : y; }
// == bool eq
#include <core.p4>
const bool b = true == false;
const bool c = true != false;
// == shift int const
#include <core.p4>
const int a = 1 << 8w3;
const int b = 1 << 3;
const int c = -5 >> 1;
// == shift
#include <core.p4>
enum bit<8> Se { A = 1, B = 2 }
void f(in bit<8> x, in bit<16> y, in int<8> w) { bit<16> z = y << x; bit<16> q = y << 1024; int<8> v = w >> x; int<8> u = w << 3; z = 16w11 << Se.A; }
// == slices
#include <core.p4>
enum bit<8> Se { A = 1, B = 2 }
void f(in bit<8> x, in int<8> i, inout bit<8> o, inout int<8> p) { bit<4> z = x[3:0]; z = i[7:4]; bit<4> q = 0x1234[7:4]; o[3:0] = 1; p[3:0] = 4w1; z = x[Se.B:0] ++ 1w0; z = x[8w3:4s0]; const bit<8> C = 3; z = x[C:0]; }
// == plus slice
#include <core.p4>
void f(in bit<8> x, inout bit<8> o) { bit<4> z = x[4+:4]; z = x[0+:4]; o[4+:4] = 3; }
// == plus slice var index
#include <core.p4>
void f(in bit<8> x, in bit<3> i) { bit<4> z = x[i+:4]; }
// == slice of senum
#include <core.p4>
enum bit<8> Se { A = 1, B = 2 }
void f(in Se s) { bit<4> z = s[3:0]; }
// == slice neg int
#include <core.p4>
const bit<4> x = (-1)[3:0];
// == slice of slice
#include <core.p4>
void f(in bit<8> x) { bit<2> z = x[7:4][1:0]; }
// == assign slice of slice
#include <core.p4>
void f(inout bit<8> x) { x[7:4][1:0] = 2; }
// == concat
#include <core.p4>
enum bit<8> Se { A = 1, B = 2 }
void f(in bit<8> x, in int<4> y, in Se s) { bit<12> a = x ++ y; int<12> b = y ++ x; bit<16> c = s ++ 8w0; bit<16> d = x ++ s; }
// == varbit
#include <core.p4>
void f(inout varbit<8> x, in varbit<8> y) { x = y; bool b = x == y; bool c = x != y; }
// == casts
#include <core.p4>
enum bit<8> Se { A = 1, B = 2 }
type bit<8> Ty;
void f(in bit<1> a, in bool b, in int<8> c, in bit<8> d, in Ty t, in Se s) { bool x = (bool)a; bit<1> y = (bit<1>)b; x = (bool)1; x = (bool)0; bit<8> z = (bit<8>)c; int<8> w = (int<8>)d; z = (bit<8>)12w5; int<16> v = (int<16>)c; const int i = (int)8w3; const int j = (int)8s3; z = (bit<8>)300; w = (int<8>)(-4); z = (bit<8>)t; Ty t2 = (Ty)d; Ty t3 = (Ty)3; Se s2 = (Se)d; s2 = (Se)3; z = (bit<8>)s; z = (bit<8>)z; x = (bool)x; s2 = (Se)s2; t2 = (Ty)t2; }
// == cast int->bit slicing runtime
#include <core.p4>
void f(in bit<8> a) { bit<16> x = (bit<16>)a; }
// == Ty eq
#include <core.p4>
type bit<8> Ty;
void f(in Ty a) { bool b = a == a; bool c = a != (Ty)3; }
// == Ty chain casts
#include <core.p4>
type bit<8> Ty;
type Ty T2;
void f(in T2 a) { Ty b = (Ty)a; bit<8> c = (bit<8>)(Ty)a; }
// == cast list to struct
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
struct St { bit<8> x; bit<8> y; }
void f() { St a = (St){1,2}; St b = (St){x=1,y=2}; Hd h = (Hd){1,2}; bit<8> c = ((St){1,2}).x; bool d = a == (St){x=1,y=2}; }
// == kv order
#include <core.p4>
struct St { bit<8> x; bit<8> y; }
const St a = {y=1,x=2};
// == defaults
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
header_union Un { Hd a; Hd b; }
struct St { bit<8> x; bit<8> y; }
enum En { A, B }
enum bit<8> Se { A = 1, B = 2 }
struct T1 { St s; Se n0; En n1; bool b; error e; }
void f() { Se n0 = ...; En n1 = ...; St s0 = ...; St s1 = {1, ...}; St s2 = {y=2, ...}; T1 t0 = ...; T1 t1 = {s = ..., ...}; tuple<Se, En> p = {...}; Hd h1 = ...; Hd h2 = {y=5,...}; Hd h3={...}; Un u = ...; Hd[2] hs = ...; bit<8> b = ...; error er = ...; bool bo = ...; Hd[3] hs2 = { {1,2}, ... }; bit<8>[3] arr = { 1, ... }; }
// == tuple ops
#include <core.p4>
void f(in bit<8> q) { tuple<bit<8>, bool> x = { q, false }; bit<8> a = x[0]; bool b = x[1]; bool c = x == { 1, true }; tuple<bit<8>, bool> y = x; bool d = x != y; tuple<> z = {}; }
// == tuple to struct
#include <core.p4>
struct St { bit<8> x; bit<8> y; }
void f(in tuple<bit<8>, bit<8>> t) { St s = { 1, 2 }; }
// == struct eq
#include <core.p4>
struct St { bit<8> x; bit<8> y; }
void f(in St s, in St t) { bool b = t == s; bool c = t != s; c = t == {1, 2}; c = {1,2} == t; c = t == {x = 1, y = 2}; }
// == hdr eq
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
void f(in Hd s, in Hd t) { bool b = t == s; b = t == {1, 2}; b = t == {#}; b = t == (Hd){#}; }
// == union eq
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
header_union Un { Hd a; Hd b; }
void f(in Un s, in Un t) { bool b = t == s; b = s != (Un){#}; }
// == stack eq
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
void f(in Hd[2] s, in Hd[2] t) { bool b = t == s; }
// == type var assign
#include <core.p4>
T f<T>(in T a) { T x = a; x = a; return x; }
// == header methods
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
void f(inout Hd h) { h.setValid(); h.setInvalid(); bool b = h.isValid(); h = {1, 2}; h = {#}; h = {x=1,y=2}; }
// == union
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
header_union Un { Hd a; Hd b; }
void f(inout Un u, in Hd h) { u.a = h; u.a = {1, 2}; u.a.setValid(); u.b.setInvalid(); bool b = u.isValid(); Un v = u; u = {#}; Hd q = u.a; u.a.x = 3; }
// == stack ops
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
enum bit<8> Se { A = 1, B = 2 }
void f(inout Hd[4] s, in bit<2> i) { s[0] = {1,2}; s[i].x = 3; s.push_front(1); s.pop_front(2); bit<32> z = s.size; Hd h = s[3]; const bit<32> q = s.size; s[Se.A].x = 1; }
// == push big
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
void f(inout Hd[4] s) { s.push_front(5); }
// == arrays
#include <core.p4>
struct St { bit<8> x; bit<8> y; }
void f(in bit<8> i) { bit<8>[3] a = {1,2,3}; a[0] = 1; a[i] = 2; bit<8> x = a[1]; bit<8>[3] b = a; bit<8>[2][2] c = { {1,2}, {3,4} }; x = c[1][0]; St[2] d = { {1,2}, {3,4} }; x = d[1].x; }
// == minsize
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
header_union Un { Hd a; Hd b; }
struct St { bit<8> x; bit<8> y; }
enum bit<8> Se { A = 1, B = 2 }
type bit<8> Ty;
void f(in St s, in Hd h, in Hd[3] hs, in Un u, in bit<8> b, in bool c, in Se e, in tuple<bit<8>, bool> t, in Ty ty, in varbit<8> v) { const int a = s.minSizeInBits() + h.minSizeInBytes() + hs.maxSizeInBits() + u.maxSizeInBytes() + b.minSizeInBits() + c.minSizeInBits() + e.minSizeInBits() + t.minSizeInBits() + St.minSizeInBits() + Ty.minSizeInBits() + ty.maxSizeInBytes() + v.maxSizeInBits(); bit<(h.minSizeInBits())> x; }
// == minsize oob
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
void f(in Hd[2] hs, in bit<8> i) { const int a = hs[i].minSizeInBits(); }
// == enum eq
#include <core.p4>
enum En { A, B }
void f(in En a) { bool b = a == En.B; b = a != a; }
// == mask precedence
#include <core.p4>
parser p(packet_in b) { bit<8> x; state start { transition select(x) { 1 + 1 &&& 2 | 1: accept; 3 .. 4 + 1: accept; default: reject; } } }
// == precedence
#include <core.p4>
void f(in bit<8> a, in bit<8> b) { bool c = a & b == a; bool d = a | b < a ^ b; bit<16> e = a ++ b + 16w0 ++ 0w0; }
