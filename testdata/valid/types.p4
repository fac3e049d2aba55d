// == header members
#include <core.p4>
struct St { bit<8> x; }
enum bit<8> Se { A = 1, B = 2 }
typedef bit<8> Td;
type bit<8> Ty;
header H1 { bit<8> a; int<8> b; varbit<8> c; bool d; Se e; St f; Td g; Ty h; bit<8>[4] i; St[2] j; bit<8>[2][3] k; }
// == union empty
#include <core.p4>
header_union U { }
// == header empty
#include <core.p4>
header H {}
struct S {}
// == struct members
#include <core.p4>
header Hd { bit<8> x; }
header_union Un { Hd a; }
struct St { bit<8> x; }
enum En { A, B }
enum bit<8> Se { A = 1, B = 2 }
typedef bit<8> Td;
type bit<8> Ty;
struct S { bit<8> a; int<8> b; varbit<8> c; error d; bool e; En f; Se g; Hd h; bit<8>[2] i; Hd[2] j; Un k; Un[2] l; St m; tuple<bit<8>> n; Td o; Ty p; tuple<> q; }
// == tuple members
#include <core.p4>
enum En { A, B }
enum bit<8> Se { A = 1, B = 2 }
const tuple<bit<8>, int<8>, error, bool, En, Se, tuple<bool>> t = { 1, 1, error.NoError, true, En.A, Se.A, { true } };
// == list members
#include <core.p4>
header Hd { bit<8> x; }
header_union Un { Hd a; }
struct St { bit<8> x; }
enum En { A, B }
enum bit<8> Se { A = 1, B = 2 }
extern E2 { E2(list<bit<8>> a, list<int> b, list<string> c, list<error> d, list<match_kind> e, list<bool> f, list<En> g, list<Hd> h, list<Un> i, list<St> j, list<tuple<bit<8>>> k, list<list<bit<8>>> l, list<Hd[2]> m, list<varbit<8>> n, list<Se> o); }
// == array members
#include <core.p4>
struct St { bit<8> x; }
enum En { A, B }
enum bit<8> Se { A = 1, B = 2 }
typedef bit<8> Td;
type bit<8> Ty;
void f() { bit<8>[2] a; int<8>[2] b; bool[2] c; En[2] d; Se[2] e; St[2] g; bit<8>[2][2] h; Td[2] i; Ty[2] j; }
// == array varbit
#include <core.p4>
struct S { varbit<8>[2] a; }
// == stack size expr
#include <core.p4>
header Hd { bit<8> x; }
const int N = 4;
typedef Hd[N + 1] a;
typedef Hd[8w3] b;
// == typedefs
#include <core.p4>
header Hd { bit<8> x; }
header_union Un { Hd a; }
struct St { bit<8> x; }
enum En { A, B }
enum bit<8> Se { A = 1, B = 2 }
extern Ex { Ex(); void m(); }
parser Pa(packet_in b);
control Co();
package Pk(Co c);
typedef bit<8> Td;
type bit<8> Ty;
typedef bit<8> a1;
typedef int<8> a2;
typedef varbit<8> a3;
typedef int a4;
typedef error a5;
typedef bool a6;
typedef En a7;
typedef bit<8>[2] a8;
typedef Hd a9;
typedef Hd[2] a10;
typedef Un a11;
typedef St a12;
typedef tuple<bit<8>> a13;
typedef list<bit<8>> a14;
typedef Ex a15;
typedef Pa a16;
typedef Co a17;
typedef Pk a18;
typedef Td a19;
typedef Ty a20;
typedef Se a21;
// == types
#include <core.p4>
typedef bit<8> Td;
type bit<8> Ty;
type bit<8> b1;
type int<8> b2;
type bool b3;
type Td b4;
type Ty b5;
// == typedef generic
#include <core.p4>
struct S<T> { T f; }
typedef S<bit<32>> X;
const X a = { 3 };
// == nonunique enum
#include <core.p4>
enum bit<8> X { a = 1, b = 1 }
// == int enum negative
#include <core.p4>
enum int<8> X { a = -128, b = 127 }
// == enum underlying typedef
#include <core.p4>
typedef bit<8> Td;
typedef Td TT;
enum TT X { a = 1 }
// == enum init const expr
#include <core.p4>
const bit<8> c = 3;
enum bit<8> X { a = c + 1, b = (bit<8>)16w3 }
// == default of enum
#include <core.p4>
enum En { A, B }
const En e = En.A;
// == field names of methods
#include <core.p4>
header S { bit<8> isValid; bit<8> setValid; bit<8> minSizeInBits; bit<8> setInvalid; }
bit<8> f(in S s) { return s.isValid + s.minSizeInBits; }
// == error eq
#include <core.p4>
bool f(in error a, in error b) { return a == b || a != error.NoError; }
// == senum
#include <core.p4>
enum bit<8> Se { A = 1, B = 2 }
void f() { bit<8> x = Se.A; Se a = Se.B; bit<8> y = a << 3; x = (bit<8>)a; a = (Se) x; a = (Se)(Se.A + 1); bool b = a > Se.A; bool c = a == Se.A; }
// == senum other cast
#include <core.p4>
enum bit<8> Se { A = 1, B = 2 }
enum bit<8> E2 { A = 1 }
void f() { Se a = (Se) E2.A; bit<8> c = Se.A + E2.A; bool d = Se.A < E2.A;  }
// == senum cast int literal
#include <core.p4>
enum bit<8> Se { A = 1, B = 2 }
void f() { Se a = (Se)1; }
// == string param
#include <core.p4>
extern void f(string s);
void g() { f("abc" ++ "d"); }
// == int param
#include <core.p4>
bit<8> f(int s) { return (bit<8>)s; }
void g() { bit<8> x = f(3); }
// == string esc
#include <core.p4>
@foo("a \" b \\") const int a = 1;
// == nonascii in comment
#include <core.p4>
// é
/* ü */ @foo("é") const int a = 1;
// == empty decl
#include <core.p4>
;;;
const int a = 1;;
// == state forward
#include <core.p4>
parser p(packet_in b) { state start { transition two; } state two { transition accept; } }
// == define
#include <core.p4>
#define FOO 1
#define BAR(x) (x)
#ifdef FOO
const int a = BAR(FOO);
#elif defined(X)
error
#else
#endif
#undef FOO
#ifndef FOO
const int b = 1;
#endif
#if 0
garbage ' here
#endif
// == backslash newline
#include <core.p4>
con\
st int a = 1;
// == tuple typed
#include <core.p4>
const tuple<bit<8>, tuple<bool>> t = {1, {true}};
// == shiftright in type args
#include <core.p4>
struct G<T> { T x; }
const G<G<bit<8>>> g = { { 1 } };
const tuple<bit<(1>>0)>> q = {1};
// == bit<const>
#include <core.p4>
const int W = 8;
const bit<W> a = 1;
const bit<(W+1)> b = 2;
const bit<(W>>1)> c = 2;
// == bit alone
#include <core.p4>
const bit b = 1;
bit f(in bit x) { return x; }
// == bit<0>
#include <core.p4>
struct S { bit<0> x; }
// == varbit const
#include <core.p4>
header H { varbit<(8*4)> x; }
// == int<1>
#include <core.p4>
const int<1> a = -1;
// == this
#include <core.p4>
extern E { E(); abstract bit<8> f(in bit<8> x); bit<8> g(); }
E() e = { bit<8> f(in bit<8> x) { return x + this.g(); } };
// == pragma
#include <core.p4>
@pragma foo bar 1 2
const int a = 1;
// == annotations
#include <core.p4>
@a @b() @c(1,"x",true) @d[1,"x"] @e[k=1,l="x"] @f(any tokens { here } ( nested )) const int a = 1;
