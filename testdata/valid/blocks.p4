// == parser no transition
#include <core.p4>
parser p(packet_in b) { state start { } }
// == parser local after state
#include <core.p4>
extern Ex { Ex(); void m(); bit<8> g(in bit<8> x); }
parser p(packet_in b) { bit<8> x = 1; const bit<8> c = 2; Ex() e; value_set<bit<8>>(4) vs; state start { bit<8> y = x; const bit<8> z = 3; e.m(); { y = 2; } ; transition accept; } }
// == select types
#include <core.p4>
enum En { A, B }
enum bit<8> Se { A = 1, B = 2 }
parser p(packet_in b, in bit<8> x, in int<8> y, in bool z, in En e, in Se s, in tuple<bit<8>, bool> t) { state start { transition select(x, y, z, e, s) { (1, -1, true, En.A, Se.A): a; (_, default, _, _, _): a; default: a; } } state a { transition select(t) { (1, true): accept; _: reject; } } }
// == select no cases
#include <core.p4>
parser p(packet_in b, in bit<8> x) { state start { transition select(x) { } } }
// == select bit by senum
#include <core.p4>
enum bit<8> Se { A = 1, B = 2 }
parser p(packet_in b, in bit<8> x) { state start { transition select(x) { Se.A: accept; Se.A &&& 0xf: accept; 1 .. Se.B: reject; } } }
// == select signed range
#include <core.p4>
parser p(packet_in b, in int<8> x) { state start { transition select(x) { -1 .. 8: accept; 4s5 ++ 4w1: reject; 3 &&& -2: reject; } } }
// == select runtime label
#include <core.p4>
parser p(packet_in b, in bit<8> x, in bit<8> y) { state start { transition select(x) { y: accept; y &&& x: reject; } } }
// == value set
#include <core.p4>
enum bit<8> Se { A = 1, B = 2 }
struct vsk { @match(ternary) bit<8> p; }
parser p(packet_in b, in bit<8> x, in Se s) { value_set<vsk>(4) a; value_set<bit<8>>(4) c; value_set<tuple<bit<8>, bit<8>>>(4) d; value_set<Se>(3) e; state start { transition select(x) { a: s1; c: s1; _: s1; } } state s1 { transition select(x, x) { d: accept; (1, 2): reject; } } }
// == extracts
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
header Hv { bit<8> x; varbit<32> v; }
header_union Un { Hd a; Hv b; }
struct St { bit<8> x; bit<8> y; }
struct Hs { Hd a; Hd[3] s; Un u; Hv v; }
parser p(packet_in b, out Hs h) { Hd tmp; state start { b.extract(h.a); b.extract(h.s.next); b.extract(h.u.a); b.extract(h.v, 16); b.extract<Hd>(_); b.extract(tmp); b.advance(8); bit<8> z = b.lookahead<bit<8>>(); Hd hh = b.lookahead<Hd>(); bit<32> l = b.length(); b.extract(h.s[0]); z = h.s.last.x; l = h.s.lastIndex; St st = b.lookahead<St>(); transition accept; } }
// == parser advance expr
#include <core.p4>
parser p(packet_in b, in bit<32> n) { state start { b.advance(n * 8); transition accept; } }
// == emit
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
header Hv { bit<8> x; varbit<32> v; }
header_union Un { Hd a; Hv b; }
struct Hs { Hd a; Hd[3] s; Un u; Hv v; }
control d(packet_out b, in Hs h) { apply { b.emit(h); b.emit(h.a); b.emit(h.s); b.emit(h.u); b.emit(h.v); } }
// == subparser
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
parser q(packet_in b, out Hd h)(bool f) { state start { b.extract(h); transition select(f) { true: accept; false: reject; } } }
parser p(packet_in b, out Hd h) { q(true) i; state start { i.apply(b, h); transition accept; } }
// == tables
#include <core.p4>
header Hd { bit<8> x; bit<8> y; }
struct St { bit<8> x; bit<8> y; }
extern bit<8> eg(in bit<8> a);
action ga(inout bit<8> x, bit<8> d) { x = d; }
control c(inout Hd h, inout St m) {
bit<32> z;
action a(in bit<32> x) {}
action b(inout bit<32> x, bit<8> data) {}
action d() {}
action e(bit<8> p, bit<16> q) {}
table t { key = { h.x: exact; m.y: ternary @name("foo"); h.x + m.y: lpm @name("sum"); h.isValid(): exact; h.x[3:0]: exact; eg(h.x): exact @name("g"); } actions = { a(5); b(z); d; @defaultonly e; @tableonly ga(h.x); NoAction; } default_action = e(1, 2); size = 100; foo = 3; }
table t2 { actions = { a(5); b(z); d(); } const default_action = b(z, 8w8); }
table t3 { key = {} actions = { d; } default_action = d(); }
table t4 { key = { h.x: exact; } actions = { e; d; NoAction; } const entries = { 1: e(1, 2); 2: d(); 3: d; } }
table t5 { key = { h.x: ternary; m.y: exact; m.x: lpm; } actions = { e; d; } default_action = d; largest_priority_wins = false; priority_delta = 10; @noWarn("duplicate_priorities") entries = { const priority = 10: (1, 2, 3): d; (1 &&& 3, 2, _): e(3, 4); priority = (20+1): (_, 2, 0xf0 &&& 0xf0): d; _: d; } }
apply { t.apply(); t2.apply(); t3.apply(); t4.apply(); t5.apply(); } }
// == size ctor param
#include <core.p4>
control c(in bit<8> k)(bit<32> s) { action n() {} table t { actions = { n; } default_action = n; size = s; } apply {} }
// == table key use ctor param
#include <core.p4>
control c(in bit<8> k)(bit<8> z) { action n() {} table t { key = { k + z: exact @name("kz"); } actions = { n; } default_action = n; } apply {} }
// == table no default
#include <core.p4>
control c(in bit<8> k) { action n() {} table t { key = { k: exact; } actions = { n; NoAction; } } apply { t.apply(); } }
// == action names list prefix
#include <core.p4>
action a() {}
control c() { table t { actions = { .a; } default_action = .a; } apply {} }
// == implementation
#include <core.p4>
extern AP { AP(bit<32> s); }
control c() { AP(1) ap; action n() {} table t { actions = { n; } default_action = n; implementation = AP(32); } table t2 { actions = { n; } default_action = n; implementation = ap; } apply {} }
// == control in ctor param
#include <core.p4>
control C();
control C1() { apply {} }
control d()(C c) { apply { c.apply(); } }
control e() { d(C1()) x; apply { x.apply(); } }
// == default action repeats arguments
control c(inout bit<20> k, in bit<3> i) { action n(in bit<4> a, out bit<4> b, in tuple<bit<8>, bool> c) { b = a; } table t { actions = { n(k[i+:4], k[3:0], { k[7:0], i == 2 }); } default_action = n(k[i+:4], k[3:0], { k[7:0], i == 2 }); } apply { t.apply(); } }
