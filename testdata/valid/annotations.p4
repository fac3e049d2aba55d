// == anno accumulate
#include <core.p4>
control c() { action a() {} @my(1) @my(2) table t { actions = { a; } default_action = a; } apply {} }
// == anno different elements
#include <core.p4>
control c() { action a() {} @my(1) table t { actions = { a; } default_action = a; } @my[2] table u { actions = { a; } default_action = a; } apply {} }
// == structured const ref
#include <core.p4>
const int z = 3;
const bool b = true;
const string s = "x";
@M[z, b, s ++ "y", z * 2 > 3] const int a = 1;
// == optional name concatenation
#include <core.p4>
control c() { action a() {} @name("x" ++ "y") table t { actions = { a; } default_action = a; } apply {} }
// == likely
#include <core.p4>
control c(in bit<8> v) { apply { if (v == 1) @likely { } else @unlikely { } switch (v) { 1: @likely { } 2: {} default: @unlikely {} } @atomic { } } }
// == annotations everywhere
#include <core.p4>
extern Ex { Ex(); void m(); bit<8> g(in bit<8> x); }
@a error { XX }
@a match_kind { yy }
@a typedef bit<8> t1;
@a type bit<8> t2;
@a struct S { @a bit<8> x; }
@a header H { @b bit<8> x; }
@a header_union U { @a H h; }
@a enum E { A }
@a extern X { @a X(); @a void f(@a in bit<8> x); @a abstract bit<8> g(); }
@a extern void f();
@a action q(@b in bit<8> z) { }
@a parser p(@c packet_in b)(@d bit<8> z) { @a bit<8> x; @a const bit<8> y = 1; @a value_set<bit<8>>(1) vs; @a state start { @a { } @a bit<8> w; transition accept; } }
@a control c(@a in bit<8> k) { @a bit<8> x; @a action n() @b { } @b table t { key = { k: exact @a; } actions = { @c n; } @d const default_action = n; @e const entries = { 1: n @f; } @g size = 3; } @z Ex() ex; apply @y { @x { } } }
@a package P(@b bit<8> x);
@a const int i = 1;
@a bit<8> fn(@a in bit<8> x) @a { return x; }
// == preproc if expr
#include <core.p4>
#if 1 + 2 * 3 == 7 && !defined(FOO) && (1 << 3) > 7
const int a = 1;
#else
garbage
#endif
const int b = a;
// == hash in annotation with spaces
#include <core.p4>
# define   Q   4
#  if Q == 4
const int a = Q;
#  endif
const int b = a;
// == call functions in parser
#include <core.p4>
bit<8> f(in bit<8> x) { return x; }
parser p(packet_in b) { bit<8> y; state start { y = f(1); transition select(f(y)) { 1: accept; _: reject; } } }
// == function calls extern method via global instance
#include <core.p4>
extern Ex { Ex(); void m(); bit<8> g(in bit<8> x); }
Ex() e;
bit<8> f(in bit<8> x) { return e.g(x); }
// == static assert at top and local
#include <core.p4>
const bool _c1 = static_assert(1 < 2);
control c() { const bool z = static_assert(true); apply { static_assert(2 > 1, "x"); } }
// == control ctor param extern
#include <core.p4>
extern Ex { Ex(); void m(); bit<8> g(in bit<8> x); }
control c()(Ex e) { apply { e.m(); } }
control d() { c(Ex()) i; Ex() x; c(x) j; apply { i.apply(); j.apply(); } }
// == direct apply twice no controllable
#include <core.p4>
control d(inout bit<8> x) { apply { x = 1; } }
control e(inout bit<8> x) { apply { d.apply(x); d.apply(x); } }
